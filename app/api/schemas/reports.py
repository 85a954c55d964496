"""统计报告: what they cover, and their frozen figures."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import Paging
from app.api.schemas.fields import Day, Flag, In, Out, Text, Word, labels_of, moment, name_of, told
from app.domain.report import ReportKind
from app.services.reports import reading


class ReportIn(In):
    """Which report to make."""

    kind = Word(ReportKind, required=True)
    day = Day(required=True, metadata={"description": "Any day that it is to be about."})


class ReportOut(Out):
    """One report."""

    id = fields.Integer()
    kind = Word(ReportKind)
    title = told(reading.title, "string")
    starts_on = fields.Date()
    ends_on = fields.Date()
    base = fields.String(metadata={"description": "The period its indicators are about."})
    as_of = moment()
    made_by = name_of("made_by.name")
    size = fields.Integer(metadata={"description": "Of the Word file; 0: it was not written."})
    sha256 = fields.String()
    labels = labels_of("kind")


class ReportFigures(ReportOut):
    """One report with its frozen figures."""

    figures = told(
        lambda report: report.figures,
        "object",
        additionalProperties=True,
        description="`marks` says how each figure was counted, `counts` what it came to.",
    )


class Reports(Out):
    """A stretch of the list of reports, the latest first."""

    items = fields.List(fields.Nested(ReportOut))
    next = fields.String(allow_none=True)


class FigureQuery(Paging):
    """Which figure of a report."""

    figure = Text(60, required=True, metadata={"description": "A key of `counts`."})


class FigureCases(Out):
    """The numbers of cases behind a figure as it was reported."""

    items = fields.List(fields.String())
    next = fields.String(allow_none=True)


class SinceLine(Out):
    """A figure as it was reported, and as it would be now."""

    figure = told(lambda one: one.key, "string")
    label = fields.String()
    then = fields.Integer()
    now = fields.Integer()
    came = fields.Integer()
    went = fields.Integer()


class SinceOut(Out):
    """Every figure of a report beside what it would be now."""

    items = fields.List(fields.Nested(SinceLine))


class TemplateOut(Out):
    """The template that reports of one kind are written into."""

    kind = Word(ReportKind)
    name = fields.String(metadata={"description": "Empty: the one that comes with the program."})
    uploaded_at = moment()
    uploaded_by = fields.String()


class Templates(Out):
    """The templates in use, and the kinds of report that make themselves."""

    items = fields.List(fields.Nested(TemplateOut))
    scheduled = told(lambda found: sorted(found["scheduled"]), "array", items={"type": "string"})


class ScheduleIn(In):
    """Whether reports of a kind make themselves."""

    kind = Word(ReportKind, required=True)
    on = Flag(required=True)
