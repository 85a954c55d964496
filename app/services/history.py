"""History: reading it, proving that nobody touched it, anchoring it once a day."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import String, case, func, literal, select, text, union_all
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, still, transaction
from app.domain.case import Case
from app.domain.history import SEALED, Anchor, Event, seal
from app.domain.process import Process


@dataclass(frozen=True, slots=True)
class Break:
    """A place where history is not what was written."""

    number: str
    seq: int
    fault: str  # changed, missing, cut, anchor


def events_of(of: Case | Process) -> Sequence[Event]:
    """Return the history of a case, or of a process about none, oldest first."""
    own = Event.case_id == of.id
    if isinstance(of, Process):
        own = (Event.process_id == of.id) & Event.case_id.is_(None)
    return db.session.scalars(select(Event).where(own).order_by(Event.seq)).all()


def verify() -> list[Break]:
    """Find every changed, removed or reordered line, case by case, as of one moment."""
    session = still()
    heads = {(row.case_id, row.process_id): row for row in session.execute(_HEADS)}
    breaks: list[Break] = []
    query = select(Event, *_CHAIN).order_by(*_CHAIN, Event.seq)
    rows = session.execute(query.execution_options(yield_per=2000))
    for of, lines in groupby(rows, key=itemgetter(1, 2)):
        head = heads.pop(of, None)
        number = head.number if head and head.number else f"#{of[0] or of[1]}"
        breaks += _breaks_of(number, (row[0] for row in lines), head)
    breaks += [Break(row.number, 1, "missing") for row in heads.values() if row.history_length]
    return breaks + list(_anchor_breaks(session))


#: Which chain a line belongs to: that of a case, or of a process about none.
_CHAIN = (
    func.coalesce(Event.case_id, 0),
    case((Event.case_id.is_(None), Event.process_id), else_=0),
)
_OF_CASES = select(
    Case.id.label("case_id"),
    literal(0).label("process_id"),
    Case.number,
    Case.history_head,
    Case.history_length,
)
_OF_PROCESSES = select(
    literal(0), Process.id, literal(None, String), Process.history_head, Process.history_length
).where(Process.case_id.is_(None), Process.history_length > 0)
_HEADS = union_all(_OF_CASES, _OF_PROCESSES)


_FACTS = (*SEALED, "process_id")


def _breaks_of(number: str, lines: Iterator[Event], head: object) -> list[Break]:
    previous, expected = "", 1
    breaks = []
    for line in lines:
        if line.seq != expected:
            breaks.append(Break(number, expected, "missing"))
        elif seal(previous, {key: getattr(line, key) for key in _FACTS}) != line.hash:
            breaks.append(Break(number, line.seq, "changed"))
        previous, expected = line.hash, line.seq + 1
    if head is None or getattr(head, "history_head", "") != previous:
        breaks.append(Break(number, expected, "cut"))
    return breaks


def anchor() -> Anchor:
    """Seal the state of all chains together: a whole case cannot vanish unseen."""
    last = _last_settled()
    with transaction() as session:
        cases, events, sealed = digest(session, last)
        made = Anchor(at=utcnow(), cases=cases, events=events, last_event_id=last, hash=sealed)
        session.add(made)
        return made


def _last_settled() -> int:
    """Return the last event before which none can appear any more.

    PostgreSQL counts up when a line is written, not when it is committed: while others write, the
    lines up to the greatest id are not yet all there. Whoever holds this lock has waited for them.
    """
    with transaction() as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("LOCK TABLE event IN SHARE MODE"))
        return session.scalar(select(func.max(Event.id))) or 0


def digest(session: Session, last: int) -> tuple[int, int, str]:
    """Hash all events up to *last*, in the order of their chains."""
    query = (
        select(*_CHAIN, Event.hash)
        .where(Event.id <= last)
        .order_by(*_CHAIN, Event.seq)
        .execution_options(yield_per=5000)
    )
    sealed, cases, count = hashlib.sha256(), set(), 0
    for case_id, process_id, line in session.execute(query):
        sealed.update(line.encode())
        cases.add((case_id, process_id))
        count += 1
    return len(cases), count, sealed.hexdigest()


def _anchor_breaks(session: Session) -> Iterator[Break]:
    for made in session.scalars(select(Anchor).order_by(Anchor.id)).all():
        if digest(session, made.last_event_id)[2] != made.hash:
            yield Break("", made.id, "anchor")
