"""Checking the rows of a ledger one by one: what each says, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.case import Case
from app.domain.errors import Sentence
from app.domain.people import Actor
from app.services._ledger_units import UnitNames
from app.services.ledger_cells import Unreadable, folded
from app.services.ledger_columns import COLUMNS, heading_of, recognise
from app.services.ledger_files import Row, Sheet
from app.services.opening import OWN_DEPARTMENT, Feedback

_EMPTY = "不能为空；合并的单元格请拆开，逐行填写。"
_UNITS = ("unit", "lead_unit", "department")
#: What makes two rows the same problem.
_SAME = ("unit", "issued_on", "problem")
_BATCH = 500

#: What is wrong with a row, by field.
Faults = dict[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong with a file, and where."""

    row: int
    #: The heading as the file has it.
    column: str
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class RightRow:
    """A row without fault, ready to be opened."""

    number: int
    feedback: Feedback


def places_of(headings: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return where each field stands, and the headings that are not used."""
    places: dict[str, int] = {}
    unused = []
    for place, heading in enumerate(headings):
        column = recognise(heading)
        if column is not None and column.field not in places:
            places[column.field] = place
        elif heading:
            unused.append(heading)
    return places, tuple(unused)


class RowChecker:
    """Checks row after row of a sheet, and remembers what it has seen."""

    def __init__(self, session: Session, sheet: Sheet, actor: Actor) -> None:
        self._headings = sheet.headings
        self._places, _ = places_of(sheet.headings)
        self._units = UnitNames(session, actor)
        self._taken = taken_numbers(session, {self._written(row, "number") for row in sheet.rows})
        #: In which row a number, or a problem, was first seen.
        self._first: dict[object, int] = {}

    def check(self, row: Row) -> RightRow | list[RowError]:
        """Return what the row says, or all that is wrong with it."""
        values, faults = self._read(row)
        faults |= self._unit_faults(values)
        faults |= self._department_faults(values)
        faults |= _date_faults(values)
        faults |= self._number_faults(values, row)
        faults = faults or self._repetition(values, row)
        if faults:
            return [self._error(row.number, field, fault) for field, fault in faults.items()]
        return RightRow(row.number, Feedback(**values))

    def _error(self, number: int, field: str, message: str) -> RowError:
        place = self._places.get(field)
        heading = heading_of(field) if place is None else self._headings[place]
        return RowError(number, heading, message, field)

    def _cell(self, row: Row, field: str) -> object:
        place = self._places.get(field, len(row.cells))
        return row.cells[place] if place < len(row.cells) else None

    def _written(self, row: Row, field: str) -> str:
        try:
            return folded(self._cell(row, field))
        except Unreadable:
            return ""

    def _read(self, row: Row) -> tuple[dict[str, Any], Faults]:
        """Read every cell; empty ones are left to the defaults."""
        values: dict[str, Any] = {}
        faults: Faults = {}
        for column in COLUMNS:
            cell = self._cell(row, column.field)
            try:
                if cell not in (None, "", []) and str(cell).strip():
                    values[column.field] = column.read(cell)
                elif column.required:
                    faults[column.field] = _EMPTY
            except Unreadable as unreadable:
                faults[column.field] = unreadable.sentence
        _settle_limit(values)
        return values, faults

    def _unit_faults(self, values: dict[str, Any]) -> Faults:
        """Put the system's own names for those that were written."""
        faults: Faults = {}
        for field in _UNITS:
            try:
                if field in values:
                    values[field] = self._units.find(values[field])
            except Unreadable as unknown:
                faults[field] = unknown.sentence
        return faults

    def _department_faults(self, values: Mapping[str, Any]) -> Faults:
        if values.get("department") or not self._units.is_its_own_department(values.get("unit")):
            return {}
        return {"department": OWN_DEPARTMENT}

    def _number_faults(self, values: Mapping[str, Any], row: Row) -> Faults:
        number = values.get("number")
        if number is None:
            return {}
        if number in self._taken:
            return {"number": Sentence("问题编号%(number)s已存在。", number=number)}
        first = self._first.setdefault(number, row.number)
        if first == row.number:
            return {}
        return {"number": Sentence("与第 %(row)s 行的问题编号相同。", row=first)}

    def _repetition(self, values: Mapping[str, Any], row: Row) -> Faults:
        first = self._first.setdefault(tuple(values[field] for field in _SAME), row.number)
        if first == row.number:
            return {}
        template = "与第 %(row)s 行重复：单位、下达日期和问题都相同。"
        return {"problem": Sentence(template, row=first)}


def _settle_limit(values: dict[str, Any]) -> None:
    """A limit is a number of days or the last day; a date in its own column goes first."""
    limit = values.pop("limit", None)
    if isinstance(limit, date):
        values.setdefault("due_on", limit)
    elif limit is not None:
        values["limit_days"] = limit


def _date_faults(values: Mapping[str, Any]) -> Faults:
    issued_on, due_on = values.get("issued_on"), values.get("due_on")
    if issued_on and due_on and due_on < issued_on:
        return {"due_on": Sentence("不能早于下达日期 %(day)s。", day=issued_on)}
    return {}


def taken_numbers(session: Session, numbers: set[str]) -> set[str]:
    """Return which of *numbers* are cases already."""
    taken: set[str] = set()
    ordered = sorted(numbers - {""})
    for start in range(0, len(ordered), _BATCH):
        query = select(Case.number).where(Case.number.in_(ordered[start : start + _BATCH]))
        taken.update(session.scalars(query))
    return taken
