"""Tell people something, once, and queue what goes outside with it. Shared by the services."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, insert, literal, or_, select
from sqlalchemy.orm import Session

from app.domain.notice import Delivery, Notice, Quiet, Subscription
from app.domain.people import UNIT_ROLES, Grant, Unit, User
from app.domain.vocabulary import Channel, DeliveryState, Role
from app.services._catalogue import Context


def tell(
    context: Context, what: str, roles: Collection[Role], *, of: str, params: dict[str, Any]
) -> None:
    """Notify all who hold one of *roles* for the context's case, or for its process about none.

    *of* names the occasion: nobody is told of one occasion twice. What people want sent elsewhere
    is queued in the same transaction, under a key of its own that goes out with it.
    """
    case_id = context.process.case_id
    process_id = context.process.id if case_id is None else None
    common = {"case_id": case_id, "process_id": process_id, "params": params, "at": context.at}
    key = f"{what}:{_about(context)}:{of}:"
    tell_people(context.session, key, _holders(context, roles), common | {"what": what})


def tell_people(
    session: Session, key: str, people: ColumnElement[bool], common: Mapping[str, Any]
) -> None:
    """Write a notice with what all have in *common* to each of some active people.

    *key* names the occasion: who has been told of it is left out.
    """
    found = session.execute(_recipients(people, key)).all()
    if not found:
        return
    ids_told = sorted({row.user_id for row in found})
    rows = [{**common, "key": f"{key}{user_id}", "user_id": user_id} for user_id in ids_told]
    told = session.execute(insert(Notice).returning(Notice.user_id, Notice.id), rows)
    ids = {row.user_id: row.id for row in told}
    wanted = {(row.user_id, row.channel): row for row in found if _wants(row, common["what"])}
    if wanted:
        queued = [_delivery(row, key, ids, common["at"]) for row in wanted.values()]
        session.execute(insert(Delivery), queued)


def _about(context: Context) -> str:
    """Name what the occasion belongs to."""
    if context.process.case_id is None:
        return f"p{context.process.id}"
    return f"{context.case.id}:{context.case.cycle}"


def _holders(context: Context, roles: Collection[Role]) -> ColumnElement[bool]:
    """Say who holds one of *roles* for the context's case or process."""
    of = context.process if context.process.case_id is None else context.case
    units = {Role.DEPARTMENT: of.department_id}
    county = Unit.path.startswith(f"/{of.county_id}/")
    return or_(
        *(
            (Grant.role == role)
            & (User.unit_id == units.get(role, of.lead_unit_id) if role in UNIT_ROLES else county)
            for role in roles
        )
    )


def _recipients(people: ColumnElement[bool], key: str) -> Select[*tuple[Any, ...]]:
    """Return a query for who is to be told and has not been, each with the channels they chose."""
    chosen = and_(
        Subscription.user_id == User.id, Subscription.active, Subscription.digest.is_(False)
    )
    return (
        select(
            User.id.label("user_id"),
            Subscription.channel,
            Subscription.muted,
            Subscription.quiet_from,
            Subscription.quiet_until,
        )
        .join(Grant, Grant.user_id == User.id)
        .join(Unit, Unit.id == User.unit_id)
        .outerjoin(Notice, Notice.key == literal(key) + cast(User.id, String))
        .outerjoin(Subscription, chosen)
        .where(User.active, people, Notice.id.is_(None))
        .order_by(User.id, Subscription.id)
    )


def _wants(row: Row[Any], what: str) -> bool:
    return row.channel is not None and what not in row.muted


def _delivery(row: Row[Any], key: str, ids: Mapping[int, int], at: datetime) -> dict[str, Any]:
    channel = Channel(row.channel)
    quiet = Quiet.between(row.quiet_from, row.quiet_until)
    return {
        "key": f"{key}{row.user_id}:{channel}",
        "notice_id": ids[row.user_id],
        "user_id": row.user_id,
        "channel": channel,
        "state": DeliveryState.QUEUED,
        "queued_at": at,
        "try_at": quiet.after(at) if quiet else at,
    }
