"""Taking one process back to the version that it was carried from. Shared by the services."""

from __future__ import annotations

from sqlalchemy import select

from app import engine
from app.domain.deadlines import Due, last_day
from app.domain.design import Migrated
from app.domain.errors import Sentence
from app.domain.process import Timer, TimerMove
from app.domain.vocabulary import MoveCause, ProcessStatus, TimerState
from app.services import diagrams
from app.services._remaining import Place
from app.services.design import _moving
from app.services.design._crossing import Candidate, Target

TAKEN_BACK = "撤回流程迁移"


def hindrance(one: Candidate, row: Migrated) -> Sentence | None:
    """Say why a process can't be taken back; ``None`` if it can."""
    process = one.context.process
    struck = [timer for timer in _timers(one) if timer.fired_at and timer.fired_at >= row.at]
    if struck:
        template = "迁移后期限“%(timer)s”已触发，不能撤回。"
        return Sentence(template, timer=struck[0].name)
    if process.revision != row.revision_after:
        return Sentence("迁移后该事项已继续办理，不能撤回。")
    passed = [timer for timer in _disarmed(one, row) if timer.due_at <= one.context.at]
    if passed and process.status is not ProcessStatus.SUSPENDED:
        template = "迁移时撤销的期限“%(timer)s”现已届满，撤回后会立即触发，不能撤回。"
        return Sentence(template, timer=passed[0].name)
    for move in _moves(one, row):
        if move.timer.due_at != move.to_at or move.timer.rule != move.to_rule:
            template = "期限“%(timer)s”在迁移后又变动过，不能撤回。"
            return Sentence(template, timer=move.timer.name)
    return None


def take_back(one: Candidate, row: Migrated) -> None:
    """Put state, tasks and clocks back as they were.

    Raises:
        Conflict: somebody moved the process at the same time.
    """
    context = one.context
    before = diagrams.compiled(context.session, row.from_id)
    target = Target(before.program, before.forms, before.version, before.id)
    stood = engine.waiting(one.diagram.program, context.process.state)
    waits = engine.waiting(before.program, row.state_before)
    known = {timer.id for timer in waits.armed}
    begun = [timer for timer in one.timers if timer.engine_id not in known]
    back, moves = _disarmed(one, row), _moves(one, row)
    _moving.put(one, row.state_before, target)
    for timer in begun:
        timer.state, timer.disarmed_at = TimerState.DISARMED, context.at
    still = context.process.status is ProcessStatus.SUSPENDED
    for timer in back:
        timer.state = TimerState.SUSPENDED if still or timer.suspended_at else TimerState.ARMED
        timer.disarmed_at = None
    for move in moves:
        timer, at = move.timer, move.from_at
        place = Place(move.from_rule, timer.base, Due(at, last_day(at), timer.provisional))
        _moving.shift(one, timer, place, reason=TAKEN_BACK)
    tasks = _moving.agree(one, target, stood, waits)
    context.session.flush()
    clocks = Candidate(context, before, [*one.timers, *back], one.calendar)
    _moving.name_clocks(clocks, waits, set())
    _moving.date_tasks(context, tasks, begun)
    line = {"from": one.diagram.version, "to": before.version}
    _moving.finish(one, "migration_undone", line)


def _timers(one: Candidate) -> list[Timer]:
    query = select(Timer).where(Timer.process_id == one.context.process.id).order_by(Timer.id)
    return list(one.context.session.scalars(query, execution_options={"populate_existing": True}))


def _disarmed(one: Candidate, row: Migrated) -> list[Timer]:
    """List the clocks that the migration took away."""
    before = diagrams.compiled(one.context.session, row.from_id)
    waited = {timer.id for timer in engine.waiting(before.program, row.state_before).armed}
    return [
        timer for timer in _timers(one) if timer.disarmed_at == row.at and timer.engine_id in waited
    ]


def _moves(one: Candidate, row: Migrated) -> list[TimerMove]:
    """List the moves that the migration made."""
    query = (
        select(TimerMove)
        .join(Timer, Timer.id == TimerMove.timer_id)
        .where(Timer.process_id == one.context.process.id)
        .where(TimerMove.at == row.at, TimerMove.cause == MoveCause.MIGRATION)
    )
    return list(one.context.session.scalars(query))
