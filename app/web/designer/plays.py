"""A play as its page shows it: the drawing with its tokens, the open tasks, the timeline by day.

The script of a play travels in the page and is played anew at each step; nothing is stored.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from flask import g, request
from flask_babel import gettext

from app import play_texts
from app.clock import LOCAL, local_date, today
from app.domain.calendar import Calendar
from app.domain.design_terms import LineKind
from app.domain.errors import Invalid
from app.forms import check_on_paper
from app.services.design import playing
from app.services.design.charts import Chart, chart_of
from app.services.design.coverage import Coverage
from app.services.design.played import Played, Script
from app.services.design.timeline import Line
from app.services.diagrams import Bundle
from app.texts import language
from app.web.calendar import weekday_name

#: Characters of a script; more is nobody's play.
LONGEST = 200_000
MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline, in words."""

    kind: LineKind
    time: str
    text: str
    element: str
    #: The number of the move that it begins, from 0.
    move: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the timeline."""

    on: date
    weekday: str
    #: 休 or 班, where the day is not what its weekday says.
    mark: str
    name: str
    entries: Sequence[Entry]


def check() -> playing.Check:
    """Return who checks the answers of a play, in the reader's language."""
    return partial(check_on_paper, language=language())


def play(bundle: Bundle, script: Script) -> Played:
    """Play a script for the person who asks."""
    return playing.play(bundle, script, playing.world_of(g.actor.county_id), check())


def script_sent() -> Script:
    """Return the script that the page sent along; without one, an empty one that begins today.

    Raises:
        Invalid: it is none.
    """
    text = request.form.get("_script", "")
    return read_script(text) if text else Script(morning_of(today()), {})


def read_script(text: str) -> Script:
    """Read a script.

    Raises:
        Invalid: it is none.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        whole = json.loads(text)
        starts_at = datetime.fromisoformat(whole["starts_at"]).astimezone(LOCAL)
        facts, moves = dict(whole["facts"]), [dict(move) for move in whole["moves"]]
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise Invalid("试走记录已损坏，请重新开始。") from error
    return Script(starts_at, facts, moves)


def written(script: Script) -> str:
    """Return a script as the page sends it along."""
    whole = {
        "starts_at": script.starts_at.isoformat(),
        "facts": dict(script.facts),
        "moves": [dict(move) for move in script.moves],
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def morning_of(day: date) -> datetime:
    """Return when the office opens on a day."""
    return datetime.combine(day, MORNING, LOCAL)


def next_workday(played: Played) -> date:
    """Return the first working day after the play's present one."""
    calendar = playing.world_of(g.actor.county_id).calendar
    return calendar.next_workday(local_date(played.at) + timedelta(days=1))


def days_of(played: Played, chart: Chart) -> list[Day]:
    """Return the timeline by days, each as the calendar has it."""
    calendar = playing.world_of(g.actor.county_id).calendar
    first = {line: move for move, line in reversed(list(enumerate(played.marks)))}
    entries = [
        (local_date(line.at), _entry(line, chart, first.get(number)))
        for number, line in enumerate(played.lines)
    ]
    return [
        _day(on, [entry for _, entry in some], calendar)
        for on, some in groupby(entries, key=lambda pair: pair[0])
    ]


def _entry(line: Line, chart: Chart, move: int | None) -> Entry:
    clock = line.at.astimezone(LOCAL).strftime("%H:%M")
    return Entry(line.kind, clock, play_texts.line_text(line, chart), line.element, move)


def _day(on: date, entries: Sequence[Entry], calendar: Calendar) -> Day:
    works = calendar.is_workday(on)
    mark = "" if works and on.weekday() < 5 else gettext("班") if works else gettext("休")
    return Day(on, weekday_name(on), mark, calendar.name_of(on) or "", entries)


def facts_of(played: Played, chart: Chart) -> dict[str, Any]:
    """Return what the viewer draws of a play: tokens, clocks, ways taken."""
    taken = {
        flow.id: played.ways[flow.source, flow.target]
        for flow in chart.flows
        if played.ways.get((flow.source, flow.target))
    }
    return {
        "tasks": [
            {
                "element": sheet.task.key,
                "text": gettext("正在办理"),
                "overdue": sheet.is_late,
            }
            for sheet in played.sheets
        ],
        "timers": [
            {
                "element": clock.timer.key,
                "text": clock.due.on.strftime("%m-%d"),
                "title": f"{clock.ruled.name} {clock.due.on}",
                "overdue": False,
            }
            for clock in played.clocks
        ],
        "trails": [],
        "passed": sorted(played.passed),
        "taken": taken,
    }


def coverage_facts(coverage: Coverage) -> dict[str, Any]:
    """Return what the viewer draws of a coverage: each flow with how often, and those never."""
    return {
        "tasks": [],
        "timers": [],
        "trails": [],
        "passed": sorted(coverage.nodes),
        "taken": dict(coverage.flows),
        "never": [flow.id for flow in coverage.never],
        "never_text": gettext("未走"),
    }


def flow_text(flow: Any, chart: Chart) -> str:
    """Say a flow in words: from where, by which answer, to where."""
    source, target = (chart.name_of(one, language()) for one in (flow.source, flow.target))
    name = (language() == "en" and flow.name_en) or flow.name
    return f"{source} —{name}→ {target}" if name else f"{source} → {target}"


def chart(bundle: Bundle) -> Chart:
    """Return the chart of a content."""
    return chart_of(bundle.xml)
