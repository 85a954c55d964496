"""Write a line of history and seal it to the one before. Shared by the services."""

from collections.abc import Sequence
from typing import Any

from app.domain.errors import Conflict
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
    moved = {"of_id": case_id, "of_length": line["seq"] - 1} | {
        "head": chain.head,
        "length": chain.length,
    }
    if MOVE_HEAD.run(context.connection, moved).rowcount != 1:
        raise Conflict
    about = {"process_id": context.process.id or None, "timer_id": line["params"].get("timer_id")}
    INSERT_EVENT.run(context.connection, {**line, **about, "hash": chain.head})


def end_of_chain(context: Context) -> Chain:
    """Return the end of the case's history, which contexts made from this one then share."""
    if context.chain is None:
        row = context.connection.execute(CHAIN, {"of_id": context.process.case_id}).one()
        context.chain = Chain(row.history_head, row.history_length)
    return context.chain
