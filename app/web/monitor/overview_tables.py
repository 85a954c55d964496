"""The tables of the overview: each figure with the address of the cases behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext

from app.clock import today
from app.domain.errors import Invalid, Sentence
from app.domain.people import Actor
from app.domain.tally import Flow
from app.figure_texts import figure_name, group_name
from app.services import english, monitor
from app.services.axes import Axis, Group
from app.services.monitor import LIGHTS, PARTS, BusyStep
from app.services.narrowing import Narrowing
from app.services.tallies import Counts, Week
from app.texts import label, language
from app.web import narrowing
from app.web.charts import Cell, Column, Row, Table

_FLOWS = {Flow.ISSUED: "blue", Flow.CLOSED_OUT: "green", Flow.OVERDUE: "red"}
#: The columns of the lights; what the picture leaves out has no colour.
_LIGHTS = {**dict(zip(LIGHTS, LIGHTS, strict=True)), "suspended": "grey", "overdue": "", "open": ""}
_WEEK = timedelta(days=6)
#: So many steps stand in the picture; the table has all.
BUSIEST = 6


@dataclass(frozen=True, slots=True)
class Place:
    """What the page is narrowed down to, and by what lights stand side by side."""

    narrow: Narrowing
    axis: Axis

    @property
    def kept(self) -> dict[str, Any]:
        """The parameters that narrow an address down to the same."""
        return dict(self.narrow.written())

    @property
    def scope(self) -> str:
        """What stands behind a title: to what it is narrowed down; nothing if it is not."""
        told = narrowing.told(self.narrow)
        return gettext("（%(what)s）", what=" · ".join(told)) if told else ""

    def cases(self, **asked: Any) -> str:
        """Return the address of the cases behind a figure."""
        return url_for("cases.page", **(self.kept | asked))

    def happened(self, flow: Flow, since: date, until: date) -> str:
        """Return the address of the cases to which it happened in those days."""
        return self.cases(flow=flow, since=since.isoformat(), until=until.isoformat())

    def book(self, part: str) -> str:
        """Return the address of the workbook of one picture."""
        asked: dict[str, Any] = {"part": part}
        asked |= {"by": self.axis} if part == "lights" else {}
        return url_for("monitor.overview_workbook", **self.kept, **asked)


def lights(groups: Sequence[Group], totals: Counts, place: Place) -> Table:
    """Return the lights of each group, the worst first, and those of all together."""
    heading = label(place.axis)
    said = gettext("在办事项的预警灯，按%(axis)s，%(day)s", axis=heading, day=today())
    all_of_them = [_count(key, totals, place.cases(figure=key)) for key in _LIGHTS]
    return Table(
        heading=heading,
        columns=[
            Column(figure_name(key), tone, drawn=bool(tone))
            for key, tone in _LIGHTS.items()
            if key != "suspended" or totals["suspended"]
        ],
        rows=[_lights_of(group, totals, place) for group in groups],
        total=_without_empty(Row(gettext("合计（全部）"), all_of_them), totals),
        unit=gettext("件"),
        said=said + place.scope,
        file=gettext("预警灯") + f"_{heading}_{today()}",
        excel=place.book("lights"),
    )


def _lights_of(group: Group, totals: Counts, place: Place) -> Row:
    asked = {group.narrows: group.key}
    cells = [_count(key, group.counts, place.cases(figure=key, **asked)) for key in _LIGHTS]
    row = Row(group_name(group), cells, place.cases(figure="open", **asked))
    return _without_empty(replace(row, key=str(group.key)), totals)


def _without_empty(row: Row, totals: Counts) -> Row:
    """Leave out suspended cases where there are none at all."""
    if totals["suspended"]:
        return row
    kept = [cell for cell, key in zip(row.cells, _LIGHTS, strict=True) if key != "suspended"]
    return replace(row, cells=kept)


def _count(key: str, counts: Counts, url: str) -> Cell:
    return Cell(counts[key], url)


def weeks(found: Iterable[Week], place: Place) -> Table:
    """Return what happened week by week."""
    return Table(
        heading=gettext("周（周一至周日）"),
        columns=[Column(label(flow), tone) for flow, tone in _FLOWS.items()],
        rows=[_week(one, place) for one in found],
        unit=gettext("件"),
        said=gettext("近 26 周每周的件数，截至%(day)s", day=today()) + place.scope,
        file=gettext("每周趋势") + f"_{today()}",
        excel=place.book("weeks"),
    )


def _week(week: Week, place: Place) -> Row:
    sunday = week.monday + _WEEK
    cells = [Cell(week.counts[flow], place.happened(flow, week.monday, sunday)) for flow in _FLOWS]
    name = gettext("%(monday)s 至 %(sunday)s", monday=week.monday, sunday=f"{sunday:%m-%d}")
    return Row(name, cells, key=week.monday.isoformat(), short=f"{week.monday:%m-%d}")


def steps(found: Iterable[BusyStep], place: Place) -> Table:
    """Return the steps at which cases wait, the busiest first."""
    return Table(
        heading=gettext("环节"),
        columns=[Column(gettext("在办"), "blue"), Column(gettext("逾期"), "red")],
        rows=[_step(one, place) for one in found],
        unit=gettext("件"),
        said=gettext("各环节等待办理的件数，%(day)s", day=today()) + place.scope,
        file=gettext("环节") + f"_{today()}",
        excel=place.book("steps"),
        pictured=BUSIEST,
    )


def _step(step: BusyStep, place: Place) -> Row:
    count = step.count
    at = f"{count.diagram}/{count.step}"
    cells = [
        Cell(count.open, place.cases(step=at)),
        Cell(count.overdue, place.cases(step=at, overdue_step=1)),
    ]
    return Row(step_name(step), cells, key=f"{count.diagram}-{count.step}")


def step_name(step: BusyStep) -> str:
    """Return what a step is called in the reader's language."""
    if step.diagram is None or language() != "en":
        return step.name
    return english.name_of(step.diagram, step.count.step, step.name)


def sheets(actor: Actor, place: Place, part: str) -> Iterator[tuple[str, Table]]:
    """Yield title and table of each sheet of the workbook: one picture's, or all.

    Raises:
        Invalid: there is no such part.
    """
    if part not in ("", "lights", "weeks", "steps"):
        told = Sentence("没有“%(part)s”这一部分。", part=part[:40])
        raise Invalid(fields={"part": [told]})
    found = monitor.overview(actor, place.narrow, place.axis)
    if not part:
        yield gettext("总体"), _totals(found.counts, found.closed_out, place)
    axes = {"": list(Axis), "lights": [place.axis]}
    for axis in axes.get(part, []):
        here = axis is place.axis
        groups = found.groups if here else monitor.worst_first(actor, place.narrow, axis)
        yield label(axis), lights(groups, found.counts, replace(place, axis=axis))
    if part in ("", "weeks"):
        yield gettext("每周趋势"), weeks(found.weeks, place)
    if part in ("", "steps"):
        yield gettext("环节"), steps(found.steps, place)


def _totals(counts: Counts, closed_out: int, place: Place) -> Table:
    shown = ("open", *PARTS, "due_today", *LIGHTS, "letters_out", "looked_back", "relapsed")
    rows = [Row(figure_name(key), [Cell(counts[key])]) for key in shown]
    rows.append(Row(gettext("本月销号"), [Cell(closed_out)]))
    said = gettext("监控总览，%(day)s", day=today()) + place.scope
    return Table(gettext("指标"), [Column(gettext("件数"))], rows, said=said)
