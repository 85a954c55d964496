"""Looking into a state without moving it."""

from __future__ import annotations

import json
from typing import Any

from app.domain.errors import EngineError
from app.engine import state as states


def variables(state: str) -> dict[str, Any]:
    """Return the variables of a process by its state.

    Raises:
        EngineError: the text is no state.
    """
    try:
        found: dict[str, Any] = json.loads(shape_of(state))["d"]
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError("流程状态无法识别。") from error
    return found


def shape_of(state: str) -> str:
    """Return what two states have in common that wait at the same place with the same variables.

    Raises:
        EngineError: the text is no state.
    """
    return states.split(state)[1]
