"""统计报告: making them, their frozen figures, what has changed since, and their templates."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

from flask import flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.clock import today
from app.domain.errors import Invalid, Sentence, TooLarge
from app.domain.report import Report, ReportKind
from app.domain.vocabulary import Category
from app.http import status_of
from app.services.reports import (
    checking,
    making,
    reading,
    rights,
    schedule,
    spans,
    templates,
)
from app.services.reports.spans import Span
from app.services.reports.variables import VARIABLES
from app.services.statistics.indicators import Share
from app.texts import label, language, sentence
from app.web import given, narrowing
from app.web.monitor.blueprint import bp

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAGE = 50


@bp.get("/reports")
def reports() -> ResponseReturnValue:
    """List the reports, and offer to make one."""
    before = narrowing.number("before")
    found = reading.listing(g.actor, limit=PAGE + 1, before=before)
    return render_template(
        "monitor/reports.html",
        here="reports",
        reports=found[:PAGE],
        title_of=_title,
        next_id=found[PAGE - 1].id if len(found) > PAGE else None,
        continued=before is not None,
        may_make=rights.may_make(g.actor),
        offered=[(kind, _offered(kind)) for kind in ReportKind],
        scheduled=schedule.switched_on(g.actor),
        can_schedule=spans.SCHEDULED,
    )


def _offered(kind: ReportKind) -> tuple[Span, Span]:
    """Return the last span that is over, and the one that goes on."""
    now = spans.span(kind, today())
    return spans.span(kind, now.days.starts_on - timedelta(days=1)), now


@bp.post("/reports")
def make_report() -> ResponseReturnValue:
    """Have a report made, by a job."""
    job = making.order(_kind(request.form.get("kind", "")), _day(), g.actor)
    return redirect(url_for("jobs.job", job_id=job.id), 303)


def _kind(text: str) -> ReportKind:
    if text not in list(ReportKind):
        raise Invalid(fields={"kind": [Sentence("没有“%(text)s”这种报告。", text=text[:40])]})
    return ReportKind(text)


def _day() -> date:
    (day,) = given.days("day")
    return day


def _title(report: Report) -> str:
    """Return what a report is called; its own title is that of a Chinese document."""
    if language() != "en":
        return reading.title(report)
    days = {"starts": report.starts_on, "ends": report.ends_on}
    return gettext("%(kind)s（%(starts)s 至 %(ends)s）", kind=label(report.kind), **days)


@bp.post("/reports/schedule")
def schedule_reports() -> ResponseReturnValue:
    """Switch on or off that reports of a kind make themselves."""
    on = request.form.get("on") == "1"
    schedule.switch(_kind(request.form.get("kind", "")), g.actor, on=on)
    flash(gettext("已设为自动编制。") if on else gettext("已停止自动编制。"))
    return redirect(url_for("monitor.reports"), 303)


@bp.get("/reports/<int:report_id>")
def report(report_id: int) -> ResponseReturnValue:
    """Show the figures of a report as they were."""
    found = reading.get(report_id, g.actor)
    return render_template(
        "monitor/report.html",
        here="reports",
        report=found,
        figures=found.figures,
        title=_title(found),
        labels={one["key"]: one for one in found.figures["marks"]},
        share=Share,
        category_of=Category,
    )


@bp.get("/reports/<int:report_id>/cases")
def report_cases(report_id: int) -> ResponseReturnValue:
    """List the cases that stood behind one of its figures."""
    found = reading.get(report_id, g.actor)
    key = request.args.get("figure", "")
    reading.bit_of(found, key)
    cases = reading.cases_of(found, key, limit=PAGE + 1, after=narrowing.number("after"))
    return render_template(
        "monitor/report_cases.html",
        here="reports",
        report=found,
        title=_title(found),
        mark=next(one for one in found.figures["marks"] if one["key"] == key),
        total=found.figures["counts"][key],
        cases=cases[:PAGE],
        next_id=cases[PAGE - 1].id if len(cases) > PAGE else None,
        continued="after" in request.args,
    )


@bp.get("/reports/<int:report_id>/since")
def report_since(report_id: int) -> ResponseReturnValue:
    """Tell which of its figures would be others now, and because of which cases."""
    found = reading.get(report_id, g.actor)
    changed = [one for one in reading.since(found) if one.came or one.went]
    key = request.args.get("figure", "")
    return render_template(
        "monitor/report_since.html",
        here="reports",
        report=found,
        title=_title(found),
        changed=changed,
        chosen=key,
        numbers=reading.came_and_went(found, key) if key else ([], []),
    )


@bp.get("/reports/<int:report_id>/file")
def report_file(report_id: int) -> ResponseReturnValue:
    """Give out the Word file."""
    name, document = reading.document(report_id, g.actor)
    return _word_file(document, name)


def _word_file(document: bytes, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(document), mimetype=_WORD, as_attachment=True, download_name=name)


@bp.get("/reports/templates")
def report_templates() -> ResponseReturnValue:
    """Show which templates are in use, and what they may name."""
    return _templates()


def _templates(
    kind: ReportKind | None = None, fault: str = "", faults: tuple[str, ...] = ()
) -> str:
    return render_template(
        "monitor/report_templates.html",
        here="reports",
        templates=templates.in_use(g.actor),
        may_make=rights.may_make(g.actor),
        variables=VARIABLES,
        wrong=kind,
        fault=fault,
        faults=faults,
        most=checking.LARGEST // 1_000_000,
    )


@bp.get("/reports/templates/<kind>")
def report_template(kind: str) -> ResponseReturnValue:
    """Give out the template in use, to be edited in Word."""
    of = _kind(kind)
    name, document = templates.fetch(of, g.actor)
    return _word_file(document, name or gettext("%(kind)s模板", kind=label(of)) + ".docx")


@bp.post("/reports/templates/<kind>")
def replace_template(kind: str) -> ResponseReturnValue:
    """Put the office's own template into use, or the shipped one again."""
    of = _kind(kind)
    if request.form.get("restore"):
        templates.restore(of, g.actor)
        flash(gettext("已换回内置模板。"))
        return redirect(url_for("monitor.report_templates"), 303)
    try:
        templates.replace(of, *given.file(checking.LARGEST), g.actor)
    except (Invalid, TooLarge) as error:
        fields = getattr(error, "fields", {}).get("file", ())
        told = tuple(sentence(one) for one in fields)
        return _templates(of, sentence(error.sentence), told), status_of(error)
    flash(gettext("新模板已检查并启用。"))
    return redirect(url_for("monitor.report_templates"), 303)
