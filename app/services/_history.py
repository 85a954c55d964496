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
    """Append one line to the history of the context's case; no person means the system itself."""
    case_id, by, chain = context.process.case_id, context.by, _chain(context)
    line = {
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
    row = {**line, "process_id": context.process.id or None, "hash": chain.head}
    INSERT_EVENT.run(context.connection, row)
    moved = {"of_id": case_id, "head": chain.head, "length": chain.length}
    MOVE_HEAD.run(context.connection, moved)


def _chain(context: Context) -> Chain:
    if context.chain is None:
        row = context.connection.execute(CHAIN, {"of_id": context.process.case_id}).one()
        context.chain = Chain(row.history_head, row.history_length)
    return context.chain
