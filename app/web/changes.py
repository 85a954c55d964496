"""变更与异议: asking for a change of a case, objecting, taking that back, and the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from app.domain.case import Case
from app.domain.errors import DomainError, Invalid, TooLarge
from app.domain.vocabulary import ChangeKind, ChangeState
from app.forms import setting_about
from app.http import problem_of, status_of
from app.services import cases, changes, dossier, inbox, objections
from app.texts import label, language, say
from app.web import cursor
from app.web.change_effects import asked, change_of, table_of
from app.web.filling import Filling, FormFilling
from app.web.papers import ids_in, links

bp = Blueprint("changes", __name__)

PAGE = 50
Word = TypeVar("Word", bound=StrEnum)


@bp.get("/changes")
def page() -> ResponseReturnValue:
    """List requests, or the objections, about the cases that the person may see."""
    narrow = changes.Filter(_word(ChangeKind, "kind"), _word(ChangeState, "state"))
    showing_objections = request.args.get("view") == "objections"
    after = cursor.read_moment(request.args.get("after"))
    found = changes.page(g.actor, narrow, limit=PAGE + 1, after=after)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return render_template(
        "changes/page.html",
        here="changes",
        found=found[:PAGE],
        objections=objections.listing(g.actor) if showing_objections else None,
        narrow=narrow,
        kinds=list(ChangeKind),
        states=list(ChangeState),
        next_url=_url(narrow, cursor.write(last.filed_at, last.id)) if last else None,
        first_url=_url(narrow) if after else None,
    )


def _word(vocabulary: type[Word], name: str) -> Word | None:
    found = request.args.get(name, "")
    return vocabulary(found) if found in list(vocabulary) else None


def _url(narrow: changes.Filter, after: str | None = None) -> str:
    return url_for("changes.page", kind=narrow.kind, state=narrow.state, after=after)


def _kind() -> ChangeKind:
    found = _word(ChangeKind, "kind")
    if found is None:
        raise NotFound
    return found


def _filling(case: Case, kind: ChangeKind) -> FormFilling:
    setting = setting_about(case, g.actor, kind=kind, language=language())
    return FormFilling(changes.form_of(kind)[2], setting, case)


@bp.get("/cases/<number>/changes/new")
def new(number: str) -> ResponseReturnValue:
    """Show the form of a request, with what it would do to every clock."""
    kind = _kind()
    case = changes.to_ask(number, g.actor, kind)
    return _draw(case, kind, _filling(case, kind))


@bp.post("/cases/<number>/changes/new")
def file_request(number: str) -> ResponseReturnValue:
    """Send the request; if it is refused, what was typed is shown again."""
    kind = _kind()
    case = cases.get(number, g.actor)
    filling = _filling(case, kind)
    typed = filling.typed()
    try:
        changes.to_ask(number, g.actor, kind)  # that it comes too late is said before any fault
        filling.take_files(typed)
        changes.file_request(number, g.actor, kind, filling.answers(typed))
    except DomainError as error:
        return _draw(case, kind, filling, typed, error), status_of(error)
    flash(_filed(kind))
    return redirect(url_for("cases.case", number=number), 303)


def _filed(kind: ChangeKind) -> str:
    if kind is ChangeKind.RESUMPTION:
        return gettext("“%(kind)s”申请已提交。批准前仍停止计时。", kind=label(kind))
    return gettext("“%(kind)s”申请已提交。审批期间原期限照常计算。", kind=label(kind))


def _draw(
    case: Case,
    kind: ChangeKind,
    filling: FormFilling,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
) -> str:
    return render_template(
        "changes/new.html",
        kind=kind,
        effects=table_of(case.number, asked(kind, typed or {})),
        late=changes.is_late(case, g.actor, kind),
        **_shown(case, filling, typed, error),
    )


def _shown(
    case: Case,
    filling: FormFilling,
    typed: Mapping[str, Any] | None,
    error: DomainError | None,
) -> dict[str, Any]:
    """Return what both forms show: as it was typed, with its files, and why it was refused."""
    faults = _faults(error)
    attached = dossier.files(ids_in(typed or {}), case=case, actor=g.actor)
    return {
        "here": "changes",
        "case": case,
        "form": filling.view(typed, faults),
        "files": links(attached.values()),
        "refusal": say(error) if error and not faults else None,
        #: What can't be asked for any more is not asked for again, only read.
        "fillable": error is None or isinstance(error, (Invalid, TooLarge)),
        "lines": filling.lines(typed or {}),
    }


def _faults(error: DomainError | None) -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = problem_of(error).get("errors", {}) if error else {}
    return found


@bp.post("/cases/<number>/changes/effects")
def effects(number: str) -> ResponseReturnValue:
    """Tell what the request as typed so far would do to every clock."""
    kind = _kind()
    typed = _filling(changes.to_ask(number, g.actor, kind), kind).typed()
    found = table_of(number, asked(kind, typed))
    return render_template("changes/_effects.html", effects=found)


@bp.post("/cases/<number>/changes/preview")
def preview(number: str) -> ResponseReturnValue:
    """Say which fields the form hides, given what was typed so far."""
    kind = _kind()
    filling = _filling(changes.to_ask(number, g.actor, kind), kind)
    return jsonify(hidden=filling.view(filling.typed()).hidden)


@bp.post("/tasks/<int:task_id>/effects")
def task_effects(task_id: int) -> ResponseReturnValue:
    """Tell what the decision as typed so far would do to every clock."""
    task = inbox.get_task(task_id, g.actor)
    change = change_of(task, Filling(task).typed())
    found = table_of(task.case.number, change) if task.case else None
    return render_template("changes/_effects.html", effects=found)


@bp.post("/changes/<int:change_id>/withdraw")
def withdraw(change_id: int) -> ResponseReturnValue:
    """Take a pending request back."""
    change = changes.withdraw(change_id, g.actor)
    flash(gettext("“%(kind)s”申请已撤回。", kind=label(change.kind)))
    return redirect(url_for("cases.case", number=change.case.number), 303)


def _objecting(case: Case) -> FormFilling:
    setting = setting_about(case, g.actor, language=language())
    return FormFilling(objections.form_of()[2], setting, case)


@bp.get("/cases/<number>/objection/new")
def new_objection(number: str) -> ResponseReturnValue:
    """Show the form of an objection."""
    case = objections.to_object(number, g.actor)
    return render_template("changes/objection.html", **_shown(case, _objecting(case), None, None))


@bp.post("/cases/<number>/objection/new")
def file_objection(number: str) -> ResponseReturnValue:
    """Raise the objection; if it is refused, what was typed is shown again."""
    case = cases.get(number, g.actor)
    filling = _objecting(case)
    typed = filling.typed()
    try:
        objections.to_object(number, g.actor)
        filling.take_files(typed)
        objections.file_objection(number, g.actor, filling.answers(typed))
    except DomainError as error:
        shown = _shown(case, filling, typed, error)
        return render_template("changes/objection.html", **shown), status_of(error)
    flash(gettext("复查申请已提交。复查期间整改照常进行。"))
    return redirect(url_for("cases.case", number=number), 303)


@bp.post("/objections/<int:objection_id>/withdraw")
def withdraw_objection(objection_id: int) -> ResponseReturnValue:
    """Take an objection back."""
    objection = objections.withdraw(objection_id, g.actor)
    flash(gettext("复查申请已撤回。"))
    return redirect(url_for("cases.case", number=objection.case.number), 303)
