"""What a decision does to a case, done by the office head, and what becomes of its clocks."""

from datetime import date

from sqlalchemy import func, select

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.deadlines import last_day
from app.domain.people import Unit
from app.domain.process import Process, Task, Timer, TimerMove
from app.domain.vocabulary import MoveCause, ProcessStatus, Stage, TimerState
from app.services import _changes, accounts, diagrams
from app.services._catalogue import Context, about
from app.services._changes import Change

#: Thirty days after Monday, 2 March: a Wednesday; and an extension of that.
DUE = date(2026, 4, 1)
LATER = date(2026, 4, 30)
OTHER = "青岚县第三实验小学"
ANSWER = {"next_step": "progress"}


def change(case, verb, *args, **kwargs):
    """Do to *case* what a decision would: in one transaction, by the office head."""
    with transaction() as session:
        whole = session.get_one(Case, case.id)
        context = Context(session, about(whole), utcnow(), accounts.actor("chenjianguo"))
        verb(context, *args, **kwargs)
    db.session.expire_all()


def extend(case, until=LATER):
    change(case, _changes.set_due, until, cause=MoveCause.EXTENSION, reason="招标采购")


def suspend(case):
    change(case, _changes.suspend, reason="涉诉")


def resume(case):
    change(case, _changes.resume)


def terminate(case, stage=Stage.TERMINATED):
    change(case, _changes.terminate, stage, reason="无法整改")


def reassign(case, name=OTHER):
    unit = db.session.scalars(select(Unit).filter_by(name=name)).one()
    change(case, _changes.reassign, unit.id, reason="职责调整")
    return unit


def timers(case, *states):
    query = select(Timer).where(Timer.case_id == case.id, Timer.state.in_(states))
    return list(db.session.scalars(query.order_by(Timer.id)))


def armed(case):
    """Return the armed clocks by key; of one element there is never more than one."""
    found = timers(case, TimerState.ARMED)
    assert len({timer.key for timer in found}) == len(found)
    return {timer.key: timer for timer in found}


def last_days(case):
    return {key: last_day(timer.due_at) for key, timer in armed(case).items()}


def moves(case):
    query = select(TimerMove).join(Timer).where(Timer.case_id == case.id).order_by(TimerMove.id)
    return list(db.session.scalars(query))


def forecast(case, kind, **of):
    found = _changes.preview(db.session(), case, Change(kind, **of), at=utcnow())
    db.session.rollback()
    return found


def open_rows(case):
    going = (ProcessStatus.RUNNING, ProcessStatus.SUSPENDED)
    ticking = (TimerState.ARMED, TimerState.SUSPENDED)
    return [
        db.session.scalar(select(func.count()).select_from(table).where(*conditions))
        for table, conditions in (
            (Task, (Task.case_id == case.id, Task.closed_at.is_(None))),
            (Timer, (Timer.case_id == case.id, Timer.state.in_(ticking))),
            (Process, (Process.case_id == case.id, Process.status.in_(going))),
        )
    ]


def program_of(process):
    return diagrams.compiled(db.session(), process.diagram_id).program
