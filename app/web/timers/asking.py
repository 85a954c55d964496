"""What the address of a page of deadlines asks for, read strictly."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.domain.errors import Invalid, Sentence
from app.services.timer_ledger import Window
from app.services.timer_list import Asked
from app.web import narrowing

#: What the views take besides what all pages are narrowed down by.
MORE = ("view", "window", "day", "case", "mine", "letters", "after")
LONGEST = 40


def asked(*more: str) -> Asked:
    """Return which deadlines the address asks for; besides it may hold *more* parameters.

    Raises:
        Invalid: it holds another parameter, or a value that means nothing; each is named.
    """
    return Asked(
        within=narrowing.asked(*MORE, *more),
        window=narrowing.word(Window, "window"),
        day=narrowing.day("day"),
        case=typed("case"),
        mine=narrowing.flag("mine") or False,
        letters=narrowing.flag("letters") or False,
    )


def typed(name: str) -> str:
    """Return what somebody typed, without spaces around it.

    Raises:
        Invalid: it holds what no column can, or too much.
    """
    text = request.args.get(name, "").strip()
    if len(text) > LONGEST or not text.isprintable():
        raise Invalid(fields={name: [Sentence("“%(name)s”不超过40个可见字符。", name=name)]})
    return text


def kept(what: Asked, **changes: Any) -> dict[str, Any]:
    """Return the parameters of an address that asks for the same, but for *changes*."""
    told: dict[str, Any] = {
        **what.within.written(),
        "window": what.window,
        "day": what.day,
        "case": what.case or None,
        "mine": 1 if what.mine else None,
        "letters": 1 if what.letters else None,
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


def address(what: Asked, **changes: Any) -> str:
    """Return the address of the page that asks for the same, but for *changes*."""
    return url_for("timers.page", **kept(what, **changes))
