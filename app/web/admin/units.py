"""单位: the tree of units, and what an administrator does to one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import Invalid
from app.domain.people import Unit
from app.domain.vocabulary import UnitKind
from app.http import problem_of, status_of
from app.services import numbering
from app.services.people import adding, lists, rights
from app.services.people import units as keeping
from app.web.admin.blueprint import PAGE, address, bp, narrowed, row

#: What may be added below a county.
_KINDS = [kind for kind in UnitKind if kind is not UnitKind.COUNTY]


@bp.get("/units")
def units() -> ResponseReturnValue:
    """List the units of the county as a tree."""
    narrow, after = narrowed(), row(request.args.get("after"))
    found = lists.units(g.actor, narrow, limit=PAGE, after=after)
    return render_template(
        "admin/units.html",
        here="admin",
        found=found,
        narrow=narrow,
        narrowed=narrow != lists.Filter(),
        tree=lists.tree(g.actor),
        next_url=address("admin.units", found.next) if found.next else None,
        first_url=address("admin.units") if after else None,
    )


@bp.get("/units/new")
def new_unit() -> ResponseReturnValue:
    """Ask for what a new unit takes."""
    rights.require_keeper(g.actor)
    return _new({})


@bp.post("/units/new")
def add_unit() -> ResponseReturnValue:
    """Add a unit to the tree."""
    typed = {name: request.form.get(name, "").strip() for name in ("name", "parent", "department")}
    try:
        kind = _kind()
        made = adding.add_unit(
            typed["name"],
            kind,
            parent=typed["parent"],
            department=typed["department"] or None,
            by=g.actor,
        )
    except Invalid as error:
        return _new(error.fields), status_of(error)
    flash(gettext("已新增单位“%(name)s”。", name=made.name))
    return _back(made.id)


def _kind() -> UnitKind:
    chosen = request.form.get("kind", "")
    if chosen not in _KINDS:
        raise Invalid(fields={"kind": ["请选择单位类型。"]})
    return UnitKind(chosen)


def _new(errors: Mapping[str, Sequence[str]]) -> str:
    return render_template(
        "admin/new_unit.html",
        here="admin",
        errors=errors,
        typed=request.form,
        kinds=_KINDS,
        tree=lists.tree(g.actor),
    )


@bp.get("/units/<int:unit_id>")
def unit(unit_id: int) -> ResponseReturnValue:
    """Show one unit with what may be changed of it."""
    return _unit(lists.unit(unit_id, g.actor))


def _unit(found: Unit, error: Invalid | None = None, typed: Any = None) -> str:
    return render_template(
        "admin/unit.html",
        here="admin",
        unit=found,
        typed=typed or {},
        errors=error.fields if error else {},
        refusal=problem_of(error)["detail"] if error and not error.fields else "",
        hindrances=keeping.hindrances(found),
        numbers=numbering.of_actor(g.actor) if found.kind is UnitKind.COUNTY else None,
        tree=lists.tree(g.actor),
    )


def _again(unit_id: int, error: Invalid) -> ResponseReturnValue:
    return _unit(lists.unit(unit_id, g.actor), error, request.form), status_of(error)


def _back(unit_id: int) -> ResponseReturnValue:
    return redirect(url_for("admin.unit", unit_id=unit_id), 303)


@bp.post("/units/<int:unit_id>")
def change_unit(unit_id: int) -> ResponseReturnValue:
    """Correct the name, choose another unit above or another competent department."""
    form = request.form
    above, department = (form.get(name, "").strip() or None for name in ("parent", "department"))
    name = form.get("name", "")
    try:
        keeping.change(unit_id, g.actor, name=name, department=department, parent=above)
    except Invalid as error:
        return _again(unit_id, error)
    flash(gettext("已保存。"))
    return _back(unit_id)


@bp.post("/units/<int:unit_id>/numbers")
def choose_numbers(unit_id: int) -> ResponseReturnValue:
    """Let the numbers of the county's cases and letters begin otherwise."""
    form = request.form
    cases, letters = (form.get(name, "").strip() for name in ("case_prefix", "letter_prefix"))
    try:
        numbering.choose(cases, letters, g.actor)
    except Invalid as error:
        return _again(unit_id, error)
    flash(gettext("已保存。"))
    return _back(unit_id)


@bp.post("/units/<int:unit_id>/deactivate")
def deactivate_unit(unit_id: int) -> ResponseReturnValue:
    """Close the unit if nothing waits there."""
    try:
        keeping.deactivate(unit_id, g.actor)
    except Invalid as error:
        return _again(unit_id, error)
    flash(gettext("已停用该单位。"))
    return _back(unit_id)


@bp.post("/units/<int:unit_id>/reactivate")
def reactivate_unit(unit_id: int) -> ResponseReturnValue:
    """Open the unit again."""
    try:
        keeping.reactivate(unit_id, g.actor)
    except Invalid as error:
        return _again(unit_id, error)
    flash(gettext("已恢复该单位。"))
    return _back(unit_id)
