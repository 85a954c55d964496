"""The law about deadlines: new ones for work that comes back, and none that ends on a day of rest.

All are warnings: a date that an office has set holds as it is written, but somebody should look.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice

from app.clock import LOCAL
from app.domain.deadlines import last_day
from app.domain.rules import Anchor, Unit
from app.engine.expressions import ExpressionError
from app.engine.linting.graph import components
from app.engine.linting.meanings import PERSONAL, law_of, verifications
from app.engine.linting.model import Model, Node, kind, properties, text_of
from app.engine.linting.outcomes import set_by
from app.engine.linting.registry import Found, rule
from app.engine.linting.timing import timer_bodies
from app.engine.linting.ways import affordable
from app.engine.step import Law
from app.engine.timers import Timing, compile_timer, fixed_timing

#: When offices are open, by the clock of Beijing.
OPENS, CLOSES = time(8), time(18)
#: How far the next working day can be; beyond it the calendar is broken.
_FURTHEST = 60
_DAY = timedelta(days=1)
_FROM_A_DATE = (Anchor.AFTER, Anchor.BEFORE)


@rule(
    "law/stale_deadline",
    "返工后，“%(task)s”的期限“%(name)s”还是第一轮的日期。请在核查时给出新期限，或改为自返工之日起算。",
    "warning",
    why="《教育督导条例》第二十一条第二款要求限期整改；返工没有新期限，单位一接手就已逾期。",
    fix="count_from_return",
)
def stale_deadlines(model: Model) -> Iterator[Found]:
    """Find tasks to which verification sends work back with the date of the first round."""
    verifying = verifications(model)
    deadlines = _fixed_deadlines(model) if verifying else []
    sets = {node: set_by(model, node) for node in model.nodes} if deadlines else {}
    for event, task, text, base in islice(deadlines, affordable(model)):
        steady = [
            node for node in task.scope.nodes if base is None or not _may_set(node, base, sets)
        ]
        rounds = next((part for part in components(steady) if task in part), set())
        if not rounds.isdisjoint(verifying):
            params = {"task": task.name, "name": event.name}
            yield event, params, renewed(text) is not None


def _fixed_deadlines(model: Model) -> list[tuple[Node, Node, str, str | None]]:
    """Return the deadlines that hang on a date: event, task, rule, and the date's variable."""
    found = []
    for event, element in timer_bodies(model):
        task = event.host
        if task is None or task.kind not in PERSONAL or not _is_deadline(event):
            continue
        text = text_of(element)
        is_fixed, base = base_of(text, kind(element))
        if is_fixed:
            found.append((event, task, text, base))
    return found


def _may_set(node: Node, variable: str, sets: Mapping[Node, frozenset[str]]) -> bool:
    """Whether the variable may be another after *node*; messages may carry anything."""
    return node.kind == "receiveTask" or node.defines("message") or variable in sets[node]


def base_of(text: str, tag: str) -> tuple[bool, str | None]:
    """Tell whether a timer hangs on a date, and the name of the variable that holds it."""
    try:
        body = compile_timer(text)
    except ExpressionError:
        return False, None
    if isinstance(body.source, Timing):
        return body.source.rule.on is not None, None
    tree = ast.parse(body.source.text, mode="eval").body
    if isinstance(tree, ast.Call) and getattr(tree.func, "id", "") in _FROM_A_DATE:
        tree = tree.args[0]
    elif tag != "timeDate":
        return False, None
    if isinstance(tree, ast.Name):
        return True, tree.id
    return isinstance(tree, ast.Constant), None


def renewed(text: str) -> str | None:
    """Return the rule counted from when the work comes back; ``None`` if it says no length."""
    try:
        source = compile_timer(text).expression
    except ExpressionError:
        return None
    tree = ast.parse(source.text, mode="eval").body if source else None
    if isinstance(tree, ast.Call) and getattr(tree.func, "id", "") == Anchor.AFTER:
        return ast.unparse(tree.args[1])
    return None


