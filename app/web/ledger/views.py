"""The person's own views of the ledger: kept, put first, forgotten."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.services import ledger_views
from app.web.ledger.asking import asked
from app.web.ledger.blueprint import bp


@bp.post("/views")
def save_view() -> ResponseReturnValue:
    """Keep what the address asks for under a name."""
    first = request.form.get("first") == "1"
    view = ledger_views.save(request.form.get("name", ""), asked(), g.actor, first=first)
    flash(gettext("已保存视图“%(name)s”。", name=view.name))
    return _to(view.id)


@bp.post("/views/<int:view_id>/first")
def put_view_first(view_id: int) -> ResponseReturnValue:
    """Have the ledger open with a view."""
    view = ledger_views.make_first(view_id, g.actor)
    flash(gettext("以后打开台账时先显示“%(name)s”。", name=view.name))
    return _to(view.id)


@bp.post("/views/<int:view_id>/remove")
def remove_view(view_id: int) -> ResponseReturnValue:
    """Forget a view."""
    ledger_views.remove(view_id, g.actor)
    flash(gettext("视图已删除。"))
    return redirect(url_for("ledger.page", layout="ledger"), 303)


def _to(view_id: int) -> ResponseReturnValue:
    return redirect(url_for("ledger.page", view=view_id), 303)
