"""The walk of a play: what `_progress` does to rows, done on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import copy
from datetime import date, datetime, time
from typing import Any

from app import engine
from app.clock import LOCAL
from app.domain.design_terms import LineKind
from app.domain.errors import DomainError, EngineError, Invalid, Sentence
from app.domain.form import declared
from app.domain.rules import Anchor
from app.domain.vocabulary import Stage
from app.engine import ArmedTimer, OpenTask, Step
from app.engine.looking import shape_of, variables
from app.services._rules import ruled_by
from app.services.design import _paper_answers, _paper_effects, beginnings
from app.services.design._paper import Paper, World
from app.services.design._telling import counted, tell_way
from app.services.design.charts import chart_of
from app.services.design.played import (
    MOST_MOVES,
    MOST_STRIKES,
    Check,
    Clock,
    Fault,
    Move,
    Played,
    Script,
    Sheet,
)
from app.services.diagrams import Bundle
from app.services.sentences import packed

#: When people come to the office.
MORNING = time(9)


class Walk:
    """One play while it is being played."""

    def __init__(self, bundle: Bundle, script: Script, world: World, check: Check) -> None:
        self.bundle, self.script, self.check = bundle, script, check
        self.program = engine.compile(bundle.source)
        self.chart = chart_of(bundle.xml)
        tables = {key: engine.compile_decision(text) for key, text in bundle.decisions.items()}
        self.paper = Paper(world, tables, script.starts_at, [])
        self.state = ""
        self.tasks: dict[int, tuple[OpenTask, datetime]] = {}
        self.clocks: dict[int, Clock] = {}
        #: The last period of each clock that repeats, and what has struck for which moment.
        self.periods: dict[int, Clock] = {}
        self.struck: set[tuple[str, datetime]] = set()
        self.strikes = 0
        self.ways: Counter[tuple[str, str]] = Counter()
        self.passed: Counter[str] = Counter()
        self.marks: list[int] = []
        self.finished = False
        self.fault: Fault | None = None
        #: The element that is being worked on, to be named when it fails.
        self.doing = ""

    def walk(self) -> None:
        """Begin, and make all moves, until one of them fails."""
        moves = [*self.script.moves[:MOST_MOVES]]
        for number in range(-1, len(moves)):
            if number >= 0:
                self.marks.append(len(self.paper.lines))
            try:
                self.make(moves[number]) if number >= 0 else self._begin()
            except DomainError as error:
                self._stop(number, error)
                return

    def make(self, move: Move) -> None:
        """Make one move, and let strike what has run out by then.

        Raises:
            DomainError: it cannot be made.
        """
        self._make(move)
        self._let_strike(self.paper.at)

    def fork(self) -> Walk:
        """Return a walk that goes on from here without changing this one."""
        made = copy(self)
        made.paper = self.paper.fork()
        for name in ("tasks", "clocks", "periods", "struck", "ways", "passed", "marks"):
            setattr(made, name, copy(getattr(self, name)))
        return made

    @property
    def place(self) -> tuple[str, ...]:
        """Where it waits: for which people and which clocks."""
        tasks = sorted(task.key for task, _at in self.tasks.values())
        return *tasks, "|", *sorted(clock.timer.key for clock in self.clocks.values())

    @property
    def shape(self) -> tuple[Any, ...]:
        """What two walks have in common from which the same can come."""
        return (
            shape_of(self.state),
            self.finished,
            *sorted(clock.timer.key for clock in self.clocks.values()),
        )

    def _stop(self, number: int, error: DomainError) -> None:
        named = error.params.get("element") if isinstance(error, EngineError) else None
        element = str(named or self.doing)
        self.fault = Fault(number, element, error)
        told = packed(error.sentence)
        if isinstance(error, Invalid) and error.fields:
            told = [packed(one) for some in error.fields.values() for one in some]
        self.paper.note(LineKind.STOPPED, element, what=error.code, say=told)

    def _begin(self) -> None:
        paper = self.paper
        own = beginnings.prepare(self.bundle, self.script.facts, paper)
        paper.note(LineKind.STARTED, name=self.program.name, said=own)
        self._apply(engine.start(self.program, own))
        self._let_strike(paper.at)

    def _make(self, move: Move) -> None:
        self.doing = str(move.get("task") or "")
        match move.get("do"):
            case "answer":
                self._answer(self.doing, move.get("answers") or {})
            case "strike":
                self._strike_next()
            case "until":
                self._pass_until(move.get("day"))
            case "send":
                message = str(move.get("message"))
                self.paper.note(LineKind.NOTE, what="sent", message=message)
                self._apply(engine.send(self.program, self.state, message, {}))
            case _:
                raise Invalid("不认识的一步：%(what)s。", what=str(move.get("do")))

    def _answer(self, key: str, answers: Mapping[str, Any]) -> None:
        sheet = next((one for one in self.sheets() if one.task.key == key), None)
        if sheet is None:
            name = self.chart.name_of(key)
            raise Invalid("“%(name)s”现在没有打开，不能办理。", name=name)
        checked = self.check(sheet, answers)
        taken = declared(sheet.form, checked)
        self.paper.note(LineKind.ANSWERED, key, name=sheet.task.name, said=taken)
        _paper_answers.take(self.paper, key, sheet.task.form or "", checked)
        del self.tasks[sheet.task.id]
        self._apply(engine.complete(self.program, self.state, sheet.task.id, taken))

    def _strike_next(self) -> None:
        following = self._next()
        if following is None:
            raise Invalid("没有正在计时的期限。")
        self._let_strike(following.due.at)

    def _pass_until(self, day: Any) -> None:
        try:
            until = datetime.combine(date.fromisoformat(str(day)), MORNING, LOCAL)
        except ValueError:
            raise Invalid("“%(day)s”不是日期。", day=str(day)) from None
        if until <= self.paper.at:
            raise Invalid("%(day)s已经过去，只能往后走。", day=str(day))
        self._let_strike(until)
        self.paper.pass_days(until)
        self.paper.at = until

    def _let_strike(self, until: datetime) -> None:
        """Let all strike that runs out until then, each when it is due."""
        while (clock := self._next()) is not None and clock.due.at <= until:
            self.strikes += 1
            if self.strikes > MOST_STRIKES:
                raise EngineError(
                    "“%(element)s”到期过于频繁：一次试走中期限到期超过%(most)d次，请检查它的周期。",
                    element=clock.timer.key,
                    most=MOST_STRIKES,
                )
            self._strike(clock)

    def _next(self) -> Clock | None:
        running = self.clocks.items()
        found = min(running, key=lambda item: (item[1].due.at, item[0]), default=None)
        return None if found is None else found[1]

    def _strike(self, clock: Clock) -> None:
        self.doing = clock.timer.key
        self.paper.pass_days(max(clock.due.at, self.paper.at))
        self.paper.at = max(clock.due.at, self.paper.at)
        del self.clocks[clock.timer.id]
        self.periods[clock.timer.id] = clock
        self.struck.add((clock.timer.key, clock.due.at))
        self.paper.note(LineKind.STRUCK, clock.timer.key, name=clock.ruled.name)
        self._apply(engine.fire(self.program, self.state, clock.timer.id))

    def _apply(self, step: Step) -> None:
        """Write down one step in the order in which `_progress.apply` carries it out."""
        self.state = step.state
        for number in step.closed:
            if (withdrawn := self.tasks.pop(number, None)) is not None:
                task = withdrawn[0]
                self.paper.note(LineKind.NOTE, task.key, what="withdrawn", name=task.name)
        for number in step.disarmed:
            self.clocks.pop(number, None)
        self.ways.update(step.taken)
        self.passed.update(step.passed)
        for effect in tell_way(self.paper, self.chart, step):
            self.doing = effect.key
            _paper_effects.happen(self.paper, effect)
        for task in step.opened:
            self._open(task)
        for timer in step.armed:
            self._arm(timer)
        self.paper.look_at_light()
        self._end(step)

    def _open(self, task: OpenTask) -> None:
        case, stage = self.paper.case, task.properties.get("stage")
        if case is not None and stage:
            before = case.stage
            case.enter(Stage(stage))
            if case.stage is not before:
                self.paper.note(LineKind.STAGE, task.key, stage=str(case.stage))
        self.tasks[task.id] = task, self.paper.at
        self.paper.note(LineKind.OPENED, task.key, name=task.name, role=task.role)

    def _arm(self, timer: ArmedTimer) -> None:
        """Count when a clock strikes, as `_progress.timer_row` does."""
        self.doing = timer.key
        paper, calendar = self.paper, self.paper.world.calendar
        ruled = ruled_by(paper.world.rules, timer)
        before = self.periods.get(timer.id) if ruled.rule.anchor is Anchor.EVERY else None
        base, moment, missed = counted(ruled.rule, before, paper.at, calendar)
        if moment.at <= paper.at and (timer.key, moment.at) in self.struck:
            return
        self.clocks[timer.id] = Clock(timer, ruled, base, moment)
        paper.note(
            LineKind.ARMED,
            timer.key,
            name=ruled.name,
            rule=str(ruled.rule),
            article=ruled.article,
            due=moment.on.isoformat(),
            until=moment.at.astimezone(LOCAL).isoformat(),
            provisional=moment.provisional,
            deadline=timer.properties.get("deadline") == "true",
            **({"missed": missed} if missed else {}),
        )

    def _end(self, step: Step) -> None:
        for message, _carried in step.sent:
            self.paper.note(LineKind.NOTE, what="sends", message=message)
        if step.finished:
            self.finished = True
            self.paper.note(LineKind.FINISHED)
        elif step.stuck is not None:
            raise EngineError(
                "流程停在汇聚网关“%(join)s”：有分支已经结束，永远等不齐。",
                element=step.stuck,
                join=Sentence(self.chart.name_of(step.stuck)),
            )

    def sheets(self) -> list[Sheet]:
        """Return the open tasks, the oldest first."""
        return [self._sheet(task, at) for task, at in self.tasks.values()]

    def _sheet(self, task: OpenTask, at: datetime) -> Sheet:
        paper = self.paper
        deadline = next(
            (
                clock
                for clock in (*self.clocks.values(), *self.periods.values())
                if clock.timer.task == task.id and clock.timer.properties.get("deadline") == "true"
            ),
            None,
        )
        form = self.bundle.forms.get(task.form or "", {})
        about = (paper.case, paper.plan, paper.world.rules, paper.kind_of_change)
        return Sheet(task, form, deadline, paper.at, *about)

    def played(self) -> Played:
        """Return what became of it."""
        clocks = sorted(self.clocks.items(), key=lambda item: (item[1].due.at, item[0]))
        return Played(
            lines=tuple(self.paper.lines),
            marks=tuple(self.marks),
            at=self.paper.at,
            sheets=tuple(self.sheets()),
            clocks=tuple(clock for _, clock in clocks),
            ways=self.ways,
            passed=self.passed,
            variables=variables(self.state) if self.state else {},
            finished=self.finished,
            case=self.paper.case,
            fault=self.fault,
        )
