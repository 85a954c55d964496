"""The inbox: a list of what waits, and beside it the task in hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.clock import utcnow
from app.domain.process import Task
from app.services import inbox
from app.services.inbox import View
from app.web import cursor, frame
from app.web.frame import end_of_today

bp = Blueprint("inbox", __name__, url_prefix="/inbox")

PAGE = 50
#: What falls due on one day is shown without pages.
DAY = 200


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
    found = _page(view, only, after)
    return render_template(
        "inbox/page.html",
        view=view,
        tasks=found.items,
        here=str(view),
        total=inbox.total(g.actor, view, overdue=only == "overdue"),
        only=only,
        chips=_chips(view, only),
        next_url=_url(view, only, after=cursor.write(*found.next)) if found.next else None,
        first_url=_url(view, only) if after else None,
    )


def _view() -> View:
    asked = request.args.get("view", "")
    return View(asked) if asked in list(View) else View.MINE


def _page(view: View, only: str, after: tuple[datetime, int] | None) -> inbox.Page:
    if only != "today":
        return inbox.page(g.actor, view, limit=PAGE, after=after, overdue=only == "overdue")
    # The list is in the order of deadlines: today's stand together, after those overdue.
    found = inbox.page(g.actor, view, limit=DAY, after=(utcnow(), 0)).items
    return inbox.Page([task for task in found if _ends_today(task)], None)


def _ends_today(task: Task) -> bool:
    return task.due_at is not None and task.due_at <= end_of_today()


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
