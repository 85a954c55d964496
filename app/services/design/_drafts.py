"""Rows of drafts: finding, beginning and changing them inside a transaction of somebody else's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypedDict

from sqlalchemy import case, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from app import engine
from app.clock import LOCAL, utcnow
from app.domain.design import Draft, DraftSave
from app.domain.errors import DraftChanged, Invalid, InvalidDiagram, NotFound, TooLarge
from app.domain.form_reading import problem, shape_faults
from app.domain.keepable import UNKEEPABLE, TooDeep, texts_in
from app.domain.people import Actor
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState
from app.services.diagrams import Bundle

#: What one person keeps within one such span of the clock, without a word, is one save.
SPAN = timedelta(minutes=5)
#: Characters of a draft with its forms and tables.
LARGEST = 4_000_000
#: What addresses under /designer mean already.
RESERVED = frozenset({"new", "files", "bundles", "pack", "catalogue", "import", "help"})

_KEY = re.compile(r"[a-z][a-z0-9_]{1,62}")
_KEY_ELSEWHERE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")
_KEY_RULE = (
    "标识用小写英文字母、数字和下划线，以字母开头，2至63个字符，例如 inspector_appointment。"
)
_WHOLE = (undefer(Draft.xml), undefer(Draft.forms), undefer(Draft.decisions))


class Content(TypedDict, total=False):
    """What of a draft is kept; what is left out, or ``None``, stays as it is."""

    xml: str | None
    forms: Mapping[str, Any] | None
    decisions: Mapping[str, str] | None


def find(session: Session, key: str, *, to_change: bool = False) -> Draft | None:
    """Return the draft with its whole content, if there is one."""
    query = select(Draft).filter_by(key=key).options(*_WHOLE)
    if to_change:
        query = query.with_for_update(of=Draft).execution_options(populate_existing=True)
    return session.scalars(query).first()


def content_of(row: Draft | Diagram) -> Bundle:
    """Return what a draft or a version holds."""
    return Bundle(row.key, row.xml, row.forms, row.decisions)


def newest(session: Session, key: str, version: int | None = None) -> Diagram:
    """Return a version with its content: the one asked for, in force, or made last.

    Raises:
        NotFound: there is none.
    """
    whole = (undefer(Diagram.xml), undefer(Diagram.forms), undefer(Diagram.decisions))
    in_force = case((Diagram.state == DiagramState.PUBLISHED, 0), else_=1)
    query = select(Diagram).filter_by(key=key).options(*whole)
    if version is not None:
        query = query.filter_by(version=version)
    found = session.scalars(query.order_by(in_force, Diagram.version.desc()).limit(1)).first()
    if found is None:
        raise NotFound("没有名为“%(key)s”的流程图。", key=key)
    return found


def changed(draft: Draft | None) -> DraftChanged:
    """Return the refusal that says who was faster, and when."""
    if draft is None:
        return DraftChanged()
    return DraftChanged(
        "%(who)s已于%(at)s保存了这份草稿，请比较后合并；您的改动没有丢失。",
        who=draft.saved_by.name,
        at=moment(draft.saved_at),
    )


def moment(at: datetime) -> str:
    """Write a moment as people in the office read it."""
    return at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def add(session: Session, base: Diagram, by_id: int) -> Draft:
    """Begin a draft with the content of a version."""
    return insert(session, content_of(base), by_id, name=base.name, base_id=base.id)


def insert(
    session: Session, content: Bundle, by_id: int, *, name: str, base_id: int | None = None
) -> Draft:
    """Begin a draft; of two who begin at once the second is told."""
    now = utcnow()
    made = Draft(
        key=content.key,
        name=name,
        base_id=base_id,
        xml=content.xml,
        forms=dict(content.forms),
        decisions=dict(content.decisions),
        converted=[],
        made_at=now,
        made_by_id=by_id,
        saved_at=now,
        saved_by_id=by_id,
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        raise DraftChanged from error
    return made


def change(draft: Draft, new: Mapping[str, Any], actor: Actor) -> None:
    """Take over what is given; the name is what the drawing says."""
    for name, value in new.items():
        setattr(draft, name, value if isinstance(value, str) else dict(value))
    if "xml" in new:
        draft.name = (_name_in(draft.xml) or draft.name)[:120]
    draft.saved_at, draft.saved_by_id = utcnow(), actor.id


def _name_in(xml: str) -> str:
    try:
        return engine.process_name(xml)
    except InvalidDiagram:
        return ""


def check(content: Content, note: str = "") -> None:
    """Refuse what no database keeps, and forms that nothing could read.

    Raises:
        Invalid: there are characters in it that stand for nothing, or a form has no form's shape.
        TooLarge: it is too large.
    """
    try:
        texts = list(texts_in([dict(content), note]))
    except TooDeep as error:
        raise Invalid("内容嵌套过深，无法保存。") from error
    if sum(map(len, texts)) > LARGEST:
        raise TooLarge
    if any(UNKEEPABLE.search(text) for text in texts):
        raise Invalid("内容中含有无法保存的字符，请删去后再保存。")
    forms = (content.get("forms") or {}).items()
    if wrong := [problem(fault, key) for key, form in forms for fault in shape_faults(form)]:
        told = [one.message for one in wrong[:50]]
        raise Invalid(wrong[0].template, fields={"forms": told}, **wrong[0].params)


def save(session: Session, draft: Draft, actor: Actor, note: str) -> None:
    """Note the draft as it is now; what one person keeps in quick succession is one save."""
    query = select(DraftSave).filter_by(draft_id=draft.id).order_by(DraftSave.id.desc()).limit(1)
    last = session.scalars(query).first()
    if last is None or note or not _continues(last, actor):
        last = DraftSave(draft_id=draft.id, by_id=actor.id)
        session.add(last)
    last.at, last.note = utcnow(), note[:200]
    last.xml, last.forms, last.decisions = draft.xml, draft.forms, draft.decisions


def _continues(last: DraftSave, actor: Actor) -> bool:
    return last.by_id == actor.id and not last.note and _span(last.at) == _span(utcnow())


def _span(at: datetime) -> float:
    return at.timestamp() // SPAN.total_seconds()


def note_save(session: Session, draft: Draft, content: Bundle, *, by_id: int, note: str) -> None:
    """Put a content among the saves of a draft, to go back to, without changing the draft."""
    save = DraftSave(draft_id=draft.id, by_id=by_id, at=utcnow(), note=note[:200])
    save.xml, save.forms = content.xml, dict(content.forms)
    save.decisions = dict(content.decisions)
    session.add(save)


def faults(session: Session, key: str, name: str) -> dict[str, list[str]]:
    """List what keeps a new process from being called so, by field."""
    found: dict[str, list[str]] = {}
    if not 2 <= len(name) <= 60 or not name.isprintable():
        found["name"] = ["名称为2至60个字。"]
    if not _KEY.fullmatch(key) or key in RESERVED:
        found["key"] = [_KEY_RULE]
    elif _is_taken(session, key):
        found["key"] = ["已有使用这个标识的流程，请换一个。"]
    return found


def may_keep_key(key: str) -> bool:
    """Tell whether a process that was drawn elsewhere may be called here what it is there."""
    return bool(_KEY_ELSEWHERE.fullmatch(key)) and key not in RESERVED


def _is_taken(session: Session, key: str) -> bool:
    rows = (
        session.scalars(select(model.id).filter_by(key=key).limit(1)) for model in (Draft, Diagram)
    )
    return any(row.first() is not None for row in rows)
