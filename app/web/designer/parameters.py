"""Parameters of effects as the drawing board names them, and what each may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext

from app.domain.vocabulary import Role, Term
from app.sayings import VERSION_NOTICES
from app.services import letters
from app.services.design.parameters import LETTER_OUTCOMES, NAMES, REASONS, TERMS
from app.texts import NOTICES, label, notice_template, word

Choice = dict[str, Any]

#: Those who hear of deadlines in a case.
_HEARING = tuple(
    role
    for role in Role
    if role not in (Role.ANALYST, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
)


def name_of_parameter(name: str) -> str:
    """Return what a parameter is called; one without words goes by its name."""
    return gettext(NAMES[name]) if name in NAMES else name


def chosen_for(topic: str, name: str) -> Choice:
    """Return what a parameter is chosen from: one, or several; nothing if it is written."""
    found = _CHOICES.get((topic, name))
    if found is None:
        return {}
    return {"options": found(), "several": name == "to"}


def notices() -> list[Choice]:
    """Return the kinds of notices that are worded, their particulars left open."""
    worded = (what for what in NOTICES if what != "notify" and what not in VERSION_NOTICES)
    return [_choice(what, notice_template(what) % _Open()) for what in worded]


class _Open(dict[str, str]):
    """Particulars that only a case can tell."""

    def __missing__(self, _key: str) -> str:
        return "…"


def _choice(value: str, words: str) -> Choice:
    return {"value": str(value), "label": words}


def _terms(*terms: Term) -> Callable[[], list[Choice]]:
    return lambda: [_choice(term, label(term)) for term in terms]


def _words(values: Iterable[str]) -> Callable[[], list[Choice]]:
    return lambda: [_choice(value, word(value)) for value in values]


def _outcomes_of_letters() -> list[Choice]:
    return [_choice(value, gettext(words)) for value, words in LETTER_OUTCOMES.items()]


_CHOICES: dict[tuple[str, str], Callable[[], list[Choice]]] = {
    ("remind", "notice"): notices,
    ("remind", "to"): _terms(*_HEARING),
    ("notify", "to"): _terms(*_HEARING),
    ("settle_letter", "outcome"): _outcomes_of_letters,
    **dict.fromkeys(REASONS, _words(letters.REASONS)),
    **{of: _terms(*terms) for of, terms in TERMS.items()},
}
