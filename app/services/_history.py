"""Write a line of history and seal it to the one before. Shared by the services."""

from collections.abc import Sequence
from typing import Any

from app.domain import standing
from app.domain.history import seal
from app.services._catalogue import Chain, Context
from app.services._rows import (
    CHAIN_OF_CASE,
    CHAIN_OF_PROCESS,
    INSERT_EVENT,
    MOVE_HEAD_OF_CASE,
    MOVE_HEAD_OF_PROCESS,
)


def record(
    context: Context,
    what: str,
    params: dict[str, Any] | None = None,
    passed: Sequence[str] = (),
) -> None:
    """Append one line to the history of the context's case, or of its process if that has none.

    No person means the system itself. The line tells what has changed of the case, too.

    Raises:
        Conflict: another process of the case added a line at the same time.
    """
    case_id, by, chain = context.process.case_id, context.by, end_of_chain(context)
    params = standing.tell(context.case, params or {}) if context.touched else params
    line: dict[str, Any] = {
        "case_id": case_id,
        "process_id": context.process.id or None,
        "seq": chain.length + 1,
        "at": context.at,
        "by_id": by.id if by else None,
        "by_name": by.name if by else "",
        "on_behalf_of": None,
        "what": what,
        "params": params or {},
        "passed": list(passed),
    }
    chain.head, chain.length = seal(chain.head, line), chain.length + 1
    statement = MOVE_HEAD_OF_PROCESS if case_id is None else MOVE_HEAD_OF_CASE
    if context.later is None:
        context.write(statement, chain.move())
    else:
        context.later.once(statement, chain.of_id, chain.move)
    about = {"timer_id": line["params"].get("timer_id"), "hash": chain.head}
    context.write(INSERT_EVENT, line | about)


def record_rest(context: Context) -> None:
    """Append a line if anything of the context's case has changed that no line has told."""
    case = context.case
    untold, before = standing.untold(case), standing.told(case)
    for fact in ("stage", "light"):
        if fact in untold:
            record(context, f"{fact}_changed", {"from": before[fact], "to": untold[fact]})
            return
    if untold:
        record(context, "register_changed")


def end_of_chain(context: Context) -> Chain:
    """Return the end of the history, which contexts made from this one then share."""
    if context.chain is None:
        process = context.process
        of_id, statement = process.case_id, CHAIN_OF_CASE
        if of_id is None:
            of_id, statement = process.id, CHAIN_OF_PROCESS
        row = statement.row(context.connection, {"of_id": of_id})
        context.chain = Chain(of_id, row.history_head, row.history_length)
    return context.chain
