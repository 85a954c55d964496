"""Fill the catalogue: importing a module enters its effects and answers."""

from app.services import _answers, _catalogue, _effects

EFFECTS = _catalogue.EFFECTS
ANSWERS = _catalogue.ANSWERS


def load() -> tuple[object, ...]:
    """Make sure that every effect and answer is entered; return the modules they come from."""
    return _answers, _effects
