"""Changes of a case and objections to it: asking, looking at the effect, taking back, reading.

What is decided on them, people decide by completing the tasks of their processes.
"""

from __future__ import annotations

from typing import Any

from flask import g

from app import cursors
from app.api.calls import Call
from app.api.schemas.changes import (
    ChangeIn,
    ChangeOut,
    ChangePage,
    ChangeQuery,
    Changes,
    Choices,
    EffectsOut,
    KindQuery,
    ObjectionIn,
    Objections,
    PreviewIn,
    RaisedOut,
)
from app.api.schemas.tasks import FormOut
from app.domain.case import Case
from app.domain.change import ChangeRequest, Objection
from app.domain.errors import Invalid, Sentence
from app.domain.vocabulary import ChangeKind
from app.forms import Setting, answers_of, fields_of, require_files, setting_about
from app.services import cases, changes, objections
from app.services.changes import Change, Effects
from app.texts import language


def _setting(case: Case, kind: str = "") -> Setting:
    return setting_about(case, g.actor, kind=kind, language=language())


@Call(method="GET", path="/cases/<number>/changes", answer=Changes())
def list_case_changes(number: str) -> dict[str, Any]:
    """List the requests for a change of one case, the latest first."""
    return {"items": changes.of_case(cases.get(number, g.actor))}


@Call(
    method="POST",
    path="/cases/<number>/changes",
    body=ChangeIn(),
    answer=ChangeOut(),
    status=201,
    writes=True,
)
def file_change(number: str, body: dict[str, Any]) -> ChangeRequest:
    """Ask for an extension, a suspension, a resumption, another unit or an end.

    Only a decision changes the case; until then its clocks run as they are.
    """
    kind: ChangeKind = body["kind"]
    case = changes.to_ask(number, g.actor, kind)
    form = changes.form_of(kind)[2]
    answers = answers_of(form, body["answers"], _setting(case, kind))
    require_files(case, form, answers, g.actor)
    return changes.file_request(number, g.actor, kind, answers)


@Call(
    method="POST",
    path="/cases/<number>/changes/preview",
    body=PreviewIn(),
    answer=EffectsOut(),
)
def preview_change(number: str, body: dict[str, Any]) -> Effects:
    """Tell what a change would do to the due date and to each clock; nothing is changed."""
    change = Change(body["kind"], body["until"], _unit_id(body["to_unit"]))
    return changes.preview(number, g.actor, change)


def _unit_id(name: str | None) -> int | None:
    if not name:
        return None
    found = next((unit.id for unit in cases.units(g.actor) if unit.name == name), None)
    if found is None:
        raise Invalid(fields={"to_unit": [Sentence("没有名为“%(name)s”的单位。", name=name)]})
    return found


@Call(method="GET", path="/cases/<number>/changes/choices", answer=Choices())
def list_choices(number: str) -> dict[str, Any]:
    """List the kinds of change that the caller may ask for now, and why not the others."""
    return {"items": changes.choices(cases.get(number, g.actor), g.actor)}


@Call(method="GET", path="/cases/<number>/changes/form", query=KindQuery(), answer=FormOut())
def get_change_form(number: str, query: dict[str, Any]) -> dict[str, Any]:
    """Get the fields of the form that a request of that kind is filed with."""
    kind: ChangeKind = query["kind"]
    key, version, form = changes.form_of(kind)
    setting = _setting(cases.get(number, g.actor), kind)
    return {"key": key, "version": version, "fields": fields_of(form, setting)}


@Call(method="GET", path="/changes", query=ChangeQuery(), answer=ChangePage())
def list_changes(query: dict[str, Any]) -> dict[str, Any]:
    """List the requests about all cases that the caller may see, the latest first."""
    narrow = changes.Filter(query["kind"], query["state"])
    after = cursors.moment_after(query["cursor"], of="changes")
    limit = query["limit"]
    found = changes.page(g.actor, narrow, limit=limit + 1, after=after)
    last = found[limit - 1] if len(found) > limit else None
    place = (last.filed_at, last.id) if last else None
    return {"items": found[:limit], "next": cursors.encode(place, of="changes")}


@Call(method="POST", path="/changes/<int:change_id>/withdraw", answer=ChangeOut(), writes=True)
def withdraw_change(change_id: int) -> ChangeRequest:
    """Take a pending request back; only who asked can."""
    return changes.withdraw(change_id, g.actor)


@Call(method="GET", path="/cases/<number>/objections", answer=Objections())
def list_objections(number: str) -> dict[str, Any]:
    """List the objections to one case, the latest first."""
    return {"items": objections.of_case(cases.get(number, g.actor))}


@Call(
    method="POST",
    path="/cases/<number>/objections",
    body=ObjectionIn(),
    answer=RaisedOut(),
    status=201,
    writes=True,
)
def file_objection(number: str, body: dict[str, Any]) -> Objection:
    """Have the finding itself looked at again; the case goes on meanwhile."""
    case = objections.to_object(number, g.actor)
    form = objections.form_of()[2]
    answers = answers_of(form, body["answers"], _setting(case))
    require_files(case, form, answers, g.actor)
    return objections.file_objection(number, g.actor, answers)


@Call(
    method="POST",
    path="/objections/<int:objection_id>/withdraw",
    answer=RaisedOut(),
    writes=True,
)
def withdraw_objection(objection_id: int) -> Objection:
    """Take an objection back before it is concluded."""
    return objections.withdraw(objection_id, g.actor)
