"""Which way to the rows of a list: through its cases where they are few, else along an index.

A list sorted by date is quickest walked along the index of its dates, as long as most of what is
passed belongs to it. What belongs to one school among a million cases is found through the cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select
from sqlalchemy.orm import Session

from app.domain.case import Case
from app.domain.going import GOING
from app.domain.people import Actor
from app.domain.process import Process
from app.services._scope import standalone, visible_by_index

#: More cases than that are not gone through one by one.
FEW = 5000
#: Counts beside the lists stop here: nobody reads 2,347 differently from 999+.
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a list one person may see, said so that databases go the short way."""

    #: On `Case`; it holds for whatever belongs to one.
    conditions: tuple[ColumnElement[bool], ...]
    #: The cases, where they are few; ``None``: along the index.
    cases: Sequence[int] | None
    #: The processes about no case that concern the person; ``None``: there are none.
    standalone: Sequence[int] | Select[int] | None

    def narrow(self, query: Select[*tuple[Any, ...]], rows: Any) -> Select[*tuple[Any, ...]]:
        """Leave of a query on *rows*, tasks or timers, what is within reach."""
        alone: ColumnElement[bool] = false()
        if self.standalone is not None:
            alone = and_(rows.case_id.is_(None), rows.process_id.in_(self.standalone))
        if self.cases is not None:
            of_cases = select(Process.id).where(Process.case_id.in_(self.cases))
            return query.where(or_(rows.process_id.in_(of_cases), alone))
        joined = query.outerjoin(Case, Case.id == rows.case_id)
        return joined.where(or_(and_(*self.conditions), alone))

    def narrow_cases(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Leave of a query on `Case` what is within reach."""
        if self.cases is not None:
            return query.where(Case.id.in_(self.cases))
        return query.where(*self.conditions)


def reach(
    session: Session,
    actor: Actor,
    *conditions: ColumnElement[bool],
    selective: bool = False,
    over: bool = False,
    only: ColumnElement[bool] | None = None,
) -> Reach:
    """Find the way to what *actor* may see and meets *conditions* on its case.

    Conditions that are *selective* may leave few cases; so does a unit's own view. Of processes
    about no case those count that still go on, or, if asked for, those that are *over*, too. What
    holds *only* for cases that can have rows in the list at all leaves fewer to go through.
    """
    whole = (visible_by_index(session, actor), *conditions)
    probed = whole if only is None else (*whole, only)
    few = _few(session, probed) if selective or not actor.sees_county else None
    alone = None if conditions else _standalone(session, actor, over=over)
    return Reach(whole, few, alone)


def _few(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Sequence[int] | None:
    found = session.scalars(select(Case.id).where(*conditions).limit(FEW + 1)).all()
    return found if len(found) <= FEW else None


def _standalone(
    session: Session, actor: Actor, *, over: bool
) -> Sequence[int] | Select[int] | None:
    query = select(Process.id).where(standalone(actor))
    if not over:
        query = query.where(Process.status.in_(GOING))
    found = session.scalars(query.limit(FEW + 1)).all()
    return (found or None) if len(found) <= FEW else query


def count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    """Count what a query finds, but not beyond `COUNTED`."""
    some = query.with_only_columns(literal(1)).order_by(None).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
