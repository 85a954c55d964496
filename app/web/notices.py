"""通知: what the person was told; and for the office, who was told what about a case."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.http import row_id
from app.messages import fault_text
from app.services import cases, notices
from app.web import cursor
from app.web.access import office_only
from app.web.notice_lines import lines_of

bp = Blueprint("notices", __name__)

PAGE = 100


@bp.get("/notices")
def page() -> ResponseReturnValue:
    """List the latest notices, what is alike in one line, unread ones marked."""
    only_unread = request.args.get("only") == "unread"
    after = cursor.read_moment(request.args.get("after"))
    found = notices.page(g.actor, unread=True if only_unread else None, limit=PAGE, after=after)
    only = "unread" if only_unread else None
    following = cursor.write(*found.next) if found.next else None
    return render_template(
        "notices/page.html",
        here="notices",
        found=found,
        stretches=lines_of(found.items),
        only_unread=only_unread,
        unread=notices.unread(g.actor),
        fault_text=fault_text,
        next_url=url_for("notices.page", only=only, after=following) if following else None,
        first_url=url_for("notices.page", only=only) if after else None,
    )


@bp.post("/notices/read")
def mark_read() -> ResponseReturnValue:
    """Mark some as read, or all."""
    some = "id" in request.form
    notices.mark_read(g.actor, request.form.getlist("id", type=row_id) if some else None)
    flash(gettext("已标为已读。") if some else gettext("全部通知已标为已读。"))
    only = "unread" if request.form.get("only") == "unread" else None
    return redirect(url_for("notices.page", only=only), 303)


@bp.get("/notices/<int:notice_id>")
def notice(notice_id: int) -> ResponseReturnValue:
    """Go to what a notice is about; it counts as read from here on."""
    found = notices.opened(notice_id, g.actor)
    if (of := found.diagram) is not None:
        return redirect(url_for("designer.review", key=of.key, version=of.version))
    if not notices.may_see(found, g.actor):
        return redirect(url_for("notices.page"))
    asks = found.case is None or found.what.endswith(("_due", "_missing"))
    if asks and (task_id := notices.task_about(found, g.actor)):
        return redirect(url_for("tasks.page", task_id=task_id))
    if found.case is None:
        return redirect(url_for("processes.process", process_id=found.process_id))
    return redirect(url_for("cases.case", number=found.case.number))


@bp.get("/cases/<path:number>/notices")
@office_only
def about(number: str) -> ResponseReturnValue:
    """Show who was told what about a case, when, by which way, and when they read it."""
    case = cases.get(number, g.actor)
    told = notices.about(case, g.actor)
    return render_template(
        "notices/about.html", here="cases", case=case, told=told, fault_text=fault_text
    )
