"""Looking into a state without moving it."""

from __future__ import annotations

import json
from typing import Any

from app.engine import state as states


def variables(state: str) -> dict[str, Any]:
    """Return the variables of a process by its state.

    Raises:
        EngineError: the text is no state.
    """
    _base, shape = states.split(state)
    found: dict[str, Any] = json.loads(shape)["d"]
    return found


def shape_of(state: str) -> str:
    """Return what two states have in common that wait at the same place with the same variables.

    Raises:
        EngineError: the text is no state.
    """
    return states.split(state)[1]
