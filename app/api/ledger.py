"""The ledger: its lines, files of it, the caller's own views, and files that come back changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, g, request, send_file
from werkzeug.exceptions import UnsupportedMediaType

from app import cursors
from app.api.calls import Call
from app.api.jobs import accepted
from app.api.narrowing import narrowing_of
from app.api.reading import uploaded
from app.api.schemas.jobs import JobOut
from app.api.schemas.ledger import (
    Asked,
    Columns,
    ExportQuery,
    LedgerPage,
    LedgerQuery,
    ReturnOut,
    ReturnPreview,
    ReturnQuery,
    ViewIn,
    ViewOut,
)
from app.domain.errors import Invalid, TooLarge
from app.domain.saved_view import SavedView
from app.ledger_texts import heading, lines_of
from app.services import (
    ledger_differences,
    ledger_edits,
    ledger_export,
    ledger_lists,
    ledger_views,
)
from app.services.cases import Filter
from app.services.ledger_differences import Preview
from app.services.ledger_edits import Applied, Choice
from app.services.ledger_entries import Entry
from app.services.ledger_export import Format
from app.services.ledger_fields import COLUMNS
from app.services.ledger_layouts import LAYOUTS, Shape
from app.services.ledger_lists import Asking
from app.services.ledger_returned import LARGEST
from app.services.ledger_values import Value
from app.services.sheets import EXCEL

_FILE = {"type": "string", "format": "binary"}
_TAKES = {"multipart/form-data": {"type": "object", "properties": {"file": _FILE}}, EXCEL: _FILE}
_GIVES = {EXCEL: _FILE, "text/csv": _FILE}
_TYPES = {Format.XLSX: EXCEL, Format.CSV: "text/csv"}


@Call(method="GET", path="/ledger", query=LedgerQuery(), answer=LedgerPage())
def get_ledger(query: dict[str, Any]) -> dict[str, Any]:
    """List the lines of the ledger that the caller may see, on a sheet or in columns of choice."""
    asking, name = _asking(query), f"ledger-{query['sort']}"
    place, after = _place(query["cursor"], name)
    found = ledger_lists.page(g.actor, asking, limit=query["limit"], after=after, place=place)
    cursor = cursors.encode(found.next, of=name)
    shape = asking.shape
    shown = [
        {"key": one.key, "heading": heading(shape.layout, one), "kind": one.kind}
        for one in shape.columns
    ]
    return {
        "columns": shown,
        "items": [_line(entry, shape) for entry in found.entries],
        "next": f"{place + len(found.entries)}.{cursor}" if cursor else None,
    }


def _asking(query: dict[str, Any]) -> Asking:
    narrow = Filter(
        text=query["q"],
        stage=query["stage"],
        light=query["light"],
        figure=query["figure"],
        within=narrowing_of(query),
    )
    keys = [key.strip() for key in query["columns"].split(",") if key.strip()]
    return Asking(narrow, Shape.of(query["layout"], keys), query["sort"])


def _place(cursor: str | None, name: str) -> tuple[int, tuple[date, int] | None]:
    """Return how many lines came before a cursor, and where it stands."""
    if cursor is None:
        return 0, None
    place, _, rest = cursor.partition(".")
    known = place.isascii() and place.isdecimal() and len(place) < 10
    return (int(place) if known else 0), cursors.day_after(rest if known else "-", of=name)


def _line(entry: Entry, shape: Shape) -> dict[str, Any]:
    cells = {column.key: _plain(column.value(entry)) for column in shape.columns}
    return {"case": entry.case.number, **cells}


def _plain(value: Value) -> Any:
    if isinstance(value, int | float) or value is None:
        return value
    return value.isoformat() if isinstance(value, date) else "／".join(lines_of(value))


@Call(method="GET", path="/ledger/columns", answer=Columns())
def get_ledger_columns() -> dict[str, Any]:
    """Get what the ledger can show: its columns, its sheets, the caller's own views."""
    return {"columns": COLUMNS, "layouts": LAYOUTS, "views": ledger_views.of(g.actor)}


@Call(
    method="POST",
    path="/ledger/views",
    query=Asked(),
    body=ViewIn(),
    answer=ViewOut(),
    status=201,
    writes=True,
)
def keep_ledger_view(query: dict[str, Any], body: dict[str, Any]) -> SavedView:
    """Keep what the address asks for under a name; a view of that name becomes this one."""
    return ledger_views.save(body["name"], _asking(query), g.actor, first=body["first"])


@Call(method="DELETE", path="/ledger/views/<int:view_id>", status=204, writes=True)
def remove_ledger_view(view_id: int) -> None:
    """Forget a view of the caller's."""
    ledger_views.remove(view_id, g.actor)


@Call(method="GET", path="/ledger/export", query=ExportQuery(), gives=_GIVES)
def export_ledger(query: dict[str, Any]) -> Response:
    """Get the ledger as a file, up to 3,000 lines; more are for `POST /ledger/exports`."""
    asking, kind = _asking(query), query["format"]
    most = ledger_export.AT_ONCE
    if ledger_lists.count(g.actor, asking, most=most) > most:
        raise TooLarge("超过 %(most)s 行，请用 POST /ledger/exports 在后台导出。", most=most)
    made = ledger_export.at_once(asking, kind, g.actor)
    name = ledger_export.name_of(asking, kind)
    return send_file(made, mimetype=_TYPES[kind], as_attachment=True, download_name=name)


@Call(
    method="POST",
    path="/ledger/exports",
    query=ExportQuery(),
    answer=JobOut(),
    status=202,
    writes=True,
)
def start_ledger_export(query: dict[str, Any]) -> Response:
    """Start a job that writes the ledger, however long it is."""
    return accepted(ledger_export.start(_asking(query), query["format"], g.actor))


@Call(method="GET", path="/ledger/exports/<int:job_id>", gives=_GIVES)
def get_ledger_export(job_id: int) -> Response:
    """Get the file that a job of the caller's has written; it is kept for a day."""
    found = ledger_export.file_of(job_id, g.actor)
    kind = Format(found.name.rpartition(".")[2])
    return send_file(
        found.content, mimetype=_TYPES[kind], as_attachment=True, download_name=found.name
    )


@Call(
    method="POST",
    path="/ledger/return/check",
    answer=ReturnPreview(),
    takes=_TAKES,
    largest=LARGEST + 100_000,
    restricted=True,
)
def check_returned_ledger() -> Preview:
    """Compare an exported workbook that was changed with the ledger as it stands.

    Nothing is changed. The answer's `stamp` is what applying the changes takes.
    """
    data, name = _workbook()
    return ledger_differences.check(data, name, g.actor)


@Call(
    method="POST",
    path="/ledger/return",
    query=ReturnQuery(),
    answer=ReturnOut(),
    takes=_TAKES,
    largest=LARGEST + 100_000,
    restricted=True,
    writes=True,
)
def apply_returned_ledger(query: dict[str, Any]) -> Applied:
    """Make the changes of a workbook that was checked before: all that were chosen, or none.

    Faults are told as `<sheet>.<cell>`.
    """
    data, name = _workbook()
    keys = [key for key in query["changes"].split(",") if key] or None
    choice = Choice(data=data, name=name, stamp=query["stamp"], keys=keys)
    return ledger_edits.apply(choice, g.actor)


def _workbook() -> tuple[bytes, str]:
    if (form := uploaded()) is not None:
        file, name = form
        return file.stream.read(), name
    if request.mimetype != EXCEL:
        raise UnsupportedMediaType
    data = request.get_data()
    if not data:
        raise Invalid(fields={"file": ["请选择文件。"]})
    return data, "ledger.xlsx"
