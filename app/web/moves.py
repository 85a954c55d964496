"""Deadlines that a change of the calendar moves, as a page and as a sheet to take away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from flask import request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.deadline_texts import rule_text
from app.services import english, sheets
from app.services.calendar_moves import Forecast, Move
from app.texts import language

PAGE = 50


@dataclass(frozen=True, slots=True)
class MovePage:
    """One page of what moves, and the counts of all."""

    shown: Sequence[Move]
    #: Of those that the person may see.
    total: int
    later: int
    cases: int
    #: Moved too, but none of the person's business.
    unseen: int
    kept: Sequence[Move]
    kept_count: int
    settled: int
    next_url: str | None
    first_url: str | None


def page_of(found: Forecast, endpoint: str | None = None) -> MovePage:
    """Return the page that the address asks for; without an *endpoint* there is but one."""
    seen = [move for move in found.later if move.seen]
    asked = request.args.get("page", "")
    number = int(asked) if endpoint and asked.isdecimal() and len(asked) < 6 else 1
    start = (max(number, 1) - 1) * PAGE
    more = start + PAGE < len(seen)
    return MovePage(
        shown=seen[start : start + PAGE],
        total=len(seen),
        later=len(found.later),
        cases=len({move.case_id for move in found.later}),
        unseen=len(found.later) - len(seen),
        kept=[move for move in found.kept if move.seen][:PAGE],
        kept_count=len(found.kept),
        settled=len(found.settled),
        next_url=url_for(endpoint, page=number + 1) if endpoint and more else None,
        first_url=url_for(endpoint) if endpoint and start else None,
    )


def name_of(move: Move) -> str:
    """Name a deadline in the reader's language."""
    if move.timer_id is None:
        return gettext("整改期限")
    if language() != "en":
        return move.name
    return english.name_in_process(move.process_id, move.key, move.name)


def sheet_of(found: Forecast) -> ResponseReturnValue:
    """Return a workbook of all that moves and that the person may see."""
    headings = (
        *(gettext("问题编号"), gettext("期限"), gettext("规则")),
        *(gettext("原期限"), gettext("新期限"), gettext("顺延（天）")),
    )
    rows = (
        (
            *(move.number, name_of(move), rule_text(move.from_rule)),
            *(move.from_on, move.to_on, move.days),
        )
        for move in found.later
        if move.seen
    )
    data = sheets.workbook(gettext("期限变动"), headings, rows)
    name = gettext("期限变动.xlsx")
    return send_file(BytesIO(data), mimetype=sheets.EXCEL, as_attachment=True, download_name=name)
