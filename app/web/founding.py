"""The first page of an empty installation: who runs it, and the first administrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import Invalid, NotFound
from app.http import problem_of, status_of
from app.services import founding

bp = Blueprint("founding", __name__, url_prefix="/setup")


@bp.get("")
def form() -> ResponseReturnValue:
    """Ask for the county and the first administrator, if the link is still good."""
    token = request.args.get("token", "")
    if not founding.is_open(token):
        raise NotFound("链接无效或已过期，请重新启动服务获取新的链接。")
    return _draw(token)


@bp.post("")
def found() -> ResponseReturnValue:
    """Found the installation; the link works once."""
    token = request.form.get("token", "")
    names = ("county", "case_prefix", "letter_prefix", "username", "name")
    told = {name: request.form.get(name, "").strip()[:60] for name in names}
    told["case_prefix"] = told["case_prefix"].upper()
    foundation = founding.Foundation(**told, password=request.form.get("password", ""))
    try:
        founding.found(token, foundation)
    except Invalid as error:
        return _draw(token, told, problem_of(error).get("errors", {})), status_of(error)
    flash(gettext("初始设置完成，请用管理员账号登录。"))
    return redirect(url_for("signing.login"), 303)


def _draw(
    token: str,
    told: Mapping[str, str] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> str:
    return render_template("setup.html", token=token, told=told or {}, errors=errors or {})
