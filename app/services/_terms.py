"""On what terms a process may be begun, as its drawing says. Shared by the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.vocabulary import Role
from app.engine.linting.starting import BY_PROGRAM, listed

#: Who begins a process whose drawing does not say.
USUAL_STARTERS = frozenset({Role.OFFICE, Role.OFFICE_HEAD})


@dataclass(frozen=True, slots=True)
class Terms:
    """Who may begin a process, about what, and what tells it from others of its kind."""

    #: Whether its processes are each about a case.
    about_case: bool
    #: Whether only the program itself begins it, with what it is about.
    by_program: bool
    starters: frozenset[Role]
    #: Key of the field whose answer is the title of the process; empty: it has none.
    title: str
    #: What it is for, in a sentence or two.
    description: str = ""


def terms_of(properties: Mapping[str, str], description: str = "") -> Terms:
    """Read the terms from the properties of a drawing's process."""
    named = frozenset(Role(one) for one in listed(properties.get("starters", "")) if one in _ROLES)
    return Terms(
        about_case=properties.get("subject") == "case",
        by_program=properties.get("started_by") == BY_PROGRAM,
        starters=named or USUAL_STARTERS,
        title=properties.get("title", ""),
        description=description,
    )


_ROLES = frozenset(str(role) for role in Role)
