"""Drafts: the one working copy of each process, kept as it is drawn, with what it was before."""

from __future__ import annotations

from typing import Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import db, transaction
from app.domain.design import Draft, DraftSave
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.people import Actor
from app.domain.vocabulary import Role
from app.services.design import _drafts, blank
from app.services.design._drafts import Content
from app.services.diagrams import Bundle


def require_analyst(actor: Actor) -> None:
    """Let only those pass who draw.

    Raises:
        NotAllowed: the actor is no analyst.
    """
    if not actor.has(Role.ANALYST):
        raise NotAllowed("只有业务分析员可以绘制和修改流程。")


def listing() -> list[Draft]:
    """List all drafts without their content."""
    return list(db.session.scalars(select(Draft).order_by(Draft.key)))


def get(key: str) -> Draft:
    """Return the draft of a process with its whole content.

    Raises:
        NotFound: nobody is drawing this process.
    """
    found = find(key)
    if found is None:
        raise NotFound("“%(key)s”没有正在绘制的草稿。", key=key)
    return found


def find(key: str) -> Draft | None:
    """Return the draft of a process with its whole content, if somebody is drawing it."""
    return _drafts.find(db.session(), key)


def bundle(key: str, version: int | None = None) -> Bundle:
    """Return the content of a version; by default of the draft, else of the version in force.

    Raises:
        NotFound: there is no such process, or no such version.
    """
    session = db.session()
    if version is None and (draft := _drafts.find(session, key)) is not None:
        return _drafts.content_of(draft)
    return _drafts.content_of(_drafts.newest(session, key, version))


def keep(
    key: str, actor: Actor, *, revision: int, note: str = "", **content: Unpack[Content]
) -> Draft:
    """Keep what is given of a draft; revision 0 begins one from the version in force.

    Faults of the drawing never refuse it. What is already as given makes no new revision.

    Raises:
        NotAllowed: the actor is no analyst.
        NotFound: there is no such process.
        DraftChanged: the draft is not at *revision*: somebody kept it, began it, or submitted it.
        Invalid: the content is nothing that can be kept.
        TooLarge: it is too large.
    """
    require_analyst(actor)
    _drafts.check(content, note)
    with transaction() as session:
        draft = _at_revision(session, key, actor, revision)
        new = {
            name: value
            for name, value in content.items()
            if value is not None and value != getattr(draft, name)
        }
        if new or note or revision == 0:
            _drafts.change(draft, new, actor)
            _drafts.save(session, draft, actor, note.strip())
        session.flush()
        return draft


def _at_revision(session: Session, key: str, actor: Actor, revision: int) -> Draft:
    found = _drafts.find(session, key, to_change=True)
    if found is None and revision == 0:
        return _drafts.add(session, _drafts.newest(session, key), actor.id)
    if found is None or found.revision != revision:
        raise _drafts.changed(found)
    return found


def begin(key: str, name: str, actor: Actor) -> Draft:
    """Begin a new process with a drawing of nothing but its beginning and its end.

    Raises:
        NotAllowed: the actor is no analyst.
        Invalid: key or name will not do, field by field.
    """
    require_analyst(actor)
    key, name = key.strip(), " ".join(name.split())
    with transaction() as session:
        faults = _drafts.faults(session, key, name)
        if faults:
            raise Invalid(fields=faults)
        made = _drafts.insert(
            session, Bundle(key, blank.drawing(key, name), {}, {}), actor.id, name=name
        )
        _drafts.save(session, made, actor, "")
        session.flush()
        return made


def saves(key: str) -> list[DraftSave]:
    """List what a draft was, newest first, without the content.

    Raises:
        NotFound: nobody is drawing this process.
    """
    query = select(DraftSave).filter_by(draft_id=get(key).id).order_by(DraftSave.id.desc())
    return list(db.session.scalars(query))


def saved(key: str, save_id: int) -> DraftSave:
    """Return one save of a draft with its content.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(DraftSave, save_id)
    if found is None or found.draft_id != get(key).id:
        raise NotFound
    return found


def go_back(key: str, save_id: int, actor: Actor, *, revision: int) -> Draft:
    """Make a draft again what it was; what it is now stays among the saves.

    Raises:
        NotAllowed: the actor is no analyst.
        NotFound: there is no such save.
        DraftChanged: the draft is not at *revision*.
    """
    then = saved(key, save_id)
    content: Content = {"xml": then.xml, "forms": then.forms, "decisions": then.decisions}
    return keep(key, actor, revision=revision, note=f"← {_drafts.moment(then.at)}", **content)


def discard(key: str, actor: Actor, *, revision: int) -> None:
    """Throw a draft away with its saves.

    Raises:
        NotAllowed: the actor is no analyst.
        DraftChanged: the draft is not at *revision*: somebody went on drawing.
    """
    require_analyst(actor)
    with transaction() as session:
        found = _drafts.find(session, key, to_change=True)
        if found is None or found.revision != revision:
            raise _drafts.changed(found)
        session.delete(found)
