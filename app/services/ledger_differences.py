"""A ledger that came back beside the cases as they now stand: each change, and what crossed it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.db import db
from app.domain.case import Case
from app.domain.errors import Invalid, NotAllowed, Sentence
from app.domain.history import Event
from app.domain.people import UNIT_ROLES, Actor
from app.services import ledger_returned
from app.services._scope import case_of
from app.services.ledger_bookkeeping import Slip
from app.services.ledger_cells import plain
from app.services.ledger_export import editable
from app.services.ledger_fields import Column
from app.services.ledger_returned import Fault, Returned, Typed

#: Cells that may be changed at one time: all of it is one transaction.
MOST_CHANGES = 1_000
_BATCH = 500
#: Once a case is over, this may still be noted.
_AFTER_THE_END = "remark"
_UNKNOWN = Sentence("没有这个事项，或您无权查看。")


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that was changed, and whether the case was changed meanwhile."""

    typed: Typed
    case_id: int
    #: What stands there now; other than what was exported, it is a conflict.
    now: str
    #: What happened to the case since the export, the earliest first.
    since: tuple[Event, ...]

    @property
    def key(self) -> str:
        """What it is chosen by."""
        return f"{self.typed.base.number}:{self.typed.column.key}"

    @property
    def conflicts(self) -> bool:
        """Whether somebody else changed the same cell since the export."""
        return self.now != self.typed.base.texts[self.typed.column.key]


@dataclass(frozen=True, slots=True)
class Preview:
    """What bringing a file back would change, and all that stands against it."""

    slip: Slip
    rows: int
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]
    added: tuple[str, ...]
    #: Of the file and of the cases that it changes, as they stood when it was looked at.
    stamp: str


def check(data: bytes, name: str, actor: Actor) -> Preview:
    """Tell what bringing the file back would change; nothing is written.

    Raises:
        NotAllowed: there is nothing in the ledger that *actor* may change.
        Invalid: it is no export, or is broken.
        TooLarge: it is larger than any export that can come back.
    """
    return compare(db.session(), read(data, name, actor), actor)


def read(data: bytes, name: str, actor: Actor) -> Returned:
    """Read the file for *actor*; raise as `check` does."""
    open_to = editable(actor)
    if not open_to:
        raise NotAllowed("您没有可以通过台账修改的内容。")
    return ledger_returned.read(data, name, open_to)


def compare(session: Session, returned: Returned, actor: Actor, *, lock: bool = False) -> Preview:
    """Compare what was typed with the cases as they stand; *lock* keeps them so until the end."""
    if len(returned.typed) > MOST_CHANGES:
        raise Invalid("一次最多修改 %(most)s 个单元格，请分几份文件导回。", most=MOST_CHANGES)
    cases = _cases(session, returned.typed, actor, lock=lock)
    events = _events(session, returned.typed, cases)
    faults, changes = list(returned.faults), []
    for typed in returned.typed:
        case = cases.get(typed.base.number)
        refusal = _refusal(typed.column, case, actor)
        if case is None or refusal is not None:
            faults.append(_fault_of(typed, returned.slip, refusal or _UNKNOWN))
            continue
        change = _change(typed, case, events.get(case.id, ()))
        if change.now != typed.text:
            changes.append(change)
    told_changes = () if faults else tuple(changes)
    stamp = _stamp(returned.digest, told_changes, cases)
    return Preview(returned.slip, returned.rows, told_changes, tuple(faults), returned.added, stamp)


def _cases(
    session: Session, typed: Sequence[Typed], actor: Actor, *, lock: bool
) -> dict[str, Case]:
    """Read the cases that are to be changed, as far as *actor* may see them, in one order."""
    numbers = {one.base.number for one in typed}
    query = case_of(actor, Case.number.in_(numbers)).order_by(Case.id)
    query = query.with_for_update(of=Case, key_share=True) if lock else query
    rows = session.scalars(query, execution_options={"populate_existing": True})
    return {case.number: case for case in rows}


def _events(
    session: Session, typed: Sequence[Typed], cases: Mapping[str, Case]
) -> dict[int, list[Event]]:
    """Read the lines that were added since the export to the histories of the changed cases."""
    after = {
        cases[one.base.number].id: one.base.history_length
        for one in typed
        if one.base.number in cases
        and cases[one.base.number].history_length != one.base.history_length
    }
    found: dict[int, list[Event]] = {}
    ids = sorted(after)
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        newer = or_(*(and_(Event.case_id == one, Event.seq > after[one]) for one in some))
        for event in session.scalars(select(Event).where(newer).order_by(Event.case_id, Event.seq)):
            found.setdefault(event.case_id or 0, []).append(event)
    return found


def _change(typed: Typed, case: Case, since: Sequence[Event]) -> Change:
    return Change(typed, case.id, plain(getattr(case, typed.column.key)), tuple(since))


def _refusal(column: Column, case: Case | None, actor: Actor) -> Sentence | None:
    """Return why *actor* may not change a column of this very case, if it is so."""
    if case is None:
        return _UNKNOWN
    own = case.lead_unit_id == actor.unit_id
    roles = {role for role in actor.roles if own or role not in UNIT_ROLES}
    if column.editors.isdisjoint(roles):
        return Sentence("只能修改本单位牵头的事项。")
    if case.stage.is_over and column.key != _AFTER_THE_END:
        return Sentence("该事项已办结销号或终结，只能修改备注。")
    return None


def _fault_of(typed: Typed, slip: Slip, told: Sentence) -> Fault:
    letter = typed.cell.rstrip("0123456789")
    return Fault(slip.sheet, typed.row, letter, told)


def _stamp(digest: str, changes: Sequence[Change], cases: Mapping[str, Case]) -> str:
    seal = hashlib.sha256(digest.encode())
    for change in changes:
        length = cases[change.typed.base.number].history_length
        seal.update(f"\n{change.key}={length}:{change.now}".encode())
    return seal.hexdigest()
