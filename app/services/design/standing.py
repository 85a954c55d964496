"""What an analyst works on: the draft of a process, else the version that begins one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.db import db
from app.domain.design import Draft
from app.domain.errors import InvalidDiagram
from app.domain.form_reading import shape_faults
from app.domain.people import Actor
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState
from app.engine import process_name
from app.engine.parsing import camunda, parse_xml
from app.services import english
from app.services.design import _drafts, drafts
from app.services.diagrams import Bundle, about_case


@dataclass(frozen=True, slots=True)
class Standing:
    """The content that pages show and change."""

    content: Bundle
    name: str
    #: Of the draft; 0 while there is none.
    revision: int
    #: Whether steps are named by the English that they carry.
    english: bool = False

    @property
    def key(self) -> str:
        """The process."""
        return self.content.key

    @property
    def is_about_case(self) -> bool:
        """Whether its processes are about a case; a drawing that can't be read may be."""
        try:
            return about_case(self.content.xml)
        except InvalidDiagram:
            return True

    def users(self, attribute: str) -> Mapping[str, list[str]] | None:
        """Return the names of the steps that name a form or a table; ``None``: it can't be read."""
        try:
            root = parse_xml(self.content.xml)
        except InvalidDiagram:
            return None
        named = english.names(root) if self.english else {}
        found: dict[str, list[str]] = {}
        for element in root.iter():
            if isinstance(element.tag, str) and (key := element.get(camunda(attribute))):
                own = element.get("id") or ""
                found.setdefault(key, []).append(named.get(own) or element.get("name") or own)
        return found


def of(key: str, *, in_english: bool = False) -> Standing:
    """Return what stands of a process, its steps named *in_english* if that is wanted.

    Raises:
        NotFound: there is no such process.
    """
    draft = _drafts.find(db.session(), key)
    if draft is not None:
        return Standing(_drafts.content_of(draft), draft.name, draft.revision, in_english)
    content = drafts.bundle(key)
    try:
        name = process_name(content.xml)
    except InvalidDiagram:
        name = ""
    return Standing(content, name or key, 0, in_english)


def digest(part: Any) -> str:
    """Return the fingerprint of one form or table, to see whether somebody else changed it."""
    text = json.dumps(part, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def require_same(now: Standing, part: Any, *, revision: int, seen: str) -> None:
    """Let a change pass if nobody else changed the same part since it was shown.

    Raises:
        DraftChanged: somebody did; it says who and when.
    """
    if now.revision != revision and digest(part) != seen:
        raise _drafts.changed(_drafts.find(db.session(), now.key))


def keep_forms(now: Standing, forms: Mapping[str, Any], actor: Actor) -> Draft:
    """Keep the forms of what stands."""
    return drafts.keep(now.key, actor, revision=now.revision, forms=forms)


def keep_decisions(now: Standing, decisions: Mapping[str, str], actor: Actor) -> Draft:
    """Keep the decision tables of what stands."""
    return drafts.keep(now.key, actor, revision=now.revision, decisions=decisions)


def elsewhere() -> Iterable[Diagram]:
    """Return the published versions of all processes with forms and tables."""
    query = (
        select(Diagram)
        .filter_by(state=DiagramState.PUBLISHED)
        .order_by(Diagram.key)
        .options(undefer(Diagram.forms), undefer(Diagram.decisions))
    )
    return db.session.scalars(query)


def known_forms() -> list[Mapping[str, Any]]:
    """Return the readable forms of all published processes: what fields are called elsewhere."""
    forms = (form for diagram in elsewhere() for form in diagram.forms.values())
    return [form for form in forms if not shape_faults(form)]
