"""Fill the catalogue: importing a module enters its effects and answers."""

from app.services import (
    _answers,
    _catalogue,
    _change_answers,
    _change_effects,
    _effects,
    _objection_answers,
    _objection_effects,
)

EFFECTS = _catalogue.EFFECTS
ANSWERS = _catalogue.ANSWERS


def load() -> tuple[object, ...]:
    """Make sure that every effect and answer is entered; return the modules they come from."""
    of_changes = _change_answers, _change_effects, _objection_answers, _objection_effects
    return _answers, _effects, *of_changes
