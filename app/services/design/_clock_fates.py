"""What becomes of the clocks of one running process under another version."""

from __future__ import annotations

from typing import Any

from app.domain.deadlines import last_day
from app.domain.design_terms import DeadlineEffect
from app.domain.errors import DomainError, Sentence
from app.domain.rules import Rule
from app.domain.vocabulary import TimerState
from app.engine.foreseeing import Clock
from app.engine.looking import variables
from app.services._rules import Ruled
from app.services.design._clock_pairs import Counting, Pairs
from app.services.design._running_clocks import Running, Ticking
from app.services.design.deadline_lines import Line


class Fates:
    """The clocks of one process."""

    def __init__(self, running: Running, pairs: Pairs, counting: Counting) -> None:
        self.running, self.pairs, self.counting = running, pairs, counting
        self._variables: Any = None

    def line(self, timer: Ticking, number: int) -> Line:
        """Tell what becomes of a clock that runs."""
        usual: dict[str, Any] = self._usual(timer.key, self.pairs.name(timer.key), number) | {
            "timer_id": timer.id,
            "from_rule": timer.rule,
            "from_at": None if timer.state is TimerState.SUSPENDED else timer.due_at,
        }
        clock = self.pairs.counterpart(timer.key)
        if clock is None:
            return Line(**usual, effect=DeadlineEffect.GONE)
        try:
            before, after = self._rule(self.pairs.clocks.get(timer.key)), self._ruled(clock)
            if before == after.rule:
                stays: dict[str, Any] = {"to_rule": timer.rule, "to_at": usual["from_at"]}
                return Line(**usual, **stays, effect=DeadlineEffect.UNCHANGED)
            usual["to_rule"] = str(after.rule)
            if timer.state is TimerState.SUSPENDED:
                return Line(**usual, effect=DeadlineEffect.STANDS)
            return self._moved(usual, timer, after.rule)
        except DomainError as error:
            return Line(**usual, effect=DeadlineEffect.UNKNOWN, reason=error.sentence)

    def new(self, clock: Clock, number: int) -> Line:
        """Tell when a clock would be due that only the newer version has beside an open task.

        It begins to run when its process is moved; that is taken to be now.
        """
        usual = self._usual(clock.key, self.pairs.name_of_new(clock), number)
        usual["timer_id"] = None
        try:
            rule = self._ruled(clock).rule
            due = self.counting.due(rule, self.counting.at, self.running.county_id)
        except DomainError as error:
            return Line(**usual, effect=DeadlineEffect.UNKNOWN, reason=error.sentence)
        stands: dict[str, Any] = {
            "to_rule": str(rule),
            "to_at": due.at,
            "provisional": due.provisional,
        }
        at_once = due.at <= self.counting.at
        return Line(**usual, **stands, effect=DeadlineEffect.NEW, at_once=at_once)

    def _usual(self, key: str, name: Sentence, number: int) -> dict[str, Any]:
        running = self.running
        return {
            "place": (running.id, number),
            "key": key,
            "name": name,
            "process_id": running.id,
            "version": self.pairs.version,
            "case": running.case if running.seen else None,
        }

    def _moved(self, usual: dict[str, Any], timer: Ticking, rule: Rule) -> Line:
        county, counting = self.running.county_id, self.counting
        due = counting.due(rule, timer.base, county)
        ends = last_day(timer.due_at), last_day(due.at)
        workdays = counting.calendar(county).workdays_between(*ends)
        effect = DeadlineEffect.LATER if due.at > timer.due_at else DeadlineEffect.EARLIER
        return Line(
            **usual,
            to_at=due.at,
            provisional=due.provisional,
            workdays=workdays,
            effect=DeadlineEffect.UNCHANGED if due.at == timer.due_at else effect,
            at_once=due.at <= counting.at < timer.due_at,
        )

    def _rule(self, clock: Clock | None) -> Rule | None:
        return self._ruled(clock).rule if clock is not None else None

    def _ruled(self, clock: Clock) -> Ruled:
        if self._variables is None and clock.reads:
            self._variables = variables(self.running.state)
        return self.counting.ruled(clock, self._variables or {}, self.running.county_id)
