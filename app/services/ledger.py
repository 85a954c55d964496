"""Importing a ledger: every row is checked first, and all that is wrong is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import DomainError, Invalid, NotAllowed, Sentence
from app.domain.people import Actor
from app.domain.vocabulary import Role
from app.services import opening
from app.services._ledger_rows import RightRow, RowChecker, RowError, places_of
from app.services.ledger_columns import REQUIRED, heading_of
from app.services.ledger_files import Sheet, read

__all__ = ["Imported", "LedgerRejected", "Preview", "RightRow", "RowError"]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do."""

    right: tuple[RightRow, ...]
    errors: tuple[RowError, ...]
    #: Headings that mean nothing to the system, or repeat another column.
    ignored: tuple[str, ...]
    #: How many rows the file has.
    total: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has done."""

    cases: tuple[Case, ...]
    #: Why rows were left out.
    skipped: tuple[RowError, ...]


class LedgerRejected(Invalid):
    """台账有误，未导入任何一行，请按问题清单修改。"""

    code = "ledger_rejected"

    def __init__(self, errors: Sequence[RowError]) -> None:
        fields: dict[str, list[str]] = {}
        for error in errors:
            fields.setdefault(f"rows.{error.row}.{error.field}", []).append(error.message)
        super().__init__(fields=fields)
        self.errors = tuple(errors)


def check(data: bytes, name: str, actor: Actor) -> Preview:
    """Tell what importing the file would do; nothing is written.

    Raises:
        NotAllowed: only the office imports.
        Invalid: the file can't be read, or is no ledger.
        TooLarge: the file is over its limits.
    """
    _require_office(actor)
    return _check(db.session(), read(data, name), actor)


def import_ledger(
    data: bytes, name: str, actor: Actor, *, right_rows_only: bool = False
) -> Imported:
    """Open a case for every row, or for the right rows if so chosen; all of that or nothing.

    Raises:
        LedgerRejected: with everything that is wrong.
        NotAllowed, Invalid, TooLarge: as `check` does.
    """
    _require_office(actor)
    sheet = read(data, name)
    with transaction() as session:
        preview = _check(session, sheet, actor)
        if preview.errors and not right_rows_only:
            raise LedgerRejected(preview.errors)
        opened, refused = _open_all(session, preview.right, actor)
        errors = sorted([*preview.errors, *refused], key=lambda error: error.row)
        if not opened or (refused and not right_rows_only):
            raise LedgerRejected(errors)
        return Imported(tuple(opened), tuple(errors))


def _require_office(actor: Actor) -> None:
    if not actor.has(Role.OFFICE, Role.OFFICE_HEAD):
        raise NotAllowed("只有督导办可以导入台账。")


def _check(session: Session, sheet: Sheet, actor: Actor) -> Preview:
    places, unused = places_of(sheet.headings)
    errors = [
        RowError(
            sheet.heading_row,
            c.heading,
            Sentence("表中没有“%(heading)s”这一列。", heading=c.heading),
            c.field,
        )
        for c in REQUIRED
        if c.field not in places
    ]
    if not sheet.rows:
        raise Invalid("表头下面没有任何一行问题。")
    right: list[RightRow] = []
    if not errors:
        checker = RowChecker(session, sheet, actor)
        for row in sheet.rows:
            found = checker.check(row)
            if isinstance(found, RightRow):
                right.append(found)
            else:
                errors += found
    return Preview(tuple(right), tuple(errors), unused, len(sheet.rows))


def _open_all(
    session: Session, rows: Sequence[RightRow], actor: Actor
) -> tuple[list[Case], list[RowError]]:
    """Open the cases; a row that the domain refuses after all is undone by itself."""
    opened: list[Case] = []
    refused: list[RowError] = []
    for row in rows:
        try:
            with session.begin_nested():
                opened.append(opening.enter(session, row.feedback, actor))
        except DomainError as error:
            refused += refusals(row.number, error)
    return opened, refused


def refusals(number: int, error: DomainError) -> list[RowError]:
    """Return why the domain refused a row, as faults of its columns."""
    fields = error.fields if isinstance(error, Invalid) else {}
    found = [
        RowError(number, heading_of(field), message, field)
        for field, messages in fields.items()
        for message in messages
    ]
    return found or [RowError(number, "", error.sentence)]
