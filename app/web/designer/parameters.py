"""Parameters of effects as the drawing board names them, and what each may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext

from app.domain.vocabulary import FollowUpResult, ObjectionState, Role, Term
from app.sayings import VERSION_NOTICES
from app.services import letters
from app.texts import NOTICES, label, notice_template, word

Choice = dict[str, Any]

_NAMES = {
    "notice": "通知内容",
    "text": "通知的话（一句）",
    "to": "通知岗位",
    "reason": "发函原因",
    "outcome": "结论",
    "result": "结论",
    "kind": "情形",
}
#: Those who hear of deadlines in a case.
_HEARING = tuple(
    role
    for role in Role
    if role not in (Role.ANALYST, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
)


def name_of_parameter(name: str) -> str:
    """Return what a parameter is called; one without words goes by its name."""
    return gettext(_NAMES[name]) if name in _NAMES else name


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
    return [_choice("satisfied", gettext("已办结")), _choice("skipped", gettext("不发函"))]


_CHOICES: dict[tuple[str, str], Callable[[], list[Choice]]] = {
    ("remind", "notice"): notices,
    ("remind", "to"): _terms(*_HEARING),
    ("notify", "to"): _terms(*_HEARING),
    ("start_expediting", "reason"): _words(letters.REASONS),
    ("record_clue", "kind"): _words(letters.REASONS),
    ("settle_letter", "outcome"): _outcomes_of_letters,
    ("settle_follow_up", "result"): _terms(*FollowUpResult),
    ("relapse", "kind"): _terms(FollowUpResult.RELAPSE, FollowUpResult.FALSE),
    ("settle_objection", "outcome"): _terms(
        ObjectionState.NOT_ADMITTED,
        ObjectionState.KEPT,
        ObjectionState.CHANGED,
        ObjectionState.REVOKED,
    ),
}
