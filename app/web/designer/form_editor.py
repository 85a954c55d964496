"""One form: its fields as a list, the open one to be set, and the form as people will see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import g, json, render_template, request
from flask.typing import ResponseReturnValue

from app.domain.errors import DomainError, DraftChanged, Invalid, NotFound
from app.domain.form_choices import vocabulary
from app.domain.form_outline import Place, added, address, at, lines, moved, place_by_id, place_of
from app.domain.form_settings import Faults, written
from app.domain.form_types import HOLDERS, TYPES
from app.domain.vocabulary import Role
from app.http import row_id, status_of
from app.services.design import form_editing, standing
from app.services.design import forms as service
from app.services.design.form_editing import Filled
from app.services.design.standing import Standing
from app.texts import say
from app.web.designer import trying
from app.web.designer.blueprint import bp
from app.web.designer.content import standing_of
from app.web.designer.field_panel import Panel, filled_in, panel_of

Form = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """The page between two changes."""

    now: Standing
    key: str
    form: Form
    #: The open field.
    place: Place | None = None
    filled: Filled | None = None
    faults: Faults | None = None
    refusal: str = ""
    #: A field just taken out, and where it stood.
    removed: tuple[str, Mapping[str, Any]] | None = None
    #: The id of the control to go on with.
    focus: str = ""

    @property
    def needed(self) -> frozenset[str]:
        """Keys of the fields that must stay."""
        return service.needs(self.now, self.key)

    @property
    def panel(self) -> Panel | None:
        """The open field."""
        if self.place is None:
            return None
        return panel_of(self.form, self.place, self.needed, self.filled, self.faults)


def _desk(key: str, form: str, place: Place | None = None) -> Desk:
    now = standing_of(key)
    return Desk(now, form, dict(service.form_of(now, form)), place)


@bp.get("/<key>/forms/<form>")
def form_editor(key: str, form: str) -> ResponseReturnValue:
    """Show a form with one field open."""
    desk = _desk(key, form)
    chosen = place_of(request.args.get("field", ""))
    first = lines(desk.form)[:1]
    place = chosen or (first[0].place if first else None)
    if place is not None:
        at(desk.form, place)
    return _draw(replace(desk, place=place))


@bp.post("/<key>/forms/<form>")
def change_form(key: str, form: str) -> ResponseReturnValue:
    """Take over what was filled in about the open field, then do what was asked for beside."""
    desk = _desk(key, form)
    filled = filled_in(request.form)
    try:
        standing.require_same(
            desk.now,
            desk.form,
            revision=request.form.get("revision", 0, type=row_id),
            seen=request.form.get("seen", ""),
        )
        after = _changed(desk, filled)
        if after.form != desk.form:
            service.keep(desk.now, form, after.form, g.actor)
            after = replace(after, now=standing_of(key))
    except DraftChanged as error:
        return _draw(_overtaken(_desk(key, form), filled, error)), status_of(error)
    except DomainError as error:
        desk = replace(_desk(key, form), place=_open_place(desk), filled=filled, refusal=say(error))
        return _draw(desk), status_of(error)
    return _draw(after)


def _open_place(desk: Desk) -> Place | None:
    """Return where the field stands that the page has open, ``None`` if it is there no more."""
    text = request.form.get("open", "")
    if not text:
        return None
    if component_id := request.form.get("open_id", ""):
        return place_by_id(desk.form, component_id)
    key, place = request.form.get("open_key", ""), place_of(text)
    here = (line for line in lines(desk.form) if line.place == place)
    return place if any(str(one.component.get("key") or "") == key for one in here) else None


def _changed(desk: Desk, filled: Filled) -> Desk:
    """Return the page after the change; where a setting was refused, only that is said."""
    place, form, words = _open_place(desk), desk.form, vocabulary(standing.known_forms())
    act, _colon, argument = request.form.get("_do", "save").partition(":")
    if place is not None and "type" in request.form:
        if at(form, place).get("key") in desk.needed:
            rest = {name: text for name, text in filled.settings.items() if name != "key"}
            filled = replace(filled, settings=rest)
        form, faults = form_editing.with_field(form, place, filled, words)
        if faults:
            return replace(desk, form=form, place=place, filled=filled, faults=faults)
    return _ACTS.get(act, _save)(replace(desk, form=_titled(form), place=place), argument)


def _titled(form: Mapping[str, Any]) -> Form:
    """Return the form with the name that was filled in; without one it goes by its steps."""
    old = str(form.get("title") or "")
    title = " ".join(request.form.get("title", old).split())[:60]
    rest = {name: value for name, value in form.items() if name != "title" or title}
    return rest if title == old else rest | ({"title": title} if title else {})


def _save(desk: Desk, _argument: str) -> Desk:
    return desk


def _open(desk: Desk, argument: str) -> Desk:
    place = place_of(argument)
    at(desk.form, place)
    return replace(desk, place=place, focus="set-label")


def _add(desk: Desk, _argument: str) -> Desk:
    kind, label = request.form.get("new_type", ""), request.form.get("new_label", "").strip()
    holder = place_of(request.form.get("new_holder", ""))
    if kind not in TYPES:
        raise Invalid("请选择要添加的类型。")
    if holder and at(desk.form, holder).get("type") not in HOLDERS:
        raise NotFound
    place = (*holder, _next_to(desk, holder))
    words = vocabulary(standing.known_forms())
    form = form_editing.with_new(desk.form, kind, label, place, words)
    return replace(desk, form=form, place=place, focus="set-label")


def _next_to(desk: Desk, holder: Place) -> int:
    """Return the number after the open field, else after the last in the holder."""
    if desk.place is not None and desk.place[:-1] == holder:
        return desk.place[-1] + 1
    return sum(line.place[:-1] == holder for line in lines(desk.form))


def _step(by: int) -> Callable[[Desk, str], Desk]:
    def step(desk: Desk, argument: str) -> Desk:
        form, place = form_editing.stepped(desk.form, place_of(argument), by)
        name = "up" if by < 0 else "down"
        return replace(desk, form=form, place=place, focus=f"{name}-{address(place)}")

    return step


def _put(desk: Desk, _argument: str) -> Desk:
    """Bring a field where it was dragged: before the one it was dropped on."""
    what, _arrow, to = request.form.get("_drag", "").partition(">")
    place = place_of(what)
    field = at(desk.form, place)
    return _moved(desk, place, place_of(to), field)


def _into(desk: Desk, _argument: str) -> Desk:
    if desk.place is None:
        raise NotFound
    holder = place_of(request.form.get("holder", ""))
    number = sum(line.place[:-1] == holder for line in lines(desk.form))
    return _moved(desk, desk.place, (*holder, number), at(desk.form, desk.place))


def _moved(desk: Desk, place: Place, to: Place, field: Mapping[str, Any]) -> Desk:
    if not to:
        raise NotFound
    form = moved(desk.form, place, to)
    here = next((line.place for line in lines(form) if line.component == field), None)
    return replace(desk, form=form, place=here, focus="set-label")


def _delete(desk: Desk, argument: str) -> Desk:
    place = place_of(argument)
    gone = at(desk.form, place)
    form = form_editing.without(desk.form, place, desk.needed)
    open_field = at(desk.form, desk.place) if desk.place and desk.place != place else None
    here = next((line.place for line in lines(form) if line.component is open_field), None)
    if here is None and open_field is not None:
        here = next((line.place for line in lines(form) if line.component == open_field), None)
    removed = (argument, gone)
    return replace(desk, form=form, place=here, removed=removed, focus="undo-removal")


def _undo(desk: Desk, argument: str) -> Desk:
    try:
        field = json.loads(request.form.get("removed", ""))
    except (ValueError, RecursionError):
        raise NotFound from None
    if not isinstance(field, dict):
        raise NotFound
    place = place_of(argument) or (len(desk.form.get("components") or []),)
    form = added(desk.form, place, field)
    return replace(desk, form=form, place=place, focus="set-label")


def _rekey(desk: Desk, _argument: str) -> Desk:
    if desk.place is None or at(desk.form, desk.place).get("key") in desk.needed:
        return desk
    words = vocabulary(standing.known_forms())
    form = form_editing.with_key_proposed(desk.form, desk.place, words)
    return replace(desk, form=form, focus="set-key")


_ACTS: Mapping[str, Callable[[Desk, str], Desk]] = {
    "open": _open,
    "add": _add,
    "up": _step(-1),
    "down": _step(1),
    "drag": _put,
    "into": _into,
    "delete": _delete,
    "undo": _undo,
    "rekey": _rekey,
}


def _overtaken(desk: Desk, filled: Filled, error: DraftChanged) -> Desk:
    """Return the form as somebody else left it, with what was filled in here still in place."""
    place = _open_place(desk)
    if place is not None and "type" in request.form:
        return replace(desk, place=place, filled=filled, refusal=say(error))
    removed = None
    if filled.type in TYPES:
        field, _faults = written({"type": filled.type}, filled.settings)
        removed = ("", field)
    return replace(desk, refusal=say(error), removed=removed)


def _title_shown(desk: Desk) -> str:
    """Return the form's name; where nothing was kept, the one that was filled in here."""
    typed = request.form.get("title", "")
    changed = typed != request.form.get("title_was", typed)
    return typed if desk.refusal and changed else str(desk.form.get("title") or "")


def _draw(desk: Desk) -> str:
    part = request.headers.get("HX-Target", "").rpartition("#")[2]
    template = {"form-preview": "_form_parts", "form-desk": "_form_desk"}.get(part, "form")
    findings = service.problems(desk.now, desk.key) if desk.key in desk.now.content.forms else []
    return render_template(
        f"designer/{template}.html",
        here="designer",
        desk=desk,
        now=desk.now,
        form_key=desk.key,
        title=service.title_of(desk.now, desk.key),
        title_shown=_title_shown(desk),
        lines=lines(desk.form),
        panel=desk.panel,
        findings=findings,
        wrong={address(one.place) for one in findings if one.place is not None},
        users=(desk.now.users("formKey") or {}).get(desk.key, []),
        is_fixed=service.is_fixed(desk.now, desk.key),
        seen=standing.digest(desk.form),
        preview=trying.view(desk.form),
        types=TYPES,
        holders=[line for line in lines(desk.form) if line.component.get("type") in HOLDERS],
        shape=request.form.get("condition_shape", ""),
        draws=g.actor.has(Role.ANALYST),
    )
