"""Eight people at one case at once, in any order: nothing is lost, and each loser is told."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from secrets import token_hex
from threading import Barrier
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import func, select, update

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Conflict, DomainError
from app.domain.history import Event
from app.domain.people import Actor
from app.domain.process import Process, Submission, Task, Timer
from app.domain.vocabulary import TimerState
from app.services import deadlines, tasks
from tests.cast import Cast
from tests.soak import proofs
from tests.soak.places import Ground, program

WRITERS = 8
#: Rounds with one case; each is a step of every writer.
ROUNDS = 12
MOVES = ("complete", "complete", "complete", "claim", "release", "draft", "fire")


class Tally:
    """What came of all the steps."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.wrong: list[str] = []

    def judge(self, before: "Standing", after: "Standing", made: list[tuple[str, str]]) -> None:
        """Compare what the writers were told with what has changed."""
        won = Counter(move for move, outcome in made if outcome == "won")
        self.outcomes.update(outcome for _, outcome in made)
        expected = {
            "submissions": won["complete"],
            "completed": won["complete"],
            "claimed": won["claim"],
            "released": won["release"],
            "fired": won["fire"],
            "revision": won["complete"] + won["fire"],
        }
        changed = {name: after.facts[name] - before.facts[name] for name in expected}
        broken = any(outcome.startswith("broken") for _, outcome in made)
        if broken or changed != expected or won["complete"] > 1 or won["fire"] > 1:
            self.wrong.append(f"{made}: {changed} instead of {expected}")


class Standing:
    """How a case stands, and what the eight will try their hands at."""

    def __init__(self, case_id: int, task_id: int | None = None) -> None:
        db.session.rollback()
        self.task_id = task_id or self._open_task(case_id)
        process_id = db.session.scalar(select(Task.process_id).where(Task.id == self.task_id))
        self.timer_id = self._clock(process_id)
        self.facts = self._facts(case_id, process_id)
        db.session.rollback()

    def _open_task(self, case_id: int) -> int | None:
        query = select(Task.id).where(Task.case_id == case_id, Task.closed_at.is_(None))
        return db.session.scalars(query.order_by(Task.id)).first()

    def _clock(self, process_id: int | None) -> int | None:
        query = select(Timer.id).where(Timer.process_id == process_id)
        armed = query.where(Timer.state == TimerState.ARMED)
        return db.session.scalars(armed.order_by(Timer.due_at)).first()

    def _facts(self, case_id: int, process_id: int | None) -> dict[str, int]:
        lines = select(Event.what, func.count()).where(Event.case_id == case_id)
        found = dict(db.session.execute(lines.group_by(Event.what)).all())
        fired = Timer.process_id == process_id, Timer.fired_at.is_not(None)
        revision = select(Process.revision).where(Process.id == process_id)
        return {
            "submissions": _count(Submission, Submission.case_id == case_id),
            "completed": found.get("completed", 0),
            "claimed": found.get("claimed", 0),
            "released": found.get("released", 0),
            "fired": _count(Timer, *fired),
            "revision": db.session.scalar(revision) or 0,
        }


def _count(table: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*where)) or 0


_OPTIONS = settings(
    stateful_step_count=ROUNDS,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # what goes wrong by chance of time is not to be made smaller
    suppress_health_check=list(HealthCheck),
)


def run(ground: Ground, *, steps: int) -> dict[str, Any]:
    """Let eight writers loose on one case after the other, for so many steps in all."""
    tally, started = Tally(), time.monotonic()
    url = ground.database("writers")
    with program(url, ground.instance("writers")) as app, ThreadPoolExecutor(WRITERS) as pool:
        while (left := steps - tally.outcomes.total()) > 0:
            options = settings(_OPTIONS, max_examples=min(50, 1 + left // (ROUNDS * WRITERS)))
            run_state_machine_as_test(_machine(app, pool, tally), settings=options)
        proof = proofs.prove([])
    return {
        "database": ground.kind,
        "steps": tally.outcomes.total(),
        "seconds": round(time.monotonic() - started),
        **tally.outcomes,
        "wrong_rounds": tally.wrong[:5],
        **proof.figures(),
        "ok": bool(proof) and not tally.wrong,
    }


def _machine(app: Flask, pool: ThreadPoolExecutor, tally: Tally) -> type[RuleBasedStateMachine]:
    class Crowd(RuleBasedStateMachine):
        """One case; in each step eight try something at the same moment."""

        @initialize()
        def opens(self) -> None:
            self.case_id = Cast(None).open_case(problem=token_hex(8)).id

        @rule(moves=st.lists(st.sampled_from(MOVES), min_size=WRITERS, max_size=WRITERS))
        def all_at_once(self, moves: list[str]) -> None:
            before = Standing(self.case_id)
            if before.task_id is None:
                self.opens()
                before = Standing(self.case_id)
            if "fire" in moves:
                _let_run_out(before.timer_id)
            start = Barrier(WRITERS)
            told = list(pool.map(lambda move: _attempt(app, move, before, start), moves))
            after = Standing(self.case_id, before.task_id)
            tally.judge(before, after, list(zip(moves, told, strict=True)))

    return Crowd


def _let_run_out(timer_id: int | None) -> None:
    with transaction() as session:
        past = utcnow() - timedelta(seconds=1)
        values = {"due_at": past, "try_at": past}
        session.execute(update(Timer).where(Timer.id == timer_id).values(values))


def _attempt(app: Flask, move: str, at: Standing, start: Barrier) -> str:
    """Try one thing when all are ready; return how it went."""
    with app.app_context():
        try:
            task = db.session.get_one(Task, at.task_id)
            actor = Cast(None).whose(task)
            start.wait()
            return "won" if _ACTS[move](task, actor, at) else "too late"
        except Conflict:
            return "told 409"
        except DomainError as refusal:
            return f"told {refusal.code}"
        except Exception as error:
            return f"broken: {type(error).__name__}"
        finally:
            db.session.remove()


def _draft(task: Task, actor: Actor, _at: Standing) -> bool:
    tasks.save_draft(task.id, actor, {"cause": "……"})
    return True


def _fire(_task: Task, _actor: Actor, at: Standing) -> bool:
    return at.timer_id is not None and deadlines.fire(at.timer_id)


_ACTS: dict[str, Callable[[Task, Actor, Standing], object]] = {
    "complete": lambda task, _actor, _at: [Cast(None).completes(task)],
    "claim": lambda task, actor, _at: tasks.claim(task.id, actor),
    "release": lambda task, actor, _at: tasks.release(task.id, actor),
    "draft": _draft,
    "fire": _fire,
}
