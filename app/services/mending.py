"""Mending what failed: trying it again now, or leaving it out for a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import engine
from app.clock import utcnow
from app.db import db, transaction
from app.domain.deadlines import Due, last_day, next_occurrence
from app.domain.errors import Invalid, NotFound, Sentence, WrongStage
from app.domain.going import TICKING
from app.domain.people import Actor
from app.domain.process import Incident, Process, Timer
from app.domain.rules import Anchor, Rule
from app.domain.vocabulary import ProcessStatus, TimerState
from app.services import _progress, calendars, deadlines, deliveries, diagrams, elements, incidents
from app.services._catalogue import Context, hold, running
from app.services._history import record
from app.services._rows import INSERT_TIMER

LONGEST_REASON = 400
#: So many are tried again at once; the sweep takes the others.
AT_ONCE = 100

#: Elements that a process can do without: what they sit on goes on waiting.
_BESIDE = ("boundaryEvent", "startEvent")


@dataclass(frozen=True, slots=True)
class Retried:
    """How often trying again went well, how often not, and how many the sweep will try."""

    passed: int = 0
    failed: int = 0
    left: int = 0


def retry(incident_id: int, actor: Actor) -> Retried:
    """Try what failed again now.

    Raises:
        NotFound: there is no such incident for this actor.
        WrongStage: somebody has dealt with it already.
    """
    incident = incidents.get(incident_id, actor)
    if incident.resolved_at is not None:
        raise WrongStage("该故障已经处理，无需重试。")
    return _retry_all([incident_id], actor)


def retry_like(likeness: str, actor: Actor) -> Retried:
    """Try all that failed in the same way again: the first now, the others with the next sweep."""
    incidents.require(actor)
    return _retry_all(incidents.ids_like(actor, likeness), actor)


def retry_any(incident_id: int, *, like: bool) -> Retried:
    """Try what failed again now, and all like it if so asked: for whoever runs the machine.

    Raises:
        NotFound: there is no such incident.
        WrongStage: somebody has dealt with it already.
    """
    incident = db.session.get(Incident, incident_id)
    if incident is None:
        raise NotFound
    if incident.resolved_at is not None:
        raise WrongStage("该故障已经处理，无需重试。")
    ids = incidents.ids_like(None, incident.likeness) if like else [incident_id]
    return _retry_all(ids, None)


def _retry_all(ids: Sequence[int], actor: Actor | None) -> Retried:
    for each in ids:
        _make_ready(each)
    went = Counter(_retry(each, actor) for each in ids[:AT_ONCE])
    return Retried(went["passed"], went["failed"], went["left"] + len(ids[AT_ONCE:]))


def _make_ready(incident_id: int) -> None:
    """Let the sweeps, or whoever is first, take up what the incident is about."""
    with transaction() as session:
        incident = session.get_one(Incident, incident_id)
        deliveries.retry(session, incident.subject)
        armed = update(Timer).where(Timer.id == incident.timer_id, Timer.state == TimerState.ARMED)
        session.execute(armed.values(try_at=utcnow(), claimed_until=None))


def _retry(incident_id: int, actor: Actor | None) -> str:
    """Try one again; tell how that went: ``passed``, ``failed``, or ``left`` to a sweep."""
    incident = db.session.get_one(Incident, incident_id, populate_existing=True)
    if incident.process_id is None:
        return "left"
    if incident.timer_id is not None:
        deadlines.attempt(incident.timer_id)
    return "passed" if _settle(incident_id, actor) else "failed"


def _settle(incident_id: int, actor: Actor | None) -> bool:
    """Close the incident if what it is about is no longer so; note who saw to it."""
    with transaction() as session:
        incident = session.get_one(Incident, incident_id, populate_existing=True)
        if incident.resolved_at is None and _still_fails(session, incident):
            return False
        incident.resolved_at = incident.resolved_at or utcnow()
        incident.resolved_by_id = actor.id if actor else None
        incident.resolution = "retried"
        return True


def _still_fails(session: Session, incident: Incident) -> bool:
    if incident.timer_id is not None:
        timer = session.get_one(Timer, incident.timer_id, populate_existing=True)
        return timer.state in TICKING
    process = session.get_one(Process, incident.process_id)
    if process.status is not ProcessStatus.RUNNING:
        return False
    program = diagrams.compiled(session, process.diagram_id).program
    return engine.waiting(program, process.state).stuck is not None


@dataclass(frozen=True, slots=True)
class Skipping:
    """What leaving a failed step out would mean."""

    #: Whether the process could go on without it.
    possible: bool
    #: What then happens, or why it cannot be done.
    meaning: Sentence


def skipping(incident: Incident) -> Skipping:
    """Say what leaving out the step of *incident* would mean."""
    timer = incident.timer
    if incident.process_id is None:
        return Skipping(True, Sentence("不再重试；该故障按您填写的理由关闭。"))
    if timer is None:
        return Skipping(False, Sentence("流程已停住，没有可以跳过的步骤；只能终结该流程。"))
    if timer.state is not TimerState.ARMED:
        return Skipping(False, Sentence("该期限已不在计时，不能跳过。"))
    drawing = elements.drawing_of(db.session(), timer.process_id)
    element = drawing.elements.get(timer.key)
    if element is None or element.kind not in _BESIDE:
        sentence = "流程正停在“%(timer)s”上，跳过后将无法继续，因此不能跳过；请排除原因后重试。"
        return Skipping(False, Sentence(sentence, timer=timer.name))
    omitted = [one.name for one in drawing.after(timer.key) if one.kind != "endEvent" and one.name]
    if Rule.parse(timer.rule).anchor is Anchor.EVERY:
        template = (
            "本期“%(timer)s”不再触发，不执行：%(omitted)s；下一期照常计时，当前环节不受影响。"
        )
    elif element.interrupting:
        template = (
            "“%(timer)s”不再触发，不执行：%(omitted)s；当前环节不会因届满而结束，继续等待办理。"
        )
    else:
        template = "“%(timer)s”不再触发，不执行：%(omitted)s；当前环节不受影响，继续等待办理。"
    return Skipping(
        True, Sentence(template, timer=timer.name, omitted="、".join(omitted) or timer.name)
    )


def skip(incident_id: int, actor: Actor, reason: str) -> None:
    """Leave out the step that failed, for a reason that history keeps.

    Raises:
        NotFound: there is no such incident for this actor.
        Invalid: no reason is given.
        WrongStage: somebody has dealt with it, or the process could not go on without the step.
        Conflict: somebody else moved the process at the same time.
    """
    incident, reason = incidents.get(incident_id, actor), reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        fault = Sentence("请写明理由，不超过 %(most)s 字。", most=LONGEST_REASON)
        raise Invalid(fields={"reason": [fault]})
    if incident.resolved_at is not None:
        raise WrongStage("该故障已经处理，无需跳过。")
    meaning = skipping(incident)
    if not meaning.possible:
        raise WrongStage(meaning.meaning.template, **meaning.meaning.params)
    with transaction() as session:
        at, timer = utcnow(), _held(session, incident.process_id, incident.timer_id)
        mended = session.get_one(
            Incident, incident_id, with_for_update=True, populate_existing=True
        )
        if mended.resolved_at is not None:
            raise WrongStage("该故障已经处理，无需跳过。")
        if timer is not None:
            _leave_out(session, timer, actor, reason=reason, at=at)
        mended.resolved_at, mended.resolved_by_id = at, actor.id
        mended.resolution, mended.reason = "skipped", reason


def _held(session: Session, process_id: int | None, timer_id: int | None) -> Timer | None:
    """Hold what an incident is about before the incident itself, as those do who report one."""
    if process_id is not None:
        hold(session, process_id)
    if timer_id is None:
        return None
    return session.get_one(
        Timer, timer_id, with_for_update={"key_share": True}, populate_existing=True
    )


def _leave_out(session: Session, timer: Timer, actor: Actor, *, reason: str, at: datetime) -> None:
    """Disarm a timer; of one that repeats, let the next period begin."""
    if timer.state is not TimerState.ARMED:
        raise WrongStage("该期限已不在计时，不能跳过。")
    context = Context(session, running(session, timer.process_id), at, actor)
    line = {"timer": timer.name, "key": timer.key, "code": timer.code, "reason": reason}
    record(context, "timer_skipped", {"timer_id": timer.id} | line)
    timer.state, timer.disarmed_at = TimerState.DISARMED, at
    session.flush()
    if Rule.parse(timer.rule).anchor is Anchor.EVERY:
        _arm_next(context, timer)
        return
    program = diagrams.compiled(session, context.process.diagram_id).program
    step = engine.skip(program, context.process.state, timer.engine_id)
    _progress.apply(context, step)


def _arm_next(context: Context, timer: Timer) -> None:
    """Arm the next period of a cycle; the process itself goes on waiting for it."""
    calendar = calendars.current(context.process.county_id)
    rule, before = Rule.parse(timer.rule), Due(timer.due_at, last_day(timer.due_at), False)
    coming, _ = next_occurrence(rule, timer.base, before, now=context.at, calendar=calendar)
    same = ("process_id", "case_id", "task_id", "engine_id", "key", "name", "code", "article")
    row = {
        name: getattr(timer, name) for name in (*same, "rule", "base", "is_deadline", "ruled_by")
    }
    INSERT_TIMER.run(
        context.connection,
        row
        | {
            "calendar_version": calendar.version,
            "due_at": coming.at,
            "provisional": coming.provisional,
            "state": TimerState.ARMED,
            "armed_at": context.at,
            "disarmed_at": None,
            "try_at": coming.at,
        },
    )


#: What the next period of a cycle has from the one before.
_SAME = (
    *("process_id", "case_id", "task_id", "engine_id", "key", "name", "code", "article", "rule"),
    *("base", "is_deadline", "ruled_by"),
)
