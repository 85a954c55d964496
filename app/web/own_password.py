"""修改密码: one's own password, changed by whoever knows the old one."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.domain.errors import Invalid
from app.http import status_of
from app.services.people import passwords

bp = Blueprint("own_password", __name__)


@bp.get("/me/password")
def page() -> ResponseReturnValue:
    """Ask for the old password and a new one."""
    return render_template("admin/own_password.html", here="", errors={})


@bp.post("/me/password")
def change() -> ResponseReturnValue:
    """Change it; all other logins end."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    try:
        if new != again:
            raise Invalid(fields={"again": ["两次输入的新密码不一致。"]})
        passwords.change_own(g.actor, old, new, keep=current_user.token)
    except Invalid as error:
        page = render_template("admin/own_password.html", here="", errors=error.fields)
        return page, status_of(error)
    flash(gettext("密码已修改，您在其他地方的登录已全部结束。"))
    return redirect(url_for("signing.home"), 303)
