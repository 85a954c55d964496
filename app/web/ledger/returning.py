"""Bringing a changed ledger back: see every cell that differs, then decide."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.domain.errors import Conflict, DomainError
from app.http import status_of
from app.ledger_texts import heading
from app.services import ledger_differences, ledger_edits, parcels
from app.services.ledger_differences import Preview
from app.services.ledger_edits import Choice
from app.services.ledger_fields import Column
from app.services.ledger_layouts import Shape
from app.services.ledger_returned import LARGEST
from app.texts import say
from app.web import given
from app.web.ledger.blueprint import bp

_KEPT = "returned_ledger"


@bp.get("/return")
def return_page() -> ResponseReturnValue:
    """Ask for a file."""
    return _draw()


@bp.post("/return")
def check_return() -> ResponseReturnValue:
    """Compare the file with the ledger as it stands and show what would change."""
    try:
        data, name = given.file(LARGEST)
        preview = ledger_differences.check(data, name, g.actor)
    except DomainError as error:
        return _draw(fault=say(error)), status_of(error)
    session[_KEPT] = [parcels.put(_folder(), data), name]
    return _draw(preview=preview, name=name)


@bp.post("/return/apply")
def apply_return() -> ResponseReturnValue:
    """Make the changes that were chosen, all of them or none."""
    parcel, name = session.get(_KEPT) or ("", "")
    keys, stamp = request.form.getlist("change"), request.form.get("stamp", "")
    try:
        data = parcels.take(_folder(), parcel)
        done = ledger_edits.apply(Choice(data=data, name=name, stamp=stamp, keys=keys), g.actor)
    except Conflict as error:
        preview = ledger_differences.check(data, name, g.actor)
        return _draw(preview=preview, name=name, fault=say(error)), status_of(error)
    except DomainError as error:
        return _draw(fault=say(error)), status_of(error)
    session.pop(_KEPT, None)
    parcels.drop(_folder(), parcel)
    count = len(done.changes)
    flash(ngettext("已修改 %(num)s 处。", "已修改 %(num)s 处。", count))
    return redirect(url_for("ledger.page"), 303)


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].instance / "parcels"
    return folder


def _draw(*, preview: Preview | None = None, name: str = "", fault: str | None = None) -> str:
    return render_template(
        "ledger/return.html",
        here="ledger",
        preview=preview,
        name=name,
        fault=fault,
        most=LARGEST // 1_000_000,
        change_heading=_heading_of(preview),
    )


def _heading_of(preview: Preview | None) -> Callable[[Column], str]:
    """Return what tells the heading of a column as the file's own sheet has it."""
    layout = Shape.of(preview.slip.layout if preview else "").layout
    return partial(heading, layout)
