"""责任督学: who looks after which school."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.db import db, transaction
from app.domain.errors import Invalid, NotAllowed, NotFound, Sentence
from app.domain.people import Actor, Grant, Unit, User
from app.domain.vocabulary import Role, UnitKind

_LOOKED_AFTER = (UnitKind.SCHOOL, UnitKind.KINDERGARTEN)


def of_county(county_id: int) -> Sequence[User]:
    """List the active inspectors of a county, by name."""
    query = (
        select(User)
        .join(Grant, Grant.user_id == User.id)
        .join(Unit, Unit.id == User.unit_id)
        .where(User.active, Grant.role == Role.INSPECTOR)
        .where(Unit.path.startswith(f"/{county_id}/"))
        .order_by(User.name, User.id)
    )
    return db.session.scalars(query).all()


def may_assign(actor: Actor) -> bool:
    """Tell whether the person says who looks after which school."""
    return actor.has(Role.OFFICE, Role.OFFICE_HEAD)


def schools(actor: Actor) -> Sequence[Unit]:
    """List the active schools and kindergartens of the county, those of a town together.

    Raises:
        NotFound: the county's schools are none of the actor's business.
    """
    if not actor.sees_county:
        raise NotFound
    query = (
        select(Unit)
        .options(joinedload(Unit.parent), joinedload(Unit.inspector))
        .where(Unit.active, Unit.kind.in_(_LOOKED_AFTER))
        .where(Unit.path.startswith(f"/{actor.county_id}/"))
        .order_by(Unit.parent_id, Unit.id)
    )
    return db.session.scalars(query).all()


def assign(actor: Actor, chosen: Mapping[int, int | None]) -> int:
    """Give schools, by their ids, into the care of inspectors, or of nobody.

    Return how many changed hands. All are assigned, or none.

    Raises:
        NotFound: one is no school of the actor's county.
        NotAllowed: that is the office's to say.
        Invalid: somebody is no inspector of the county.
    """
    known = {one.id: one for one in schools(actor)}
    people = {one.id for one in of_county(actor.county_id)}
    if not may_assign(actor):
        raise NotAllowed
    if not known.keys() >= chosen.keys():
        raise NotFound
    strangers = [of for of, person in chosen.items() if person is not None and person not in people]
    if strangers:
        told = Sentence("所选人员不是本县的责任督学。")
        raise Invalid(fields={known[of].name: [told] for of in strangers})
    with transaction() as session:
        units = session.scalars(select(Unit).where(Unit.id.in_(chosen)).with_for_update()).all()
        moved = [unit for unit in units if unit.inspector_id != chosen[unit.id]]
        for unit in moved:
            unit.inspector_id = chosen[unit.id]
    return len(moved)
