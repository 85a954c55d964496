"""时间轴: cases that are not over, earliest due first; a short walk along each stage's index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all
from sqlalchemy.orm import joinedload

from app.db import db
from app.domain.case import Case
from app.domain.people import Actor
from app.domain.vocabulary import Stage
from app.services import timer_list
from app.services.reach import Reach
from app.services.timer_list import Asked

_GOING = tuple(stage for stage in Stage if not stage.is_over)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the cases, and where the next begins."""

    items: list[Case]
    next: tuple[date, int] | None


def page(
    actor: Actor, asked: Asked, *, limit: int = 40, after: tuple[date, int] | None = None
) -> Page:
    """List the cases that are not over, the earliest due first, after the cursor *after*."""
    by = timer_list.way(actor, asked, Case.stage.in_(_GOING))
    lists = [_stage(one, by, after, limit + 1).subquery() for one in _GOING]
    merged = union_all(*(select(one.c.due_on, one.c.id) for one in lists)).subquery()
    order = (merged.c.due_on, merged.c.id)
    ids = list(db.session.scalars(select(merged.c.id).order_by(*order).limit(limit + 1)))
    items = _cases(ids[:limit])
    end = (items[-1].due_on, items[-1].id) if len(ids) > limit and items else None
    return Page(items, end)


def _stage(
    stage: Stage, by: Reach, after: tuple[date, int] | None, limit: int
) -> Select[*tuple[Any, ...]]:
    query = by.narrow_cases(select(Case.due_on, Case.id)).where(Case.stage == stage)
    if after is not None:
        query = query.where(_beyond(*after))
    return query.order_by(Case.due_on, Case.id).limit(limit)


def _beyond(on: date, case_id: int) -> ColumnElement[bool]:
    beyond = or_(Case.due_on > on, and_(Case.due_on == on, Case.id > case_id))
    return and_(Case.due_on >= on, beyond)


def _cases(ids: Sequence[int]) -> list[Case]:
    query = select(Case).options(joinedload(Case.lead_unit)).where(Case.id.in_(ids))
    found = {one.id: one for one in db.session.scalars(query)}
    return [found[one] for one in ids]
