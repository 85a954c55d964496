"""What the steps of a drawing are before the law: by their form or effect, not by their name."""

from __future__ import annotations

from app.engine.linting.model import Model, Node, properties, setting
from app.engine.step import Law, Meaning

PERSONAL = ("userTask", "manualTask", "task")


def law_of(model: Model) -> Law | None:
    """Return what the law rules go by; ``None`` if the drawing is about no case."""
    if model.catalogue is None or model.catalogue.law is None:
        return None
    is_about_case = any(properties(one).get("subject") == "case" for one in model.processes)
    return model.catalogue.law if is_about_case else None


def steps_that(model: Model, meaning: Meaning) -> set[Node]:
    """Return the nodes whose form or effect means this."""
    law = law_of(model)
    if law is None:
        return set()
    asked = {
        node
        for node in model.of(*PERSONAL)
        if meaning in law.forms.get(setting(node.element, "formKey") or "", ())
    }
    done = {
        node
        for node in model.of("serviceTask")
        if meaning in law.effects.get(setting(node.element, "topic") or "", ())
    }
    return asked | done


def verifications(model: Model) -> set[Node]:
    """Return the steps by which the office verifies (核查)."""
    return steps_that(model, Meaning.VERIFICATION)
