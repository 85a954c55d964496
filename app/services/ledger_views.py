"""Views of the ledger that a person has kept: several, each by its name, one of them first."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Invalid, NotFound, Sentence
from app.domain.people import Actor
from app.domain.saved_view import SavedView
from app.services import ledger_lists
from app.services.ledger_lists import Asking

MOST = 30
LONGEST_NAME = 40


def of(actor: Actor) -> list[SavedView]:
    """List the views of *actor*, by name."""
    query = select(SavedView).filter_by(user_id=actor.id).order_by(SavedView.name)
    return list(db.session.scalars(query))


def get(view_id: int, actor: Actor) -> SavedView:
    """Return one view of *actor*.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _own(db.session(), view_id, actor)


def first(actor: Actor) -> SavedView | None:
    """Return the view that the ledger opens with for *actor*, if one was chosen."""
    return db.session.scalars(
        select(SavedView).filter_by(user_id=actor.id, is_default=True)
    ).first()


def save(name: str, asking: Asking, actor: Actor, *, first: bool = False) -> SavedView:
    """Keep what is asked for under a name; a view that has it already becomes this one.

    Raises:
        Invalid: the name is empty or too long, or there are too many views.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        told = Sentence("请填写视图名称，不超过 %(most)s 字。", most=LONGEST_NAME)
        raise Invalid(fields={"name": [told]})
    with transaction() as session:
        view = session.scalars(select(SavedView).filter_by(user_id=actor.id, name=name)).first()
        if view is None:
            view = _new(session, name, actor)
        view.asked, view.saved_at = ledger_lists.written(asking), utcnow()
        session.flush()
        if first:
            _make_first(session, view)
        return view


def _new(session: Session, name: str, actor: Actor) -> SavedView:
    have = session.scalars(select(SavedView.id).filter_by(user_id=actor.id)).all()
    if len(have) >= MOST:
        raise Invalid("每人最多保存 %(most)s 个视图，请先删除不用的。", most=MOST)
    view = SavedView(user_id=actor.id, name=name, asked={}, saved_at=utcnow())
    session.add(view)
    return view


def make_first(view_id: int, actor: Actor) -> SavedView:
    """Have the ledger open with a view; the one before gives way.

    Raises:
        NotFound: it is none of the actor's.
    """
    with transaction() as session:
        view = _own(session, view_id, actor)
        _make_first(session, view)
        return view


def _make_first(session: Session, view: SavedView) -> None:
    others = update(SavedView).where(SavedView.user_id == view.user_id, SavedView.id != view.id)
    session.execute(others.values(is_default=False))
    view.is_default = True


def remove(view_id: int, actor: Actor) -> None:
    """Forget a view.

    Raises:
        NotFound: it is none of the actor's.
    """
    with transaction() as session:
        session.delete(_own(session, view_id, actor))


def _own(session: Session, view_id: int, actor: Actor) -> SavedView:
    found = session.scalars(select(SavedView).filter_by(id=view_id, user_id=actor.id)).first()
    if found is None:
        raise NotFound("没有这个视图，或它不是您保存的。")
    return found
