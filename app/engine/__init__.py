"""The engine room: the only package that knows SpiffWorkflow exists.

It is a pure function in a few verbs. State goes in as text and comes out as text, with an account
of what now waits on people and clocks. It has no database, no request, no file and no clock:
nothing to fake, so the tests run the real thing.
"""

from app.engine.compiling import Diagram, UserTask, compile
from app.engine.decisions import Decision, compile_decision, decide
from app.engine.linting import lint
from app.engine.references import form_keys, process_properties
from app.engine.runner import assign, cancel, complete, fire, send, skip, start, waiting
from app.engine.step import ArmedTimer, Catalogue, Effect, OpenTask, Source, Step

__all__ = [
    "ArmedTimer",
    "Catalogue",
    "Decision",
    "Diagram",
    "Effect",
    "OpenTask",
    "Source",
    "Step",
    "UserTask",
    "assign",
    "cancel",
    "compile",
    "compile_decision",
    "complete",
    "decide",
    "fire",
    "form_keys",
    "lint",
    "process_properties",
    "send",
    "skip",
    "start",
    "waiting",
]
