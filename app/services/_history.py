"""Write a line of history and seal it to the one before. Shared by the services."""

from collections.abc import Sequence
from typing import Any

from app.domain.history import seal
from app.services._catalogue import Chain, Context
from app.services._rows import CHAIN, INSERT_EVENT, MOVE_HEAD


def record(
    context: Context,
    what: str,
    params: dict[str, Any] | None = None,
    passed: Sequence[str] = (),
) -> None:
    """Append one line to the history of the context's case; no person means the system itself.

    Raises:
        Conflict: another process of the case added a line at the same time.
    """
    case_id, by, chain = context.process.case_id, context.by, end_of_chain(context)
    line: dict[str, Any] = {
        "case_id": case_id,
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
    if context.later is None:
        context.write(MOVE_HEAD, chain.move())
    else:
        context.later.once(MOVE_HEAD, chain.case_id, chain.move)
    about = {"process_id": context.process.id or None, "timer_id": line["params"].get("timer_id")}
    context.write(INSERT_EVENT, {**line, **about, "hash": chain.head})


def end_of_chain(context: Context) -> Chain:
    """Return the end of the case's history, which contexts made from this one then share."""
    if context.chain is None:
        case_id = context.process.case_id or 0
        row = CHAIN.row(context.connection, {"of_id": case_id})
        context.chain = Chain(case_id, row.history_head, row.history_length)
    return context.chain