@rule(
    "law/rest_day",
    "“%(name)s”的日期 %(day)s 不是工作日。请改为 %(next)s。",
    "warning",
    why="《民法典》第二百零三条第一款：期间的最后一日是法定休假日的，以休假日结束的次日为最后一日。",
    fix="roll_over",
)
def dates_on_rest_days(model: Model) -> Iterator[Found]:
    """Find dates on which nobody works; a drawn date is taken as written, and rolls to no other."""
    law = law_of(model)
    for node, on in _dates(model) if law else ():
        day = _day_of(on)
        following = next_workday(day, law) if law and day else None
        if following and following != day:
            yield node, {"name": node.name, "day": str(day), "next": str(following)}


@rule(
    "law/closing_time",
    "“%(name)s”在 %(time)s 到期，不在工作时间之内。请只写日期，到当日24时为止。",
    "warning",
    why="《民法典》第二百零三条第二款：期间截止于二十四时；有业务时间的，截止于停止业务活动的时间。",
    fix="roll_over",
)
def moments_after_hours(model: Model) -> Iterator[Found]:
    """Find moments at which no office is open."""
    for node, on in _dates(model) if law_of(model) else ():
        if isinstance(on, datetime) and _day_of(on):
            clock = on.astimezone(LOCAL).time()
            if clock != time(0) and not OPENS <= clock <= CLOSES:
                yield node, {"name": node.name, "time": f"{clock:%H:%M}"}


@rule(
    "law/hours",
    "“%(name)s”按小时计算，到期落在休息日也不顺延。请改为 %(days)s 日。",
    "warning",
    why="《民法典》第二百条、第二百零三条：按日计算期间，最后一日是法定休假日的顺延到其次日。",
    fix="count_days",
)
def deadlines_in_hours(model: Model) -> Iterator[Found]:
    """Find deadlines of whole days written in hours; up to a day they are emergencies, and fine."""
    for node, element in timer_bodies(model) if law_of(model) else ():
        days = whole_days(text_of(element))
        if days and _is_deadline(node):
            yield node, {"name": node.name, "days": days}


def whole_days(text: str) -> int | None:
    """Return a rule of hours in days, if it is one of several whole days."""
    timing = fixed_timing(text)
    span = timing.rule.span if timing else None
    if timing is None or timing.rule.anchor is not Anchor.AFTER or timing.rule.on or span is None:
        return None
    hours = {Unit.HOURS: span.number, Unit.MINUTES: span.number / 60}.get(span.unit, 0)
    return int(hours // 24) if hours > 24 and hours % 24 == 0 else None


def next_workday(day: date, law: Law) -> date | None:
    """Return *day*, or the first working day after it."""
    for _ in range(_FURTHEST):
        if law.is_workday(day):
            return day
        if day == date.max:
            return None
        day += _DAY
    return None


def rolled_over(text: str, law: Law) -> str | None:
    """Return the date that a timer names, on a working day and without its hour."""
    timing = fixed_timing(text)
    on = timing.rule.on if timing else None
    last = _day_of(on) if on else None
    day = next_workday(last, law) if last else None
    return str(day) if day else None


def _day_of(on: date | datetime) -> date | None:
    """Return the day on which a deadline ends; ``None`` at the ends of time."""
    try:
        return last_day(on) if isinstance(on, datetime) else on
    except OverflowError:
        return None


def _dates(model: Model) -> Iterator[tuple[Node, date | datetime]]:
    """Yield the timers that name a date."""
    for node, element in timer_bodies(model):
        timing = fixed_timing(text_of(element))
        if timing is not None and timing.rule.anchor is Anchor.ON and timing.rule.on is not None:
            yield node, timing.rule.on


def _is_deadline(event: Node) -> bool:
    return properties(event.element).get("deadline") == "true"
