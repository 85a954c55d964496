"""The engine room: the only package that knows SpiffWorkflow exists.

It is a pure function in a few verbs. State goes in as text and comes out as text, with an account
of what now waits on people and clocks. It has no database, no request, no file and no clock:
nothing to fake, so the tests run the real thing.
"""

from app.engine.compiling import Diagram, UserTask, compile
from app.engine.decisions import Decision, compile_decision, decide
from app.engine.fitting import Refusal
from app.engine.lacking import lacks
from app.engine.linting import declared_variables, lint
from app.engine.migrating import migrate
from app.engine.references import (
    decision_keys,
    decision_steps,
    form_keys,
    form_steps,
    process_documentation,
    process_id,
    process_name,
    process_properties,
)
from app.engine.runner import assign, cancel, complete, fire, send, skip, start, waiting
from app.engine.step import (
    ArmedTimer,
    Catalogue,
    Effect,
    Law,
    Meaning,
    OpenTask,
    Source,
    Step,
)

__all__ = [
    "ArmedTimer",
    "Catalogue",
    "Decision",
    "Diagram",
    "Effect",
    "Law",
    "Meaning",
    "OpenTask",
    "Refusal",
    "Source",
    "Step",
    "UserTask",
    "assign",
    "cancel",
    "compile",
    "compile_decision",
    "complete",
    "decide",
    "decision_keys",
    "decision_steps",
    "declared_variables",
    "fire",
    "form_keys",
    "form_steps",
    "lacks",
    "lint",
    "migrate",
    "process_documentation",
    "process_id",
    "process_name",
    "process_properties",
    "send",
    "skip",
    "start",
    "waiting",
]
