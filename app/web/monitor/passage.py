"""The way of one case through a process, drawn: what it passed, when, how long each step took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request
from flask_babel import gettext

from app.clock import LOCAL, utcnow
from app.services import cases, english
from app.services import passed as passages
from app.services.passed import Passage, Stop
from app.texts import diagram_name, language, local_moment
from app.web import narrowing
from app.web.monitor.heat_view import version_name
from app.web.pictures import picture_of, who_has

#: Kinds of elements that are somebody's or the program's work; the others only steer.
_WORK = ("userTask", "serviceTask", "sendTask", "scriptTask", "businessRuleTask", "boundaryEvent")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the way."""

    element: str
    name: str
    #: ``done``, ``waits`` for a person, or ``self``: it went by itself.
    state: str
    at: str
    who: str
    stop: Stop


def passage_page(key: str) -> str:
    """Show the way of the case that the address names."""
    narrowing.asked("version", "by", "sort", "step", "case", "process")
    number, process_id = request.args["case"].strip()[:40], narrowing.number("process")
    found = passages.passage_of(g.actor, key, number, process_id)
    picture = picture_of(found.process, found.tasks, cases.timers_of(found.case), found.events)
    rows = [_row(found, stop) for stop in found.stops if _tells(stop)]
    return render_template(
        "monitor/passage.html",
        here="heat",
        found=found,
        picture=picture,
        rows=rows,
        facts=_facts(found, rows),
        total=sum(row.stop.days for row in rows),
        version_name=version_name,
    )


def _tells(stop: Stop) -> bool:
    """Tell whether a reader wants to know of it: gateways and nameless ends tell nothing."""
    return stop.task is not None or (stop.element.kind in _WORK and bool(stop.element.name))


def _row(found: Passage, stop: Stop) -> Row:
    key, name, task = stop.element.key, stop.element.name, stop.task
    if language() == "en":
        name = english.name_of(found.process.diagram, key, name)
    at = local_moment(stop.at)
    if task is None:
        return Row(key, name, "self", at, gettext("系统"), stop)
    name = name or task.name
    if task.closed_at is None:
        return Row(key, name, "waits", at, who_has(task), stop)
    return Row(key, name, "done", at, task.closed_by.name if task.closed_by else "", stop)


def _facts(found: Passage, rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the viewer draws at each step that was done: its place, date and days."""
    waits = {row.element for row in rows if row.state == "waits"}
    done: dict[str, list[Row]] = {}
    for row in rows:
        if row.state == "done" and row.element not in waits:
            done.setdefault(row.element, []).append(row)
    moment = utcnow().astimezone(LOCAL)
    name = diagram_name(found.process.diagram)
    version = version_name(found.process.diagram.version)
    return {
        "steps": [_fact(place, them) for place, them in enumerate(done.values(), start=1)],
        "title": f"{found.case.number} · {name} · {version}",
        "said": local_moment(moment),
        "file": f"{found.case.number}-{name}-{moment:%Y%m%d-%H%M}".replace(" ", ""),
        "legend": [],
    }


def _fact(place: int, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the badge of a step: it may have been done more than once."""
    days = sum(row.stop.days for row in rows)
    day = rows[-1].stop.at.astimezone(LOCAL).strftime("%m-%d")
    took = gettext("%(days)s 天", days=days)
    times = gettext("%(n)s 次", n=len(rows))
    parts = [day, *([times] if len(rows) > 1 else []), took]
    return {
        "element": rows[0].element,
        "level": 0,
        "parts": [
            {"kind": "order", "word": "", "text": f"{place}"},
            {"kind": "note", "word": "", "text": " · ".join(parts)},
        ],
        "label": "",
    }
