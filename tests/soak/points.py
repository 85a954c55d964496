"""Kill a step at each of its points: around BEGIN, each write, COMMIT, and sending.

The points are found by watching one run from outside, by SQLAlchemy's events and Python's own
audit: nothing in the program knows of them.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any, NoReturn

from sqlalchemy import Engine, Pool, event, func, select
from sqlalchemy.orm import Session

from app.clock import travel, utcnow
from app.db import db, transaction
from app.domain.errors import DomainError
from app.domain.notice import Delivery
from app.domain.process import Submission, Task, Timer
from app.domain.vocabulary import Channel, DeliveryState, Role
from app.messages import Writer
from app.services import _notices, _prepared, accounts, deadlines, deliveries, subscriptions
from app.services._catalogue import Context, about
from app.services.subscriptions import Wish
from config.outgoing import Host, Outgoing
from tests.cast import Cast
from tests.receivers import Hook, hook
from tests.soak import crew, proofs
from tests.soak.places import Ground, program

#: A point of a step: what happens there, and for which time in the step.
Point = tuple[str, int]

WRITES = ("INSERT", "UPDATE", "DELETE")


class Tripwire:
    """Notes the points that this process passes, and kills it at one of them."""

    def __init__(self, deadly: Point | None = None) -> None:
        self._deadly, self._seen = deadly, Counter[str]()
        self.passed: list[Point] = []

    def set(self) -> None:
        """Watch from now on; this process does nothing else afterwards."""
        event.listen(Pool, "checkout", lambda *_: self._pass("before BEGIN"))
        event.listen(Engine, "begin", lambda *_: self._pass("after BEGIN"))
        event.listen(Engine, "before_cursor_execute", self._write("before write"))
        event.listen(Engine, "after_cursor_execute", self._write("after write"))
        for name in ("send", "send_all"):  # these go straight to the driver
            setattr(_prepared, name, self._around(getattr(_prepared, name)))
        event.listen(Engine, "commit", lambda *_: self._pass("before COMMIT"))
        event.listen(Session, "after_commit", lambda *_: self._pass("after COMMIT"))
        sys.addaudithook(lambda name, _: name == "socket.connect" and self._pass("before send"))

    def _write(self, what: str) -> Callable[..., None]:
        def passes(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.lstrip().startswith(WRITES):
                self._pass(what)

        return passes

    def _around(self, send: Callable[..., Any]) -> Callable[..., Any]:
        before, after = self._write("before write"), self._write("after write")

        def sends(connection: Any, statement: str, values: Any) -> Any:
            before(connection, None, statement)
            cursor = send(connection, statement, values)
            after(connection, None, statement)
            return cursor

        return sends

    def _pass(self, what: str) -> None:
        self._seen[what] += 1
        point = (what, self._seen[what])
        self.passed.append(point)
        if point == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def victims(post: crew.Post, _seed: int) -> None:
    """Have one child after the other do the act, each killed at its own point."""
    run, options = ACTS[post.options["act"]].run, post.options
    with program(post.url, post.folder):
        _configure(options["port"])
        for of, point in options["deaths"]:
            db.session.remove()
            db.engine.dispose()  # children share no connection
            child = os.fork()
            if not child:
                _live(post, lambda of=of: run(of), point)
            os.waitpid(child, 0)
    sys.exit(0)


def _live(post: crew.Post, act: Callable[[], None], point: Point | None) -> NoReturn:
    """Act, and die at *point*; if there is none, write down which there are."""
    wire = Tripwire(point)
    try:
        wire.set()
        act()
        if point is None:
            (post.folder / "points").write_text(json.dumps(wire.passed))
    except Exception:
        post.fault()
    os._exit(0)


def _configure(port: int) -> None:
    """Let messages go to the receiver at *port*."""
    hosts = (Host("127.0.0.1", "http", port, inner=True),)
    deliveries.configure(Outgoing("http://127.0.0.1", None, hosts), Writer("http://127.0.0.1"))


@dataclass(frozen=True)
class Act:
    """A step: how it is got ready, made, and counted."""

    #: Returns the id of what the step is done to.
    ready: Callable[[Cast], int]
    #: Makes it, as a worker would; again, if it was made halfway.
    run: Callable[[int], None]
    #: Tells how often it was made.
    done: Callable[[int], int]


def _awaits_approval(cast: Cast) -> int:
    case = cast.open_case(problem=token_hex(8))
    cast.walks(case, "acknowledge", "draft_plan", "sign_plan", "review_plan")
    return cast.task(case, "approve_plan").id


def _approve(task_id: int) -> None:
    Cast(None).completes(db.session.get_one(Task, task_id))


def _awaits_its_time(cast: Cast) -> int:
    case = cast.open_case(problem=token_hex(8))
    query = select(Timer.id).where(Timer.case_id == case.id).order_by(Timer.due_at)
    return db.session.scalars(query).first() or 0


def _fire(timer_id: int) -> None:
    with travel() as move_to:
        move_to(db.session.get_one(Timer, timer_id).due_at + timedelta(minutes=1))
        deadlines.fire(timer_id)


def _awaits_sending(cast: Cast) -> int:
    case = cast.open_case(problem=token_hex(8))
    with transaction() as session:
        context = Context(session, about(session.merge(case)), utcnow(), None)
        _notices.tell(context, "letter_issued", [Role.OFFICE], of="1", params={"letter": "1号"})
    return db.session.scalar(select(func.max(Delivery.id))) or 0


def _send(delivery_id: int) -> None:
    """Send it; whoever comes after the dead waits until their claim has run out."""
    late = _count(Delivery, Delivery.id == delivery_id, Delivery.claimed_by.is_not(None))
    with travel() as move_to:
        move_to(datetime.now(UTC) + timedelta(minutes=5 * late))
        deliveries.deliver(delivery_id)


def _count(table: Any, *where: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table).where(*where)) or 0


ACTS = {
    #: A person completes a task: a submission, tasks, clocks, history.
    "complete": Act(
        _awaits_approval, _approve, lambda of: _count(Submission, Submission.task_id == of)
    ),
    #: A worker fires a deadline that has passed.
    "fire": Act(
        _awaits_its_time,
        _fire,
        lambda of: _count(Timer, Timer.id == of, Timer.fired_at.is_not(None)),
    ),
    #: A worker sends a notice to a program outside.
    "send": Act(
        _awaits_sending,
        _send,
        lambda of: _count(Delivery, Delivery.id == of, Delivery.state == DeliveryState.SENT),
    ),
}


def run(ground: Ground, *, times: int) -> dict[str, Any]:
    """Kill each act at each of its points *times* times, let another finish it, and look."""
    url, folder = ground.database("points"), ground.instance("points")
    figures: dict[str, Any] = {"database": ground.kind, "times": times, "kills": 0}
    wrong: list[str] = []
    with program(url, folder), hook() as receiver:
        _configure(receiver.port)
        _subscribe(receiver.port)
        for name in ACTS:
            place = _Place(name, crew.Post(url, folder, "victim"), receiver)
            points = place.points() * times
            wrong += place.die_at(points)
            figures["kills"] += len(points)
            figures[name] = len(points) // times
        proof = proofs.prove([])
    faults = crew.faults(folder)
    figures |= proof.figures() | {"wrong_points": wrong[:10], "faults": faults[:5]}
    return figures | {"ok": bool(proof) and not wrong and not faults}


def _again(act: Act, of: int) -> str:
    """Make an act that was not made; return why it could not be."""
    try:
        act.run(of)
    except DomainError as refusal:
        return str(refusal)
    return ""


def _subscribe(port: int) -> None:
    address = f"http://127.0.0.1:{port}/told"
    wish = Wish(channel=Channel.WEBHOOK, address=address, secret="a-secret-of-some-length")
    subscriptions.save(accounts.actor("wangmin"), wish)


@dataclass
class _Place:
    """Where one act is made over and over."""

    name: str
    post: crew.Post
    receiver: Hook

    def points(self) -> list[Point]:
        """Watch the act once without harm; return the points that it passes."""
        self._have_made([None])
        found = json.loads((self.post.folder / "points").read_text())
        return [(what, number) for what, number in found]

    def die_at(self, points: list[Point]) -> list[str]:
        """Have the act killed at each of *points*, and made again; return what is wrong then."""
        act, made = ACTS[self.name], self._have_made(points)
        wrong = []
        for of, (what, number) in made:
            expected = (what, number) == points[-1]  # the last of all is after the last COMMIT
            if act.done(of) != expected:
                wrong.append(f"{self.name} {what} {number}: {act.done(of)} instead of {expected}")
            refused = "" if expected else _again(act, of)
            if refused or act.done(of) != 1:
                wrong.append(f"{self.name} {what} {number}: {act.done(of)} in the end {refused}")
        return wrong + self._told(len(points))

    def _have_made(self, points: Sequence[Point | None]) -> list[tuple[int, Any]]:
        deaths = [(ACTS[self.name].ready(Cast(None)), point) for point in points]
        db.session.remove()
        self.receiver.calls.clear()
        options = {"act": self.name, "deaths": deaths, "port": self.receiver.port}
        crew.alone(victims, replace(self.post, options=options))
        return deaths

    def _told(self, count: int) -> list[str]:
        """Whoever was told twice was told so under one key."""
        if self.name != "send":
            return []
        keys = Counter(self.receiver.keys)
        return [] if len(keys) == count else [f"{len(keys)} keys for {count} messages"]
