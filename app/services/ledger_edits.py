"""Applying what came back in a ledger: the chosen changes, all of them or none.

All of it is one transaction, so that the office knows that a file was taken in whole or not at all;
that is why a file may change a thousand cells at most. Each change is a line of the case's history
that names the file.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import transaction
from app.domain.case import Case
from app.domain.errors import Conflict, Invalid, Sentence
from app.domain.people import Actor
from app.services import ledger_differences
from app.services._catalogue import Context, about
from app.services._history import record
from app.services.ledger_differences import Change, Preview
from app.services.ledger_returned import Fault

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which changes of a file are to be made."""

    data: bytes
    name: str
    #: Of the preview that was looked at.
    stamp: str
    #: Keys of changes; ``None``: all that conflict with nothing.
    keys: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What was changed."""

    changes: tuple[Change, ...]
    #: How many cases that were.
    cases: int


class ReturnRefused(Invalid):
    """文件有误，未作任何修改，请按清单改正后重新导回。"""

    code = "ledger_return_refused"

    def __init__(self, faults: Collection[Fault]) -> None:
        fields: dict[str, list[str]] = {}
        for fault in faults:
            where = f"{fault.sheet}.{fault.column}{fault.row or ''}"
            fields.setdefault(where, []).append(fault.message)
        super().__init__(fields=fields)
        self.faults = tuple(faults)


def apply(choice: Choice, actor: Actor) -> Applied:
    """Make the chosen changes of a file, if all is as it was when it was looked at.

    Raises:
        Conflict: a case was changed since then; look again.
        ReturnRefused: with everything that is wrong with the file.
        Invalid: nothing was chosen, or what is no change; raise also as `check` does.
    """
    returned = ledger_differences.read(choice.data, choice.name, actor)
    with transaction() as session:
        preview = ledger_differences.compare(session, returned, actor, lock=True)
        if preview.faults:
            raise ReturnRefused(preview.faults)
        if preview.stamp != choice.stamp:
            raise Conflict("核对之后又有事项被修改，未作任何改动，请重新核对。")
        chosen = _chosen(preview, choice)
        contexts: dict[int, Context] = {}
        for change in chosen:
            _make(session, change, choice.name, contexts, actor)
        return Applied(chosen, len(contexts))


def _chosen(preview: Preview, choice: Choice) -> tuple[Change, ...]:
    if choice.keys is None:
        found = tuple(change for change in preview.changes if not change.conflicts)
    else:
        known = {change.key: change for change in preview.changes}
        unknown = sorted(set(choice.keys) - known.keys())
        if unknown:
            told = Sentence("文件中没有“%(key)s”这处修改。", key=unknown[0][:80])
            raise Invalid(fields={"changes": [told]})
        found = tuple(known[key] for key in dict.fromkeys(choice.keys))
    if not found:
        raise Invalid("没有选择任何修改。")
    return found


def _make(
    session: Session, change: Change, file: str, contexts: dict[int, Context], actor: Actor
) -> None:
    case = session.get_one(Case, change.case_id)
    context = contexts.get(case.id)
    if context is None:
        context = contexts[case.id] = Context(session, about(case), utcnow(), actor)
    setattr(case, change.typed.column.key, change.typed.text)
    session.flush()
    told = {"from": change.now, "to": change.typed.text, "file": file[:LONGEST_NAME]}
    record(context, f"{change.typed.column.key}_changed", told)
