"""Carry one step of the engine over into the tables. Shared by the services.

After each step the rows are made to agree with the state, in the transaction of the change: the
domain (effects), tasks, timers, the process itself. These rows change at every step of every case,
so they are written by plain statements; the unit of work would cost more than the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app import engine
from app.clock import LOCAL
from app.domain.calendar import Calendar
from app.domain.change import ChangeRequest
from app.domain.deadlines import Due, due, last_day, next_occurrence
from app.domain.errors import Sentence
from app.domain.going import TICKING
from app.domain.people import UNIT_ROLES, User
from app.domain.process import Task, Timer
from app.domain.rules import Anchor, Rule
from app.domain.standing import NOW
from app.domain.vocabulary import ProcessStatus, Role, Stage, TimerState
from app.engine import ArmedTimer, OpenTask, Step
from app.services import _lights, _rows, calendars, diagrams, elements, incidents
from app.services._catalogue import EFFECTS, Context
from app.services._history import record, record_rest
from app.services._later import Later
from app.services._rules import rule_of

#: What a list sorts tasks without a deadline by.
NEVER = datetime(9999, 1, 1, tzinfo=LOCAL)


def begin(context: Context, diagram: diagrams.Compiled, variables: Mapping[str, Any]) -> int:
    """Start the new process of *context* on *diagram*, in the transaction of its cause.

    Return its id.
    """
    step = engine.start(diagram.program, variables)
    process = context.process
    process.diagram_id = diagram.id
    row = {name: getattr(process, name) for name in _COLUMNS} | {
        "state": step.state,
        "status": ProcessStatus.RUNNING,
        "revision": 0,
        "started_at": context.at,
        "started_by_id": context.by.id if context.by else None,
    }
    if process.case_id is None:
        row |= {"unit_id": process.lead_unit_id, "county_id": process.county_id}
    context.session.flush()  # the letter or follow-up it is about
    process.id = _rows.INSERT_PROCESS.row(context.connection, row).id
    if process.case_id is None:
        record(context, "process_started", {"diagram": diagram.name}, passed=step.passed)
    apply(context, step)
    return process.id


_COLUMNS = (
    *("case_id", "diagram_id", "cycle"),
    *("letter_id", "follow_up_id", "change_request_id", "objection_id"),
)


def apply(context: Context, step: Step) -> list[int]:
    """Make the domain, the inbox, the timers and the process agree with *step*.

    Return the ids of the tasks that opened.

    Raises:
        Conflict: somebody else moved the process since it was read.
    """
    if not all(EFFECTS[effect.topic].plain for effect in step.effects):
        context.settle()
    save(context, step)
    close(context, step)
    for effect in step.effects:
        context.doing = effect.key
        EFFECTS[effect.topic].run(context, **effect.params)
    opened = _open(context, step)
    if step.stuck is not None:
        _report(context, step.stuck)
    if context.touched:
        _lights.refresh(context)
        record_rest(context)
    return opened


def foretold(context: Context, step: Step) -> dict[str, Any]:
    """Return what a line about *step* says of the stage that it leads to, before it is taken."""
    stages = [task.properties["stage"] for task in step.opened if task.properties.get("stage")]
    if context.process.case_id is None or not stages:
        return {}
    return {NOW: {"stage": context.case.stage_by(Stage(stages[-1])).value}}


def _report(context: Context, join: str) -> None:
    """Make an incident of a process that now waits for ever; only a person can help it on."""
    process = context.process
    diagram = diagrams.compiled(context.session, process.diagram_id)
    drawing = elements.drawing_of(context.session, process.id)
    cause = Sentence(
        "流程停在汇聚网关“%(join)s”：有分支已经结束，永远等不齐。请终结该流程，修改流程图后重新办理。",
        join=drawing.name_of(join),
    )
    likeness = f"{diagram.key}/{diagram.version}:{join}:stuck"
    incidents.report(
        context.session,
        incidents.Failure(cause=cause, likeness=likeness, process_id=process.id, detail=join),
    )


def save(context: Context, step: Step, status: ProcessStatus | None = None) -> None:
    """Write the state, and by default the status that the step makes of the process.

    Raises:
        Conflict: somebody else moved the process since it was read.
    """
    process = context.process
    status = status or (ProcessStatus.FINISHED if step.finished else ProcessStatus.RUNNING)
    row: dict[str, Any] = {"of_id": process.id, "of_revision": process.revision}
    row |= {"state": step.state, "revision": process.revision + 1}
    if step.finished or status != process.status:
        row |= {"status": status, "finished_at": context.at if step.finished else None}
        context.write(_rows.SAVE_STATUS, row)
    else:
        context.write(_rows.SAVE_STATE, row)
    process.state, process.revision, process.status = step.state, process.revision + 1, status


def close(context: Context, step: Step) -> None:
    """Close the tasks and disarm the timers that the process waits for no more."""
    of = {"of_process": context.process.id, "at": context.at}
    withdrawn = [of | {"of_engine_id": n} for n in step.closed if n != context.task]
    context.write(_rows.WITHDRAW_TASK, *withdrawn)
    disarmed = [of | {"of_engine_id": n} for n in step.disarmed]
    context.write(_rows.DISARM_TIMER, *disarmed)


def _open(context: Context, step: Step) -> list[int]:
    """Arm the clocks and put the tasks into inboxes, each with its deadline."""
    calendar = calendars.current(context.process.county_id) if step.armed else None
    armed = [timer_row(context, timer, calendar) for timer in step.armed if calendar]
    deadlines = {
        timer.task: row for timer, row in zip(step.armed, armed, strict=True) if row["is_deadline"]
    }
    tasks = [_task_row(context, task, deadlines.get(task.id)) for task in step.opened]
    later = context.later or Later(context.connection)
    later.open(tasks, zip(armed, (timer.task for timer in step.armed), strict=True))
    return [] if context.later else later.send()


def _task_row(
    context: Context, task: OpenTask, deadline: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the row of a task in an inbox, due with its deadline."""
    if context.process.case_id is not None and (stage := task.properties.get("stage")):
        context.case.enter(Stage(stage))
    return {
        "process_id": context.process.id,
        "case_id": context.process.case_id,
        "engine_id": task.id,
        "key": task.key,
        "name": task.name,
        "role": task.role,
        "unit_id": unit_of(task, context),
        "assignee_id": user_id(context, task.assignee),
        "form_key": task.form,
        "opened_at": context.at,
        "due_at": deadline["due_at"] if deadline else None,
        "due_provisional": bool(deadline and deadline["provisional"]),
        "sort_at": deadline["due_at"] if deadline else NEVER,
    }


