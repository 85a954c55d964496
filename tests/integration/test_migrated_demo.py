"""The demo county's 24 cases, carried over to a version with one more step: none is lost."""

import shutil
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.process import Diagram, Process, Task, Timer
from app.domain.vocabulary import JobState, ProcessStatus, TimerState
from app.services import history, processes
from app.services.design import drafts, migrations, publishing, rehearsals
from app.services.design.migrations import Drawn
from app.services.design.rehearsals import Question
from tests import redrawing
from tests.conftest import opened
from tests.redrawing import KEY, analyst, head

GOING = (ProcessStatus.RUNNING, ProcessStatus.SUSPENDED)


@pytest.fixture
def county(demo_template, tmp_path):
    """The demo county, worked through until its cases stand where their samples say."""
    shutil.copy(demo_template, tmp_path / "xiaohao.db")
    with opened(tmp_path / "xiaohao.db", tmp_path) as clock:
        clock.shift(timedelta(minutes=1))
        yield clock


def open_on(version):
    query = select(Process.id).join(Diagram).where(Diagram.key == KEY, Diagram.version == version)
    return set(db.session.scalars(query.where(Process.status.in_(GOING))))


def waiting():
    """Return all that people and clocks are waited for, row by row."""
    tasks = select(Task.id, Task.assignee_id, Task.due_at).where(Task.closed_at.is_(None))
    timers = select(Timer.id, Timer.due_at, Timer.state).where(
        Timer.state.in_((TimerState.ARMED, TimerState.SUSPENDED))
    )
    return {tuple(row) for query in (tasks, timers) for row in db.session.execute(query)}


def test_the_process_is_redrawn_rehearsed_published_and_no_case_is_lost(county):
    before, rows = open_on(1), waiting()
    new = redrawing.with_a_step_drawn()

    drafts.keep(KEY, analyst(), revision=0, xml=new.xml)
    rehearsed = rehearsals.rehearse(Question(key=KEY), analyst())
    revision = drafts.get(KEY).revision
    made = publishing.submit(KEY, analyst(), revision=revision, note="省里新规")
    version = made.version
    publishing.approve(KEY, version, head())
    plan = migrations.draw_up(Drawn(key=KEY, version=version, note="省里新规"), analyst())
    done = migrations.apply(plan.id, head())

    assert rehearsed.outcome["counts"]["fine"] == len(before)
    assert done.state is JobState.DONE
    assert (open_on(1), open_on(version)) == (set(), before)
    assert waiting() == rows
    assert [processes.resync(one) for one in before] == [0] * len(before)
    assert history.verify() == []
