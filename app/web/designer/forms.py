"""表单: the forms of a process being drawn; beginning, copying, taking in and dropping them."""

from __future__ import annotations

from flask import Response, flash, g, json, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import DomainError, Invalid
from app.domain.form_reading import LARGEST
from app.domain.vocabulary import Role
from app.http import problem_of, status_of
from app.services.design import forms as service
from app.services.design import standing
from app.services.design.standing import Standing
from app.texts import say
from app.web.designer.blueprint import bp
from app.web.designer.content import standing_of

_FIELDS = ("title", "key", "source")


@bp.get("/<key>/forms")
def forms(key: str) -> ResponseReturnValue:
    """List the forms of a process."""
    return _draw(standing_of(key))


@bp.post("/<key>/forms")
def begin_form(key: str) -> ResponseReturnValue:
    """Begin a form: empty, as a copy, or from a file."""
    now = standing_of(key)
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    try:
        made = _begin(now, typed)
    except DomainError as error:
        return _draw(standing_of(key), typed, error), status_of(error)
    flash(gettext("已新建表单“%(form)s”。", form=made))
    return redirect(url_for("designer.form_editor", key=key, form=made), 303)


def _begin(now: Standing, typed: dict[str, str]) -> str:
    way = request.form.get("way", "")
    if way == "copy":
        process, _slash, form = typed["source"].partition("/")
        return service.copy(now, typed["key"], (process, form), g.actor)
    if way == "file":
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Invalid(fields={"file": ["请选择文件。"]})
        return service.take(now, typed["key"], sent.stream.read(LARGEST + 1), g.actor)
    return service.begin(now, typed["key"], typed["title"], g.actor)


def _draw(
    now: Standing, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> str:
    faults = problem_of(error).get("errors", {}) if error else {}
    return render_template(
        "designer/forms.html",
        here="designer",
        now=now,
        lines=service.listing(now),
        sources=[
            (f"{one.key}/{form}", one, form)
            for one in standing.elsewhere()
            if one.key != now.key
            for form in sorted(one.forms)
        ],
        typed=typed or {},
        faults=faults,
        refusal=say(error) if error and not faults else "",
        way=request.form.get("way", ""),
        draws=g.actor.has(Role.ANALYST),
    )


@bp.post("/<key>/forms/<form>/delete")
def drop_form(key: str, form: str) -> ResponseReturnValue:
    """Delete a form that no step uses."""
    try:
        service.drop(standing_of(key), form, g.actor)
    except DomainError as error:
        return _draw(standing_of(key), error=error), status_of(error)
    flash(gettext("已删除表单“%(form)s”。", form=form))
    return redirect(url_for("designer.forms", key=key), 303)


@bp.get("/<key>/forms/<form>.form")
def form_file(key: str, form: str) -> ResponseReturnValue:
    """Give out a form as the desktop modeler reads it."""
    found = service.form_of(standing_of(key), form)
    body = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=False)
    response = Response(body, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{form}.form"'
    return response
