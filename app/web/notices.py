"""通知: what the person was told."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.services import notices

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.get("")
def page() -> ResponseReturnValue:
    """List the latest notices, unread ones marked."""
    return render_template("notices/page.html", here="notices", notices=notices.listing(g.actor))


@bp.post("/read")
def mark_read() -> ResponseReturnValue:
    """Mark all as read."""
    notices.mark_read(g.actor)
    flash(gettext("全部通知已标为已读。"))
    return redirect(url_for("notices.page"), 303)
