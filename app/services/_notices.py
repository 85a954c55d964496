"""Tell people something, once, and queue what goes outside with it. Shared by the services."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, Select, String, and_, cast, insert, literal, or_, select

from app.domain.notice import Delivery, Notice, Quiet, Subscription
from app.domain.people import UNIT_ROLES, Grant, Unit, User
from app.domain.vocabulary import Channel, DeliveryState, Role
from app.services._catalogue import Context


def tell(
    context: Context, what: str, roles: Collection[Role], *, of: str, params: dict[str, Any]
) -> None:
    """Notify all who hold one of *roles* for the context's case.

    *of* names the occasion: nobody is told of one occasion twice. What people want sent elsewhere
    is queued in the same transaction, under a key of its own that goes out with it.
    """
    case = context.case
    key = f"{what}:{case.id}:{case.cycle}:{of}:"
    found = context.session.execute(_recipients(context, roles, key)).all()
    if not found:
        return
    common = {"case_id": case.id, "what": what, "params": params, "at": context.at}
    people = sorted({row.user_id for row in found})
    rows = [common | {"key": f"{key}{user_id}", "user_id": user_id} for user_id in people]
    told = context.session.execute(insert(Notice).returning(Notice.user_id, Notice.id), rows)
    ids = {row.user_id: row.id for row in told}
    wanted = {(row.user_id, row.channel): row for row in found if _wants(row, what)}
    if wanted:
        queued = [_delivery(row, key, ids, context) for row in wanted.values()]
        context.session.execute(insert(Delivery), queued)


def _recipients(context: Context, roles: Collection[Role], key: str) -> Select[*tuple[Any, ...]]:
    """Return a query for who is to be told and has not been, each with the channels they chose."""
    case = context.case
    units = {Role.DEPARTMENT: case.department_id}
    county = Unit.path.startswith(f"/{case.county_id}/")
    holders = or_(
        *(
            (Grant.role == role)
            & (User.unit_id == units.get(role, case.lead_unit_id) if role in UNIT_ROLES else county)
            for role in roles
        )
    )
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
        .where(User.active, holders, Notice.id.is_(None))
        .order_by(User.id, Subscription.id)
    )


def _wants(row: Row[Any], what: str) -> bool:
    return row.channel is not None and what not in row.muted


def _delivery(row: Row[Any], key: str, ids: Mapping[int, int], context: Context) -> dict[str, Any]:
    channel, at = Channel(row.channel), context.at
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
