"""History: reading it, proving that nobody touched it, anchoring it once a day."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import String, func, literal, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import LOCAL, today, utcnow
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
    """Find every changed, removed or reordered line, chain by chain, as of one moment.

    Every line is read once with all that it says, and once more, its hash alone, by its anchor.
    """
    session = still()
    full = _FullAnchors(session)
    breaks: list[Break] = []
    both = merge(_heads(session), _lines(session, _SEALED), key=_chain_of)
    for (case_id, process_id), group in groupby(both, key=_chain_of):
        lines = list(group)
        head = lines.pop(0) if hasattr(lines[0], "history_head") else None
        number = head.number if head is not None and head.number else f"#{case_id or process_id}"
        breaks += _breaks_of(number, map(full.seen, lines), head)
    return breaks + list(full.breaks()) + list(_anchor_breaks(session))


#: Which chain a line belongs to: that of a process about no case, or of a case.
_chain_of = itemgetter(0, 1)
_NO_CASE, _NO_PROCESS = literal(0).label("of_case"), literal(0).label("of_process")
_FACTS = (*SEALED, "process_id")
_SEALED = tuple(getattr(Event, name) for name in ("id", *_FACTS, "hash"))


def _heads(session: Session) -> Iterator[Any]:
    """Read where each chain ends, in the order of `_lines`."""
    known = (Process.history_head, Process.history_length)
    of_processes = select(
        _NO_CASE, Process.id.label("of_process"), literal(None, String).label("number"), *known
    ).where(Process.case_id.is_(None), Process.history_length > 0)
    known = (Case.history_head, Case.history_length)
    of_cases = select(Case.id.label("of_case"), _NO_PROCESS, Case.number, *known)
    yield from _streamed(session, of_processes.order_by(Process.id))
    yield from _streamed(session, of_cases.order_by(Case.id))


def _lines(session: Session, columns: Sequence[Any], *only: Any) -> Iterator[Any]:
    """Read the lines of all chains; those of cases, nearly all, as their index has them."""
    of_processes = select(_NO_CASE, Event.process_id.label("of_process"), *columns)
    of_cases = select(Event.case_id.label("of_case"), _NO_PROCESS, *columns)
    own = of_processes.where(Event.case_id.is_(None), *only)
    yield from _streamed(session, own.order_by(Event.process_id, Event.seq))
    own = of_cases.where(Event.case_id.is_not(None), *only)
    yield from _streamed(session, own.order_by(Event.case_id, Event.seq))


def _streamed(session: Session, query: Any) -> Iterator[Any]:
    yield from session.execute(query.execution_options(yield_per=5000))


def _breaks_of(number: str, lines: Iterable[Any], head: Any) -> list[Break]:
    previous, expected = "", 1
    breaks = []
    for line in lines:
        if line.seq != expected:
            breaks.append(Break(number, expected, "missing"))
        elif seal(previous, {key: getattr(line, key) for key in _FACTS}) != line.hash:
            breaks.append(Break(number, line.seq, "changed"))
        previous, expected = line.hash, line.seq + 1
    if expected == 1:
        return [Break(number, 1, "missing")] if head.history_length else []
    if head is None or head.history_head != previous:
        breaks.append(Break(number, expected, "cut"))
    return breaks


def anchor_today() -> None:
    """Anchor once a day, whenever the machine is on."""
    midnight = datetime.combine(today(), time.min, LOCAL)
    if db.session.scalar(select(Anchor.id).where(Anchor.at >= midnight).limit(1)) is None:
        anchor()


def anchor() -> Anchor:
    """Seal what the last anchor said and all lines since; nobody waits while it is computed.

    Of two that are made at once the first stands: both would follow the same one.
    """
    last = _last_settled()
    session = still()
    previous = session.scalars(select(Anchor).order_by(Anchor.id.desc()).limit(1)).first()
    follows = previous.id if previous else None
    cases, events, sealed = _since(session, previous, last) if previous else digest(session, last)
    made = Anchor(at=utcnow(), cases=cases, events=events, last_event_id=last, hash=sealed)
    made.previous_id = follows
    try:
        with transaction() as session:
            session.add(made)
    except IntegrityError:
        return db.session.scalars(select(Anchor).filter_by(previous_id=follows)).one()
    return made


def _last_settled() -> int:
    """Return the last event before which none can appear any more.

    PostgreSQL counts up when a line is written, not when it is committed: while others write, the
    lines up to the greatest id are not yet all there. Whoever holds this lock has waited for them;
    it is let go at once.
    """
    with transaction() as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("LOCK TABLE event IN SHARE MODE"))
        return session.scalar(select(func.max(Event.id))) or 0


def digest(session: Session, last: int) -> tuple[int, int, str]:
    """Count chains and events up to *last* and hash them, in the order of their chains."""
    sealed, cases, count, at = hashlib.sha256(), 0, 0, None
    for of_case, of_process, line in _lines(session, [Event.hash], Event.id <= last):
        sealed.update(line.encode())
        cases, count = cases + (at != (of_case, of_process)), count + 1
        at = (of_case, of_process)
    return cases, count, sealed.hexdigest()


def _since(session: Session, previous: Anchor, last: int) -> tuple[int, int, str]:
    """Go on from an anchor with the events up to *last*, in the order of their ids."""
    sealed = hashlib.sha256(previous.hash.encode())
    cases, count = previous.cases, previous.events
    new = select(Event.seq, Event.hash).where(Event.id > previous.last_event_id, Event.id <= last)
    for seq, line in _streamed(session, new.order_by(Event.id)):
        sealed.update(line.encode())
        cases, count = cases + (seq == 1), count + 1
    return cases, count, sealed.hexdigest()


class _FullAnchors:
    """The anchors that seal all chains, computed anew while the lines pass by once."""

    def __init__(self, session: Session) -> None:
        query = select(Anchor).where(Anchor.previous_id.is_(None))
        self._anchors = session.scalars(query.order_by(Anchor.last_event_id)).all()
        self._lasts = [made.last_event_id for made in self._anchors]
        self._sealed = [hashlib.sha256() for _ in self._anchors]

    def seen(self, line: Any) -> Any:
        """Take a line in the order of its chain."""
        for sealed in self._sealed[bisect_left(self._lasts, line.id) :]:
            sealed.update(line.hash.encode())
        return line

    def breaks(self) -> Iterator[Break]:
        """Name the anchors that the lines were not written for."""
        for made, sealed in zip(self._anchors, self._sealed, strict=True):
            if sealed.hexdigest() != made.hash:
                yield Break("", made.id, "anchor")


def _anchor_breaks(session: Session) -> Iterator[Break]:
    """Name the anchors that do not follow from the one before; each reads its own lines only."""
    for made in session.scalars(select(Anchor).order_by(Anchor.id)).all():
        if made.previous_id is None:
            continue
        previous = session.get_one(Anchor, made.previous_id)
        if _since(session, previous, made.last_event_id)[2] != made.hash:
            yield Break("", made.id, "anchor")
