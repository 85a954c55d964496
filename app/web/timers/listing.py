"""期限清单: running deadlines, overdue first, with who holds each and what happens next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import g, render_template, request
from flask_babel import format_date, gettext

from app.clock import today
from app.deadline_texts import limit_of, rule_text, said
from app.domain.deadlines import last_day
from app.domain.people import Actor
from app.domain.process import Task, Timer
from app.domain.vocabulary import Role
from app.services import english, timer_list
from app.services.batch_lines import AT_ONCE, MOST, Action
from app.services.elements import Element
from app.services.reach import COUNTED
from app.services.reminding import MAY_REMIND
from app.services.timer_list import Asked, Next
from app.texts import language, timer_name
from app.web import cursor
from app.web.due import Due, due_of_task
from app.web.pictures import who_has
from app.web.timers.asking import address, asked, kept

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One open task as the list shows it."""

    task: Task
    due: Due | None
    timer: Timer | None
    #: What is due by which rule, in few words.
    rule: str
    who: str
    #: What happens by itself, and on which day.
    next: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice above the list, with how many there are."""

    label: str
    url: str
    chosen: bool
    count: str = ""


def draw() -> str:
    """Draw the list."""
    what = asked()
    by = timer_list.way(g.actor, what)
    after = cursor.read_moment(request.args.get("after"))
    found = timer_list.page(g.actor, what, limit=PAGE, after=after, by=by)
    end = cursor.write(*found.next) if found.next else None
    return render_template(
        "timers/list.html",
        here="timers",
        carried=what.within.written(),
        view="list",
        asked=what,
        rows=rows_of(found.items),
        chips=_chips(what, timer_list.counts(g.actor, what, by)),
        actions=actions_of(g.actor),
        hidden=kept(what),
        most=MOST,
        at_once=AT_ONCE,
        narrowed=what != Asked(),
        next_url=address(what, after=end) if end else None,
        first_url=address(what) if after else None,
    )


def rows_of(tasks: Sequence[Task]) -> list[Row]:
    """Put tasks into the words of the list."""
    coming = timer_list.coming(tasks)
    return [_row(task, coming) for task in tasks]


def _row(task: Task, coming: Mapping[int, Next]) -> Row:
    found = coming.get(task.id)
    return Row(
        task=task,
        due=due_of_task(task),
        timer=task.deadline,
        rule=rule_of(task.deadline) if task.deadline else "",
        who=who_has(task),
        next=_next(found) if found else "",
    )


def rule_of(timer: Timer) -> str:
    """Say what is due by which rule in few words: 主管部门初审：5 个工作日."""
    limit = limit_of(timer)
    name = said(limit.name) if limit else timer_name(timer)
    return gettext("%(name)s：%(how)s", name=name, how=rule_text(timer.rule))


def _next(coming: Next) -> str:
    """Say what happens by itself: 9月12日 自动启动督办."""
    what = gettext("流程自动继续")
    if coming.element is not None:
        what = _does(coming.timer, coming.element)
    return gettext("%(day)s %(what)s", day=short(coming.timer.due_at), what=what)


def _does(timer: Timer, element: Element) -> str:
    name = element.name
    if language() == "en":
        name = english.name_of(timer.process.diagram, element.key, name)
    if element.kind == "userTask":
        return gettext("自动转入“%(name)s”", name=name)
    return gettext("自动%(name)s", name=name)


def short(at: datetime) -> str:
    """Write the day on which something is due; the year only where it is another."""
    return short_day(last_day(at))


def short_day(day: date) -> str:
    """Write a day; the year only where it is another than this."""
    if day.year != today().year:
        return day.isoformat()
    return str(format_date(day, gettext("M月d日")))


def _chips(what: Asked, counts: timer_list.Counts) -> list[Chip]:
    plain: dict[str, None] = dict.fromkeys(("window", "day", "mine", "letters"))
    windows = {
        "overdue": (gettext("逾期"), counts.overdue),
        "today": (gettext("今日到期"), counts.today),
        "week": (gettext("本周到期"), counts.week),
    }
    nothing = not (what.window or what.day or what.mine or what.letters)
    found = [Chip(gettext("全部在办期限"), address(what, **plain), nothing)]
    for key, (name, count) in windows.items():
        url = address(what, **(plain | {"window": key}))
        found.append(Chip(name, url, what.window == key, figure(count)))
    if what.day is not None:
        found.append(Chip(gettext("%(day)s 到期", day=what.day), address(what), chosen=True))
    mine = address(what, **(plain | {"mine": 1}))
    found.append(Chip(gettext("由我办理"), mine, what.mine and not what.letters))
    if counts.letters or what.letters:
        url = address(what, **(plain | {"letters": 1}))
        found.append(Chip(gettext("待我审签的函"), url, what.letters, figure(counts.letters)))
    return found


def figure(count: int) -> str:
    """Write a count that stops somewhere."""
    return str(count) if count < COUNTED else f"{COUNTED - 1}+"


def actions_of(actor: Actor) -> list[Action]:
    """List what the person may do to many tasks at once."""
    may = {
        Action.REMIND: actor.has(*MAY_REMIND, Role.DEPARTMENT),
        Action.HAND_OVER: actor.sees_cases,
        Action.EXTEND: actor.has(Role.UNIT_OWNER),
        Action.SIGN: actor.has(Role.CHIEF),
    }
    return [action for action in Action if may[action]]
