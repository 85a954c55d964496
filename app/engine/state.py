"""The state of a process as text: its live tokens and its variables, and no more.

Format 1 is JSON: ``v`` the format, ``n`` the next id, ``d`` the variables, ``t`` the tokens, ``s``
the processes inside, as ``[host id, tokens]``. A token is ``[id, parent, task, state, more]``; the
parent 0 is the root, which stands for all that is past. No time, no random id, no diagram.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow import TaskState

from app.domain.errors import EngineError
from app.engine.compiling import Diagram
from app.engine.pruning import ROOT, kept
from app.engine.tokens import Process, Token

FORMAT = 1


def begin(diagram: Diagram, variables: Mapping[str, Any]) -> Process:
    """Return a process that has not begun to move."""
    process = Process(diagram.spec, diagram.inner_specs, variables=dict(variables), next_id=1)
    process.plant(ROOT)
    return process


def dump(process: Process) -> str:
    """Return the state as text."""
    state: dict[str, Any] = {"v": FORMAT, "n": process.next_id, "d": process.variables}
    state["t"] = [] if process.completed else _rows(process)
    inner = [[tree.host.id, _rows(tree)] for tree in process.trees() if tree is not process]
    if inner:
        state["s"] = sorted(inner)
    try:
        return json.dumps(state, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise EngineError("变量的值不能保存。") from error


def load(diagram: Diagram, text: str) -> Process:
    """Return the process whose state this is.

    Raises:
        EngineError: the text is no state, or one of another diagram.
    """
    try:
        state = json.loads(text)
        if state["v"] != FORMAT:
            raise EngineError("流程状态的格式 %(format)s 无法识别。", format=state["v"])
        process = Process(
            diagram.spec, diagram.inner_specs, variables=state["d"], next_id=state["n"]
        )
        process.plant(ROOT)
        _restore(process, state["t"])
        for host_id, rows in state.get("s", ()):
            _restore_inner(process, host_id, rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError("流程状态与流程图不符。") from error
    return process


def _rows(tree: Any) -> list[list[Any]]:
    return [_row(token, parent) for token, parent in kept(tree)]


def _row(token: Token, parent: int) -> list[Any]:
    row = [token.id, parent, token.task_spec.name, token.state]
    more = {key: value for key, value in token.internal_data.items() if value is not False}
    if token.own is not None:
        more["own"] = token.own
    return [*row, more] if more and token.state < TaskState.COMPLETED else row


def _restore(tree: Any, rows: list[list[Any]]) -> None:
    tree.task_tree._state = TaskState.COMPLETED
    for number, parent_id, name, state, *rest in rows:
        parent = tree.task_tree if parent_id == ROOT else tree.tasks[parent_id]
        token = Token(tree, tree.spec.task_specs[name], parent, state, id=number)
        token.internal_data = rest[0] if rest else {}
        token.own = token.internal_data.pop("own", None)


def _restore_inner(process: Process, host_id: int, rows: list[list[Any]]) -> None:
    host: Any = process.find(host_id)
    inner = process.create_subprocess(host, host.task_spec.spec)
    inner.plant(-host_id)
    _restore(inner, rows)
