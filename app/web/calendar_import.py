"""Importing a holiday notice: choose a file, see which days and deadlines move, then adopt."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    current_app,
    g,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import DomainError, Invalid, TooLarge
from app.domain.holiday_notice import HolidayRow
from app.http import status_of
from app.services import calendar_files, calendar_moves, calendars, parcels, sheets
from app.services.calendars import Proposal
from app.texts import say
from app.web import given, moves
from app.web.calendar import tell

bp = Blueprint("calendar_import", __name__, url_prefix="/calendar/import")

LARGEST = calendar_files.BOUNDS.size
_KEPT = "notice"
#: A Chinese document, whatever the reader's language: a sheet, its headings, a few days.
_TEMPLATE = (
    "放假安排",
    ("日期", "安排", "名称"),
    (
        (date(2027, 10, 1), "休", "国庆节"),
        (date(2027, 10, 4), "休", "国庆节"),
        (date(2027, 10, 9), "班", "国庆节调休"),
    ),
)


@bp.before_request
def keepers_only() -> None:
    """Spare the others the form."""
    calendars.require_keeper(g.actor)


@bp.get("")
def page() -> ResponseReturnValue:
    """Ask for a file."""
    return _draw()


@bp.post("")
def check() -> ResponseReturnValue:
    """Check every row; what is right is put aside until it is adopted."""
    try:
        data, name = given.file(LARGEST)
        proposal = calendars.propose_notice(calendar_files.read(data, name))
    except (Invalid, TooLarge) as error:
        return _draw(error), status_of(error)
    if not proposal.changes:
        return _draw(Invalid("文件中的安排与现行日历一致，没有变化。")), 422
    session[_KEPT] = [parcels.put(_folder(), data), name]
    return redirect(url_for(".preview"), 303)


@bp.get("/preview")
def preview() -> ResponseReturnValue:
    """Show which days and which deadlines would move."""
    rows, name = _put_aside()
    return _preview(calendars.propose_notice(rows), name)


def _preview(proposal: Proposal, name: str, error: Invalid | None = None) -> str:
    found = calendar_moves.what_moves(proposal, g.actor)
    return render_template(
        "calendar/preview.html",
        here="calendar",
        proposal=proposal,
        moves=moves.page_of(found, "calendar_import.preview"),
        sheet_url=url_for(".sheet"),
        name=name,
        source=request.form.get("source", ""),
        error=error,
    )


def _put_aside() -> tuple[list[HolidayRow], str]:
    """Return the rows of the file that was checked.

    Raises:
        NotFound: it is gone.
    """
    parcel, name = session.get(_KEPT) or ("", "")
    return calendar_files.read(parcels.take(_folder(), parcel), name), name


@bp.get("/moves.xlsx")
def sheet() -> ResponseReturnValue:
    """Give out the deadlines that would move."""
    rows, _ = _put_aside()
    found = calendar_moves.what_moves(calendars.propose_notice(rows), g.actor)
    return moves.sheet_of(found)


@bp.post("/adopt")
def adopt() -> ResponseReturnValue:
    """Adopt the notice that was checked, under its number."""
    parcel = (session.get(_KEPT) or ("",))[0]
    try:
        rows, name = _put_aside()
    except DomainError as error:
        return _draw(error), status_of(error)
    try:
        source = request.form.get("source", "")
        adopted = calendar_moves.adopt_notice(rows, source=source, actor=g.actor)
    except Invalid as error:
        return _preview(calendars.propose_notice(rows), name, error), status_of(error)
    session.pop(_KEPT, None)
    parcels.drop(_folder(), parcel)
    tell(adopted)
    return redirect(url_for("calendar.revision", number=adopted.version), 303)


@bp.get("/template.xlsx")
def template() -> ResponseReturnValue:
    """Give out a table with the right headings and a few days as an example."""
    data = sheets.workbook(*_TEMPLATE)
    return send_file(
        BytesIO(data),
        mimetype=sheets.EXCEL,
        as_attachment=True,
        download_name=gettext("放假安排导入模板.xlsx"),
    )


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].instance / "parcels"
    return folder


def _draw(error: DomainError | None = None) -> str:
    return render_template(
        "calendar/import.html",
        here="calendar",
        fault=say(error) if error else None,
        faults=_faults(error),
        most=LARGEST // 1_000_000,
    )


def _faults(error: DomainError | None) -> list[tuple[str, str, Any]]:
    """Return what is wrong by row and column, whole-file faults without a row."""
    if not isinstance(error, Invalid):
        return []
    columns = {
        "day": gettext("日期"),
        "is_workday": gettext("安排"),
        "name": gettext("名称"),
    }
    found = []
    for key, texts in error.fields.items():
        _, row, column = (*key.split("."), "", "")[:3]
        found += [(row, columns.get(column, ""), text) for text in texts]
    return found
