"""Deadlines watched: the list of what runs, a month of it, and a timeline of cases."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from flask import Response, g, jsonify

from app import cursors
from app.api.calls import Call
from app.api.narrowing import narrowing_of
from app.api.schemas.timer_lists import (
    DueMonthOut,
    DueMonthQuery,
    TimelinePage,
    TimelineQuery,
    WatchedPage,
    WatchedQuery,
    watched,
)
from app.clock import today
from app.services import calendars, timer_list, timer_timeline
from app.services.timer_list import Asked


@Call(method="GET", path="/timers/deadlines", query=WatchedQuery(), answer=WatchedPage())
def list_deadlines(query: dict[str, Any]) -> Response:
    """List the open tasks that are due, the longest overdue first, with what happens next.

    Neither this list nor its counts are totalled; `next` leads on to the rest.
    """
    narrow = {name: query[name] for name in ("window", "day", "case", "mine", "letters")}
    asked = Asked(within=narrowing_of(query), **narrow)
    after = cursors.moment_after(query["cursor"], of="deadlines")
    found = timer_list.page(g.actor, asked, limit=query["limit"], after=after)
    coming = timer_list.coming(found.items)
    items = [watched(task, coming.get(task.id)) for task in found.items]
    return jsonify(items=items, next=cursors.encode(found.next, of="deadlines"))


@Call(method="GET", path="/timers/month", query=DueMonthQuery(), answer=DueMonthOut())
def get_month(query: dict[str, Any]) -> dict[str, Any]:
    """Count what is due, or overdue, on each day of a month."""
    key = query["month"] or today().isoformat()[:7]
    first = date.fromisoformat(f"{key}-01")
    days = [first + timedelta(days=n) for n in range(monthrange(first.year, first.month)[1])]
    asked = Asked(within=narrowing_of(query), case=query["case"])
    counts = timer_list.by_day(g.actor, asked, days)
    calendar = calendars.current(g.actor.county_id)
    rows = [
        {
            "on": day,
            "is_workday": calendar.is_workday(day),
            "holiday": calendar.name_of(day),
            "due": counts[day],
            "overdue": day < today(),
        }
        for day in days
    ]
    return {"month": key, "days": rows}


@Call(method="GET", path="/timers/timeline", query=TimelineQuery(), answer=TimelinePage())
def get_timeline(query: dict[str, Any]) -> dict[str, Any]:
    """List the cases that are not over, the earliest due first, with all that bars are made of."""
    asked = Asked(within=narrowing_of(query), case=query["case"])
    after = cursors.day_after(query["cursor"], of="timeline")
    found = timer_timeline.page(g.actor, asked, limit=query["limit"], after=after)
    return {"items": found.items, "next": cursors.encode(found.next, of="timeline")}
