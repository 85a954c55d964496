"""The ledger: its columns and sheets, its lines, views of it, and what a returned file changes."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import EventOut, Paging
from app.api.schemas.fields import Flag, In, Out, Text, Word, absent, moment, told
from app.api.schemas.narrowing import Narrowed
from app.domain.vocabulary import Light, Stage
from app.ledger_texts import name_of
from app.services.ledger_differences import Change
from app.services.ledger_export import Format
from app.services.ledger_fields import Kind
from app.services.ledger_layouts import LAYOUTS
from app.services.ledger_lists import Sort
from app.texts import sentence

_COLUMNS = "Names of columns in their order, by commas; empty: those of the sheet."


class Asked(Narrowed):
    """Which cases of the ledger, and how they are shown."""

    layout = Text(
        20,
        load_default="",
        metadata={"description": f"The sheet: {', '.join(one.key for one in LAYOUTS)}."},
    )
    columns = Text(1_000, load_default="", metadata={"description": _COLUMNS})
    sort = Word(Sort, load_default=Sort.ISSUED)
    q = Text(100, load_default="", metadata={"description": "In number, problem or lead unit."})
    stage = Word(Stage, load_default=absent)
    light = Word(Light, load_default=absent)
    figure = Text(40, load_default="", metadata={"description": "The cases behind a figure."})


class LedgerQuery(Asked, Paging):
    """Which stretch of the ledger."""


class ExportQuery(Asked):
    """Which ledger, as what kind of file."""

    format = Word(Format, load_default=Format.XLSX)


class ColumnOut(Out):
    """One column of the ledger."""

    key = fields.String()
    heading = fields.String(metadata={"description": "In Chinese."})
    english = fields.String()
    kind = Word(Kind)
    width = fields.Integer(metadata={"description": "In characters of half width."})
    editable = told(
        lambda one: bool(one.editors),
        "boolean",
        description="Whether somebody may change it in a workbook that comes back.",
    )


class LayoutOut(Out):
    """One sheet that offices know."""

    key = fields.String()
    name = told(name_of, "string")
    columns = fields.List(fields.String())
    head = fields.List(fields.String())
    foot = fields.List(fields.String())


class ViewOut(Out):
    """A view that the caller has kept: what it asks for."""

    id = fields.Integer()
    name = fields.String()
    is_default = fields.Boolean()
    saved_at = moment()
    asked = fields.Dict(keys=fields.String(), values=fields.String())


class ViewIn(In):
    """How to keep what is asked for."""

    name = Text(40, least=1, required=True)
    first = Flag(load_default=False)


class Columns(Out):
    """All columns, all sheets, and the caller's own views."""

    columns = fields.List(fields.Nested(ColumnOut))
    layouts = fields.List(fields.Nested(LayoutOut))
    views = fields.List(fields.Nested(ViewOut))


class ShownColumn(Out):
    """A column as the sheet that was asked for has it."""

    key = fields.String()
    heading = fields.String()
    kind = Word(Kind)


class LedgerPage(Out):
    """A stretch of the ledger; each line holds the text of every column by its name."""

    columns = fields.List(fields.Nested(ShownColumn))
    items = fields.List(
        fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True)),
        metadata={"description": "`case` is the number; dates are `YYYY-MM-DD`."},
    )
    next = fields.String(allow_none=True)


class ReturnQuery(In):
    """Which changes of the file are made."""

    stamp = Text(64, least=64, required=True, metadata={"description": "Of the check before."})
    changes = Text(
        60_000,
        load_default="",
        metadata={"description": "Keys by commas; empty: all that conflict with nothing."},
    )


class FaultOut(Out):
    """Something in the file that should not be there."""

    sheet = fields.String()
    row = fields.Integer()
    column = fields.String()
    message = told(lambda one: sentence(one.message), "string")


def _was(change: Change) -> str:
    return change.typed.base.texts[change.typed.column.key]


class CellChange(Out):
    """One cell that was changed."""

    key = fields.String()
    case = fields.String(attribute="typed.base.number")
    cell = fields.String(attribute="typed.cell")
    column = fields.String(attribute="typed.column.key")
    old = told(_was, "string", description="As exported.")
    now = fields.String()
    new = fields.String(attribute="typed.text")
    conflicts = fields.Boolean(
        metadata={"description": "Whether the same cell was changed since the export."}
    )
    since = fields.List(
        fields.Nested(EventOut),
        metadata={"description": "What happened to the case since the export."},
    )


class ReturnPreview(Out):
    """What bringing a file back would change; with any fault it changes nothing."""

    rows = fields.Integer()
    stamp = fields.String()
    changes = fields.List(fields.Nested(CellChange))
    faults = fields.List(fields.Nested(FaultOut))
    added = fields.List(fields.String())


class ReturnOut(Out):
    """What was changed."""

    cases = fields.Integer()
    changes = fields.List(fields.Nested(CellChange))
