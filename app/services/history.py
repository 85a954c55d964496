"""History: reading it, proving that nobody touched it, anchoring it once a day."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.history import SEALED, Anchor, Event, seal


@dataclass(frozen=True, slots=True)
class Break:
    """A place where history is not what was written."""

    number: str
    seq: int
    fault: str  # changed, missing, cut, anchor


def events_of(case: Case) -> Sequence[Event]:
    """Return the history of *case*, oldest first."""
    query = select(Event).where(Event.case_id == case.id).order_by(Event.seq)
    return db.session.scalars(query).all()


def verify() -> list[Break]:
    """Find every changed, removed or reordered line, case by case, as of one moment."""
    session = _still(db.session())
    heads = {row.id: row for row in session.execute(_HEADS)}
    breaks: list[Break] = []
    query = select(Event).order_by(Event.case_id, Event.seq).execution_options(yield_per=2000)
    for case_id, lines in groupby(session.scalars(query), key=attrgetter("case_id")):
        head = heads.pop(case_id, None)
        number = head.number if head else f"#{case_id}"
        breaks += _breaks_of(number, lines, head)
    breaks += [Break(row.number, 1, "missing") for row in heads.values() if row.history_length]
    return breaks + list(_anchor_breaks(session))


def _still(session: Session) -> Session:
    """Let all that is read from now on be of one moment; SQLite does so by itself."""
    session.rollback()
    if db.engine.dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return session


_HEADS = select(Case.id, Case.number, Case.history_head, Case.history_length)


def _breaks_of(number: str, lines: Iterator[Event], head: object) -> list[Break]:
    previous, expected = "", 1
    breaks = []
    for line in lines:
        if line.seq != expected:
            breaks.append(Break(number, expected, "missing"))
        elif seal(previous, {key: getattr(line, key) for key in SEALED}) != line.hash:
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
        select(Event.case_id, Event.hash)
        .where(Event.id <= last)
        .order_by(Event.case_id, Event.seq)
        .execution_options(yield_per=5000)
    )
    sealed, cases, count = hashlib.sha256(), set(), 0
    for case_id, line in session.execute(query):
        sealed.update(line.encode())
        cases.add(case_id)
        count += 1
    return len(cases), count, sealed.hexdigest()


def _anchor_breaks(session: Session) -> Iterator[Break]:
    for made in session.scalars(select(Anchor).order_by(Anchor.id)).all():
        if digest(session, made.last_event_id)[2] != made.hash:
            yield Break("", made.id, "anchor")
