"""编号字头: what a county's own numbers of cases and of letters begin with."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import db, transaction
from app.domain.errors import Invalid, NotFound, Sentence
from app.domain.numbering import CASE_PREFIX, LETTER_PREFIX, check_prefixes
from app.domain.people import Actor, Unit
from app.services.people import record, rights


class Prefixes(NamedTuple):
    """What the numbers of one county begin with."""

    county: str
    #: ``QL``: its cases are QL-2026-ZB-0001 and so on.
    case_prefix: str
    #: 机关代字: its letters are 青教督办函〔2026〕1号 and so on.
    letter_prefix: str


def prefixes() -> list[Prefixes]:
    """List the counties with their prefixes."""
    query = select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)
    return [_of(county) for county in db.session.scalars(query)]


def of_actor(actor: Actor) -> Prefixes:
    """Return the prefixes of the actor's county."""
    return _of(db.session.get_one(Unit, actor.county_id))


def _of(county: Unit) -> Prefixes:
    case_prefix = county.case_prefix or CASE_PREFIX
    return Prefixes(county.name, case_prefix, county.letter_prefix or LETTER_PREFIX)


def choose(case_prefix: str, letter_prefix: str, actor: Actor) -> Prefixes:
    """Let the numbers that the actor's county gives from now on begin otherwise.

    Raises:
        NotAllowed: only the system administrator chooses.
        Invalid: a prefix can't be, or another county has it.
    """
    rights.require_keeper(actor)
    with transaction() as session:
        county = session.get_one(Unit, actor.county_id)
        return _set(session, county, case_prefix, letter_prefix, by=actor)


def use(county: str, case_prefix: str | None, letter_prefix: str | None) -> Prefixes:
    """Let the numbers of a county, known by its name, begin otherwise; ``None``: as before.

    Raises:
        NotFound: there is no such county.
        Invalid: a prefix can't be, or another county has it.
    """
    with transaction() as session:
        found = session.scalars(select(Unit).filter_by(name=county, parent_id=None)).first()
        if found is None:
            raise NotFound("没有名为“%(name)s”的县。", name=county)
        now = _of(found)
        wanted = (case_prefix or now.case_prefix, letter_prefix or now.letter_prefix)
        return _set(session, found, *wanted, by=None)


def _set(
    session: Session, county: Unit, case_prefix: str, letters: str, *, by: Actor | None
) -> Prefixes:
    wanted = Prefixes(county.name, case_prefix, letters)
    if wanted != _of(county):
        check_prefixes(case_prefix, letters)
        _require_free(session, county, case_prefix, letters)
        county.case_prefix, county.letter_prefix = case_prefix, letters
        record.note(session, by, county, "prefixes_changed", cases=case_prefix, letters=letters)
    return wanted


def _require_free(session: Session, county: Unit, case_prefix: str, letters: str) -> None:
    """Let no county take the series of another: each would have gaps. What is, may stay."""
    query = select(Unit).where(Unit.parent_id.is_(None), Unit.id != county.id)
    now, faults = _of(county), {}
    for other in map(_of, session.scalars(query)):
        taken = Sentence("%(county)s已在使用，请另选。", county=other.county)
        if now.case_prefix != case_prefix == other.case_prefix:
            faults["case_prefix"] = [taken]
        if now.letter_prefix != letters == other.letter_prefix:
            faults["letter_prefix"] = [taken]
    if faults:
        raise Invalid(fields=faults)
