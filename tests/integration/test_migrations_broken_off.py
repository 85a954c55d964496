"""A plan that two carry out at once, or whose process is killed: no case is carried twice."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import db
from app.domain.design import Migrated
from app.domain.design_terms import Migration, PlanState
from app.domain.history import Event
from app.services import history, jobs, processes
from app.services.design import migrations
from app.services.design.migrations import Drawn
from tests import redrawing
from tests.integration.test_api_race import at_once
from tests.redrawing import KEY, analyst, head, process_of, version_of
from tests.web.calling import Caller

#: Carry a plan out until the point at which the tripwire kills this process.
CHILD = """
import sys
from pathlib import Path
import time_machine
from app import create_app
from app.services.design import migrations
from tests.conftest import MONDAY, settings_for
from tests.redrawing import head
from tests.soak.points import Tripwire

url, folder, plan, what, number = sys.argv[1:]
app = create_app(settings_for(url, Path(folder)))
with app.app_context(), time_machine.travel(MONDAY, tick=False):
    by = head()
    Tripwire((what, int(number))).set()
    migrations.apply(int(plan), by)
"""


@pytest.fixture
def cases(cast):
    """One whose unit is at work, and three whose notice nobody has signed for."""
    return [cast.starts_work(), *(cast.open_case() for _ in range(3))]


@pytest.fixture
def plan(cases):
    made = redrawing.with_a_step()
    return migrations.draw_up(Drawn(key=KEY, version=made.version, note="省里新规"), analyst()).id


def carried():
    """Return how many rows and lines of history tell of each case that was carried."""
    db.session.rollback()
    rows = select(Migrated.process_id, func.count()).group_by(Migrated.process_id)
    lines = select(Event.case_id, func.count()).where(Event.what == "migrated")
    return [
        sorted(number for _, number in db.session.execute(query))
        for query in (rows, lines.group_by(Event.case_id))
    ]


def all_went(cases, version):
    ids = [process_of(case).id for case in cases]
    return (
        {version_of(case) for case in cases} == {version}
        and [processes.resync(one) for one in ids] == [0] * len(ids)
        and history.verify() == []
    )


def test_of_two_who_carry_a_plan_out_at_once_one_is_told_of_the_other(app, cases, plan):
    callers = [Caller(app.test_client(), name) for name in ("chenjianguo", "fuhe")]
    path = f"/plans/{plan}/apply"

    statuses = at_once(app, *((caller, path, {"json": {}}) for caller in callers))

    assert statuses == [200, 422]  # by then it was carried out
    assert carried() == [[1] * 4] * 2
    assert all_went(cases, 2)


@pytest.mark.parametrize("point", [("after write", 20), ("before COMMIT", 6), ("after COMMIT", 5)])
def test_what_a_killed_process_left_another_carries_and_nothing_twice(
    app, cast, cases, plan, point
):
    what, number = point

    settings = app.config["SETTINGS"]
    run = [sys.executable, "-c", CHILD, settings.database_url, str(settings.instance), str(plan)]
    child = subprocess.run([*run, what, str(number)], env=os.environ | {"DEMO": "0"}, check=False)

    assert child.returncode == -signal.SIGKILL
    done, begun = len(carried()[0]), migrations.get(plan, head())
    assert begun.state is PlanState.APPLIED
    assert 0 < done < 4
    cast.clock.shift(timedelta(minutes=5))
    assert jobs.run(begun.job_id)
    assert migrations.counts(plan) == {Migration.MOVED: 4}
    assert carried() == [[1] * 4] * 2
    assert all_went(cases, 2)
