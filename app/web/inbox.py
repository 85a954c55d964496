"""The inbox: a list of what waits, and beside it the task in hand."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.services import inbox
from app.services.inbox import Due, View
from app.web import cursor, frame

bp = Blueprint("inbox", __name__, url_prefix="/inbox")

PAGE = 50


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter above the list."""

    label: str
    url: str
    chosen: bool
    count: int | None = None


@bp.get("")
def page() -> ResponseReturnValue:
    """Show one list of the inbox."""
    view = _view()
    only = request.args.get("only", "")
    after = cursor.read_moment(request.args.get("after"))
    due = _due(view, only)
    found = inbox.page(g.actor, view, due, limit=PAGE, after=after)
    return render_template(
        "inbox/page.html",
        view=view,
        tasks=found.items,
        here=str(view),
        total=inbox.total(g.actor, view, due),
        only=only,
        chips=_chips(view, only),
        next_url=_url(view, only, after=cursor.write(*found.next)) if found.next else None,
        first_url=_url(view, only) if after else None,
    )


def _view() -> View:
    asked = request.args.get("view", "")
    return View(asked) if asked in list(View) else View.MINE


def _due(view: View, only: str) -> Due:
    asked = [Due.OVERDUE] if view is View.DONE else list(Due)
    return Due(only) if only in asked else Due.ANY


def _chips(view: View, only: str) -> list[Chip]:
    if view is View.DONE:
        return [
            Chip(gettext("全部"), _url(view, ""), only == ""),
            Chip(gettext("逾期办结"), _url(view, "overdue"), only == "overdue"),
        ]
    if view is View.CLAIMABLE:
        return []
    counts = frame.current().counts
    return [
        Chip(gettext("全部"), _url(view, ""), only == "", counts.mine),
        Chip(gettext("逾期"), _url(view, "overdue"), only == "overdue", counts.overdue),
        Chip(gettext("今日到期"), _url(view, "today"), only == "today", counts.today),
    ]


def _url(view: View, only: str, after: str | None = None) -> str:
    return url_for("inbox.page", view=str(view), only=only or None, after=after)
