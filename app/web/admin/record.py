"""账号变更记录: what was changed of accounts and units, by whom and when."""

from __future__ import annotations

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.account_texts import told
from app.services.people import record
from app.web.admin.blueprint import PAGE, bp, row


@bp.get("/record")
def record_page() -> ResponseReturnValue:
    """List the changes, the latest first."""
    after = row(request.args.get("after"))
    found = record.page(g.actor, limit=PAGE, after=after)
    return render_template(
        "admin/record.html",
        here="admin",
        found=found,
        told=told,
        next_url=url_for("admin.record_page", after=found.next) if found.next else None,
        first_url=url_for("admin.record_page") if after else None,
    )
