"""What differs between two versions of a process, in words: drawing, forms, decision tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from functools import lru_cache

from sqlalchemy import select

from app.db import db
from app.domain.design import Draft
from app.domain.design_terms import ChangeAct, ChangePart, ChangeWeight
from app.domain.errors import Invalid, NotFound
from app.domain.process import Diagram
from app.domain.rule_sets import RuleSet
from app.domain.vocabulary import DiagramState
from app.services.design import (
    _diagram_changes,
    _drafts,
    _form_changes,
    _table_changes,
    drafts,
)
from app.services.design.changing import Change
from app.services.diagrams import Bundle

__all__ = ["Change", "Side", "changes", "choices", "side", "sides"]

#: How a draft is called where versions have numbers.
DRAFT = "draft"
#: Lines of the text of a drawing that are shown around one that differs.
_AROUND = 3

_WEIGHTS = list(ChangeWeight)
_PARTS = list(ChangePart)


def changes(
    before: Bundle, after: Bundle, *, english: bool = False, rules: RuleSet | None = None
) -> list[Change]:
    """List all that differs between two versions, each by a sentence that names the element.

    What matters to the work comes first, what is but layout last; the drawing before forms and
    tables. In *english* elements are named by the English that they carry. With the county's
    *rules* it is noted where these, not the drawing, fix how long a deadline runs. It never
    refuses: of what cannot be read it says just that.
    """
    found = [
        *_diagram_changes.changes(before.xml, after.xml, english=english, rules=rules),
        *_form_changes.changes(before.forms, after.forms, english=english),
        *_table_changes.changes(before.decisions, after.decisions),
    ]
    return sorted(found, key=lambda one: (_PARTS.index(one.part), _WEIGHTS.index(one.weight)))


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: a version, or the draft."""

    #: ``draft`` or the number of the version.
    name: str
    bundle: Bundle
    title: str
    #: ``None`` for the draft.
    version: int | None = None
    state: DiagramState | None = None

    @property
    def is_draft(self) -> bool:
        """Whether it is still being drawn."""
        return self.version is None


def choices(key: str) -> list[tuple[str, DiagramState | None]]:
    """List what can be compared of a process, the draft first, then the newest version.

    Raises:
        NotFound: there is no such process.
    """
    query = select(Diagram.version, Diagram.state).filter_by(key=key)
    rows = db.session.execute(query.order_by(Diagram.version.desc())).all()
    found: list[tuple[str, DiagramState | None]] = [(str(row.version), row.state) for row in rows]
    if db.session.scalar(select(Draft.id).filter_by(key=key)) is not None:
        found.insert(0, (DRAFT, None))
    if not found:
        raise NotFound("没有名为“%(key)s”的流程图。", key=key)
    return found


def sides(key: str, before: str | None = None, after: str | None = None) -> tuple[Side, Side]:
    """Return the two to be compared; by default the version in force, and the draft or newest.

    Where the newest is in force, it is compared with the one before.

    Raises:
        NotFound: there is no such process, version or draft.
        Invalid: neither ``draft`` nor the number of a version is given.
    """
    known = choices(key)
    names = [name for name, _ in known]
    in_force = next((n for n, state in known if state is DiagramState.PUBLISHED), names[-1])
    later = after or names[0]
    older = [in_force] if in_force != later else names[names.index(later) + 1 :]
    return side(key, before or (older or [later])[0]), side(key, later)


def side(key: str, name: str) -> Side:
    """Return the draft of a process, or the version of that number.

    Raises:
        NotFound: there is none.
        Invalid: it is neither ``draft`` nor a number.
    """
    if name == DRAFT:
        draft = drafts.get(key)
        return Side(name, _drafts.content_of(draft), draft.name)
    if not name.isascii() or not name.isdigit() or len(name) > 9:
        raise Invalid("请用版本号，或用 draft 表示草稿。")
    version = int(name)
    bundle = drafts.bundle(key, version)
    row = db.session.scalars(select(Diagram).filter_by(key=key, version=version)).one()
    return Side(str(version), bundle, row.name, version, row.state)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a diagram shows of one element."""

    element: str
    act: ChangeAct
    weight: ChangeWeight


def marks(found: Iterable[Change]) -> tuple[list[Mark], list[Mark]]:
    """Return what to mark on the earlier and on the later diagram, each element once."""
    before: dict[str, Mark] = {}
    after: dict[str, Mark] = {}
    for one in found:
        if one.part is not ChangePart.DIAGRAM or not one.element:
            continue
        if one.act is not ChangeAct.ADDED:
            before.setdefault(one.was, Mark(one.was, one.act, one.weight))
        if one.act is not ChangeAct.REMOVED:
            after.setdefault(one.element, Mark(one.element, one.act, one.weight))
        side = after if one.act is ChangeAct.ADDED else before
        for flow in one.also:
            side.setdefault(flow, Mark(flow, one.act, ChangeWeight.LAYOUT))
    return list(before.values()), list(after.values())


def counts(found: Iterable[Change]) -> Mapping[ChangeWeight, int]:
    """Count changes by how much they matter."""
    return Counter(one.weight for one in found)


@lru_cache(maxsize=8)
def text_difference(before: str, after: str) -> tuple[str, ...] | None:
    """Return the lines in which the texts of two drawings differ, as ``diff -u`` writes them.

    ``None`` if they are too long to compare line by line.
    """
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > _MOST_LINES:
        return None
    return tuple(unified_diff(old, new, "before", "after", lineterm="", n=_AROUND))


#: Lines of a text; beyond them comparing takes seconds.
_MOST_LINES = 10_000
