"""The working calendar, and what a notice would do to it."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.fields import Flag, In, Out, moment, told
from app.services.calendar_moves import Move


class DayOut(Out):
    """One day."""

    day = fields.Date()
    is_workday = fields.Boolean()
    name = fields.String(allow_none=True)
    source = fields.String(metadata={"description": "The number of the notice, or a package."})
    provisional = fields.Boolean()
    local = fields.Boolean(metadata={"description": "Whether it is the county's own."})
    in_term = fields.Boolean()


class TermOut(Out):
    """One school term."""

    name = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()


class YearOut(Out):
    """One year as the caller's county keeps it."""

    year = fields.Integer()
    calendar_version = fields.Integer()
    provisional = fields.Boolean()
    workdays = fields.Integer()
    days = fields.List(fields.Nested(DayOut))
    terms = fields.List(fields.Nested(TermOut))


class HolidayNoticeQuery(In):
    """Whether only to look."""

    preview = Flag(load_default=False)


class DayChangeOut(Out):
    """What a notice changes about one day."""

    day = fields.Date()
    was_workday = fields.Boolean()
    is_workday = fields.Boolean()
    was_name = fields.String(allow_none=True)
    name = fields.String(allow_none=True)


def _is_case(move: Move) -> bool:
    return move.timer_id is None


class PutOffOut(Out):
    """One open deadline that a notice puts off."""

    case = fields.String(attribute="number", allow_none=True)
    timer = fields.Integer(attribute="timer_id", allow_none=True)
    is_case = told(_is_case, "boolean", description="Whether it is the due date of the case.")
    name = fields.String()
    rule = fields.String(attribute="from_rule")
    from_at = moment()
    to_at = moment()
    days = fields.Integer()


class HolidayNoticeOut(Out):
    """What a notice changes, or has changed."""

    adopted = fields.Boolean()
    calendar_version = fields.Integer()
    settles = fields.List(fields.Integer())
    changes = fields.List(fields.Nested(DayChangeOut))
    later = fields.Integer(metadata={"description": "Deadlines put off, all counties."})
    kept = fields.Integer(metadata={"description": "Deadlines that are not brought forward."})
    settled = fields.Integer(metadata={"description": "Deadlines provisional no more."})
    moves = fields.List(
        fields.Nested(PutOffOut),
        metadata={"description": "Those of cases that the caller may see, at most 1,000."},
    )
    running = fields.Boolean(metadata={"description": "Whether a job still moves deadlines."})