def unit_of(task: OpenTask, context: Context) -> int:
    """Return the unit whose people must do *task*."""
    if task.properties.get("unit") != "proposed":
        return _unit_for(Role(task.role), context)
    change = context.session.get(ChangeRequest, context.process.change_request_id or 0)
    return (change.to_unit_id if change else None) or 0


def _unit_for(role: Role, context: Context) -> int:
    process = context.process
    if role is Role.DEPARTMENT:
        unit = process.department_id
    else:
        unit = process.lead_unit_id if role in UNIT_ROLES else process.county_id
    return unit or 0


def user_id(context: Context, username: str | None) -> int | None:
    """Return the id of the account of that name; what was meant for a closed one is the post's."""
    if username is None:
        return None
    return context.session.scalar(select(User.id).where(User.username == username, User.active))


def timer_row(context: Context, timer: ArmedTimer, calendar: Calendar) -> dict[str, Any]:
    """Return a deadline's row: the moment it is due, by which rule, counted from when."""
    rule, name, article, ruled_by = rule_of(context, timer)
    again = _period_before(context, timer) if rule.anchor is Anchor.EVERY else None
    row: dict[str, Any] = {"base": context.at}
    if again is None:
        moment = due(rule, context.at, calendar)
    else:
        moment, missed = _next_period(context, rule, again, calendar)
        again.missed = missed
        row = {"base": again.base, "task_id": again.task_id}
    over = _already_fired(context, timer, moment)
    return row | {
        "process_id": context.process.id,
        "case_id": context.process.case_id,
        "engine_id": timer.id,
        "key": timer.key,
        "name": name,
        "code": timer.properties.get("code", ""),
        "article": article,
        "ruled_by": ruled_by,
        "rule": str(rule),
        "calendar_version": calendar.version,
        "due_at": moment.at,
        "provisional": moment.provisional,
        "is_deadline": timer.properties.get("deadline") == "true",
        "state": TimerState.DISARMED if over else TimerState.ARMED,
        "armed_at": context.at,
        "disarmed_at": context.at if over else None,
        "try_at": moment.at,
    }


def _next_period(context: Context, rule: Rule, again: Timer, calendar: Calendar) -> tuple[Due, int]:
    before = Due(again.due_at, last_day(again.due_at), again.provisional)
    return next_occurrence(rule, again.base, before, now=context.at, calendar=calendar)


def _period_before(context: Context, timer: ArmedTimer) -> Timer | None:
    """Return the row of the period that a cycle has just fired."""
    query = (
        select(Timer)
        .where(Timer.process_id == context.process.id, Timer.engine_id == timer.id)
        .where(Timer.state == TimerState.FIRED)
        .order_by(Timer.id.desc())
        .limit(1)
    )
    return context.session.scalars(query).first()


def _already_fired(context: Context, timer: ArmedTimer, moment: Due) -> bool:
    """Tell whether this clock has struck for this very moment before.

    A unit that files its progress enters the same task anew, and with it the reminders of a date
    that may be past. They were given; giving them again would make the ledger of deadlines lie.
    """
    if moment.at > context.at:
        return False
    query = select(Timer.id).where(
        Timer.process_id == context.process.id,
        Timer.key == timer.key,
        Timer.due_at == moment.at,
        Timer.state == TimerState.FIRED,
    )
    return context.session.execute(query.limit(1)).first() is not None


def resync(context: Context, waits: Step) -> int:
    """Close rows that the state knows nothing of and open those it lacks; return how many."""
    tasks = _rows_of(context, select(Task.engine_id).where(Task.closed_at.is_(None)), Task)
    ticking = Timer.state.in_(TICKING)
    timers = _rows_of(context, select(Timer.engine_id).where(ticking), Timer)
    # Disarmed as it was armed: it had struck for that moment before, see `_already_fired`.
    at_once = Timer.disarmed_at == Timer.armed_at
    struck = _rows_of(context, select(Timer.engine_id).where(at_once), Timer)
    wanted_tasks = {task.id: task for task in waits.opened}
    wanted_timers = {timer.id: timer for timer in waits.armed}
    gone = tuple(tasks - wanted_tasks.keys()), tuple(timers - wanted_timers.keys())
    lacking = (
        tuple(wanted_tasks[number] for number in sorted(wanted_tasks.keys() - tasks)),
        tuple(wanted_timers[n] for n in sorted(wanted_timers.keys() - timers - struck)),
    )
    mended = waits._replace(
        closed=gone[0], disarmed=gone[1], opened=lacking[0], armed=lacking[1], effects=()
    )
    close(context, mended)
    _open(context, mended)
    return sum(map(len, (*gone, *lacking)))


def _rows_of(context: Context, query: Select[int], table: type[Task] | type[Timer]) -> set[int]:
    return set(context.session.scalars(query.where(table.process_id == context.process.id)))
