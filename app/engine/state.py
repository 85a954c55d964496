"""The state of a process as text: its live tokens and its variables, and no more.

Format 2 is JSON: ``v`` the format, ``b`` the base that all ids are counted from, ``n`` the next id,
``d`` the variables, ``t`` the tokens, ``s`` the processes inside, as ``[host id, tokens]``. A token
is ``[id, parent, task, state, more]``; the parent 0 is the root, which stands for all that is past.
No time, no random id, no diagram. Format 1 had no base.

What follows the base is the *shape*: processes that wait at the same place with the same variables
have the same, however long they have lived.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow import TaskState

from app.domain.errors import EngineError
from app.engine.compiling import Diagram
from app.engine.pruning import ROOT, kept
from app.engine.tokens import Process, Token

FORMAT = 2


def begin(diagram: Diagram, variables: Mapping[str, Any]) -> Process:
    """Return a process that has not begun to move."""
    process = Process(diagram.spec, diagram.inner_specs, variables=dict(variables), next_id=1)
    process.plant(ROOT)
    return process


def split(text: str) -> tuple[int, str]:
    """Return the base of a state and its shape.

    Raises:
        EngineError: the text is no state, or one of a later program.
    """
    match = _HEAD.match(text)
    if match is None:
        raise EngineError("流程状态无法识别。")
    return int(match["base"] or 0), "{" + text[match.end() :]


_HEAD = re.compile(r'\{"v":(?:1|2,"b":(?P<base>\d+)),(?="n":)')


def joined(base: int, shape: str) -> str:
    """Return the state that has this base and this shape."""
    return f'{{"v":{FORMAT},"b":{base},{shape[1:]}'


def dump(process: Process) -> tuple[int, str]:
    """Return the state as the base that its ids have moved by, and its shape."""
    trees = [(tree, list(kept(tree))) for tree in process.trees()]
    if process.completed:
        trees = []
    base = min((token.id for _, tokens in trees for token, _ in tokens), default=1) - 1
    state: dict[str, Any] = {"n": process.next_id - base, "d": process.variables, "t": []}
    inner: list[Any] = []
    for tree, tokens in trees:
        rows = [_row(token, parent, base) for token, parent in tokens]
        if tree is process:
            state["t"] = rows
        else:
            inner.append([tree.host.id - base, rows])
    if inner:
        state["s"] = sorted(inner)
    return base, written(state)


def written(value: Any) -> str:
    """Return a value as JSON, the same text for the same value.

    Raises:
        EngineError: it has no JSON.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise EngineError("变量的值不能保存。") from error


def load(diagram: Diagram, shape: str) -> Process:
    """Return the process whose shape this is; its ids count from the state's base.

    Raises:
        EngineError: the text is no shape, or one of another diagram.
    """
    try:
        state = json.loads(shape)
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


def _row(token: Token, parent: int, base: int) -> list[Any]:
    row = [token.id - base, parent and parent - base, token.task_spec.name, token.state]
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
