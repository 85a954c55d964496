"""One set of answers for many forms of a kind: each is checked as if it were filled in alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.errors import Invalid
from app.domain.people import Actor
from app.domain.process import Task
from app.domain.vocabulary import ChangeKind
from app.forms.answers import answers_of
from app.forms.components import inputs_in
from app.forms.filling import require_files, setting_about, setting_for
from app.forms.setting import Setting
from app.services import changes, dossier
from app.services.batch_lines import Action, Answering, Wish

#: The fields of the form of an extension that one batch answers alike.
SHARED = ("extension_ground", "reason", "done_so_far", "safeguards")


def answering(
    wish: Wish, actor: Actor, language: str, given: Mapping[str, Any]
) -> Answering | None:
    """Return what checks the form of each task, once there is something to check."""
    if wish.action is Action.SIGN:
        return signing(actor, language)
    if wish.action is Action.EXTEND and wish.until is not None:
        answers = {name: given[name] for name in SHARED}
        return extending(actor, language, answers | {"asked_until": wish.until.isoformat()})
    return None


def signing(actor: Actor, language: str) -> Answering:
    """Return what checks the form of a task that signs, answered with yes."""

    def answers(task: Task) -> Mapping[str, Any]:
        setting = setting_for(task, actor, language=language)
        return _checked(dossier.form_of(task), {"signed": "yes"}, setting)

    return answers


def extending(actor: Actor, language: str, given: Mapping[str, Any]) -> Answering:
    """Return what checks the form by which the case of a task asks for more time."""
    kind = ChangeKind.EXTENSION

    def answers(task: Task) -> Mapping[str, Any]:
        if task.case is None:
            return {}
        form = changes.form_of(kind)[2]
        setting = setting_about(task.case, actor, kind=kind, language=language)
        found = _checked(form, given, setting)
        require_files(task.case, form, found, actor)
        return found

    return answers


def _checked(form: Mapping[str, Any], given: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
    """Return the checked answers.

    Raises:
        Invalid: with the first fault and the name of its field in one sentence.
    """
    try:
        return answers_of(form, given, setting)
    except Invalid as error:
        labels = {item.key: item.label for item in inputs_in(form, setting.language)}
        key, faults = next(iter(error.fields.items()), ("", [error.sentence]))
        field = labels.get(key.split(".")[0], key)
        raise Invalid("%(field)s：%(fault)s", field=field, fault=faults[0]) from error
