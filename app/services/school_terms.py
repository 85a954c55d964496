"""学期: when the schools of a county teach. Vacations lie between two terms that are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import db, transaction
from app.domain.calendar import SchoolTerm
from app.domain.deadlines import last_day
from app.domain.errors import Invalid, NotFound, Sentence
from app.domain.people import Actor
from app.domain.process import Task
from app.services import dossier
from app.services._calendar import current
from app.services._calendar_changes import require_keeper

LONGEST_NAME = 40
#: Shorter or longer is a slip of the pen.
_LENGTHS = range(28, 300)
#: The form of a verification; if it is done on site, the school must be at work.
_VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class Term:
    """One term as somebody enters it."""

    name: str
    starts_on: date
    ends_on: date


def of_county(county_id: int) -> Sequence[SchoolTerm]:
    """List the terms of a county, the earliest first."""
    query = select(SchoolTerm).filter_by(county_id=county_id).order_by(SchoolTerm.starts_on)
    return db.session.scalars(query).all()


def is_school_day(day: date, county_id: int) -> bool:
    """Tell whether the schools of a county teach on *day*: within a term, and a working day."""
    in_term = any(term.starts_on <= day <= term.ends_on for term in of_county(county_id))
    return in_term and current(county_id).is_workday(day)


def is_vacation(day: date, county_id: int) -> bool:
    """Tell whether *day* lies between two terms; before and after all known ones, nobody knows."""
    terms = of_county(county_id)
    if any(term.starts_on <= day <= term.ends_on for term in terms):
        return False
    return any(term.ends_on < day for term in terms) and any(term.starts_on > day for term in terms)


def falls_into_vacation(task: Task) -> bool:
    """Tell whether an open visit on site is due on a day on which the schools are closed."""
    if task.form_key != _VERIFY or task.due_at is None or task.closed_at or task.case is None:
        return False
    if not is_vacation(last_day(task.due_at), task.case.county_id):
        return False
    sent = dossier.verifications_of(task.case)
    return not sent or sent[0].method != "written"


def add(term: Term, actor: Actor) -> None:
    """Enter a term of the actor's own county.

    Raises:
        NotAllowed: the person may not keep the calendar.
        Invalid: its dates can't be, or it overlaps another.
    """
    require_keeper(actor)
    with transaction() as session:
        _check(session, term, actor.county_id)
        session.add(
            SchoolTerm(
                county_id=actor.county_id,
                name=term.name.strip(),
                starts_on=term.starts_on,
                ends_on=term.ends_on,
            )
        )


def change(term_id: int, term: Term, actor: Actor) -> None:
    """Correct a term of the actor's own county.

    Raises:
        NotAllowed: the person may not keep the calendar.
        NotFound: there is no such term in the county.
        Invalid: its dates can't be, or it overlaps another.
    """
    require_keeper(actor)
    with transaction() as session:
        found = _own(session, term_id, actor)
        _check(session, term, actor.county_id, but=term_id)
        found.name, found.starts_on, found.ends_on = term.name.strip(), term.starts_on, term.ends_on


def remove(term_id: int, actor: Actor) -> None:
    """Take a term away from the actor's own county.

    Raises:
        NotAllowed: the person may not keep the calendar.
        NotFound: there is no such term in the county.
    """
    require_keeper(actor)
    with transaction() as session:
        session.delete(_own(session, term_id, actor))


def _own(session: Session, term_id: int, actor: Actor) -> SchoolTerm:
    found = session.get(SchoolTerm, term_id)
    if found is None or found.county_id != actor.county_id:
        raise NotFound
    return found


def _check(session: Session, term: Term, county_id: int, but: int = 0) -> None:
    faults: dict[str, list[str]] = {}
    if not 0 < len(term.name.strip()) <= LONGEST_NAME:
        faults["name"] = [Sentence("请填写名称，不超过 %(most)s 字。", most=LONGEST_NAME)]
    if (term.ends_on - term.starts_on) / timedelta(days=1) not in _LENGTHS:
        least, most = _LENGTHS.start, _LENGTHS.stop - 1
        text = "学期应为 %(least)s 至 %(most)s 天，请核对起止日期。"
        faults["ends_on"] = [Sentence(text, least=least, most=most)]
    others = session.scalars(select(SchoolTerm).filter_by(county_id=county_id))
    for other in others:
        if other.id == but:
            continue
        if other.name == term.name.strip():
            faults["name"] = ["已有同名的学期。"]
        if other.starts_on <= term.ends_on and term.starts_on <= other.ends_on:
            faults["starts_on"] = [Sentence("与“%(name)s”的时间重叠。", name=other.name)]
    if faults:
        raise Invalid(fields=faults)
