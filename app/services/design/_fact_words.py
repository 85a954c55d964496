"""One changed fact of one element as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.errors import Sentence
from app.engine.differing import FactChange
from app.engine.drawn import Piece
from app.services.design._drawn_words import Words, fact_word, kind_word
from app.services.design._rule_words import drawn_rule
from app.services.design._timer_words import law_of
from app.services.design.changing import quoted

Pair = tuple[Piece, Piece]


class Facts:
    """Says what became of the facts of elements that are in both drawings."""

    def __init__(self, was: Words, now: Words) -> None:
        self.was, self.now = was, now

    def say(self, pair: Pair, fact: FactChange) -> Sentence:
        """Say what became of one fact of an element as it was and as it is."""
        return _SPECIAL.get(fact.name, Facts._usual)(self, pair, fact)

    def _usual(self, pair: Pair, fact: FactChange) -> Sentence:
        """Say that something was set, unset or set otherwise."""
        told: dict[str, Any] = {"what": self.now.called(pair[1]), "fact": fact_word(fact.name)}
        if not fact.before:
            after = self.now.value(fact.name, fact.after)
            return Sentence("%(what)s新设%(fact)s：%(after)s", after=after, **told)
        told["before"] = self.was.value(fact.name, fact.before)
        if not fact.after:
            return Sentence("%(what)s去掉了%(fact)s：%(before)s", **told)
        told["after"] = self.now.value(fact.name, fact.after)
        return Sentence("%(what)s的%(fact)s由%(before)s改为%(after)s", **told)

    def _name(self, pair: Pair, fact: FactChange) -> Sentence:
        before, after = quoted(fact.before), quoted(fact.after)
        if not before:
            told = {"kind": self.now.kind(pair[1]), "id": pair[1].id, "after": after}
            return Sentence("%(kind)s（%(id)s）取名为“%(after)s”", **told)
        kind = self.was.kind(pair[0])
        if not after:
            return Sentence("%(kind)s“%(before)s”不再有名称", kind=kind, before=before)
        return Sentence(
            "%(kind)s“%(before)s”改名为“%(after)s”", kind=kind, before=before, after=after
        )

    def _kind(self, pair: Pair, _fact: FactChange) -> Sentence:
        old, new = pair
        kinds = {"before": kind_word(old.kind), "after": kind_word(new.kind)}
        return Sentence("%(what)s由%(before)s改为%(after)s", what=self.now.called(new), **kinds)

    def _timer(self, pair: Pair, fact: FactChange) -> Sentence:
        old, new = pair
        told: dict[str, Any] = {
            "what": self.now.clock(new),
            "before": drawn_rule(fact.before) if fact.before else Sentence("不计时"),
            "after": drawn_rule(fact.after) if fact.after else Sentence("不计时"),
        }
        law = law_of(new, english=self.now.english) or law_of(old, english=self.now.english)
        if not law:
            return Sentence("%(what)s由%(before)s改为%(after)s", **told)
        return Sentence("%(what)s由%(before)s改为%(after)s（依据：%(law)s）", law=law, **told)

    def _interrupting(self, pair: Pair, fact: FactChange) -> Sentence:
        what = self.now.called(pair[1])
        if fact.after == "false":
            return Sentence("%(what)s改为触发后环节继续办理（不中断）", what=what)
        return Sentence("%(what)s改为触发后收回环节（中断）", what=what)

    def _deadline(self, pair: Pair, fact: FactChange) -> Sentence:
        what = self.now.clock(pair[1])
        if fact.after == "true":
            return Sentence("%(what)s设为所在环节的办理期限", what=what)
        return Sentence("%(what)s不再是所在环节的办理期限", what=what)

    def _default(self, pair: Pair, fact: FactChange) -> Sentence:
        goals = {"before": _goal(self.was, fact.before), "after": _goal(self.now, fact.after)}
        template = "%(what)s的默认走向由%(before)s改为%(after)s"
        return Sentence(template, what=self.now.called(pair[1]), **goals)

    def _host(self, pair: Pair, fact: FactChange) -> Sentence:
        new = pair[1]
        told: dict[str, Any] = {
            "kind": self.now.kind(new),
            "name": quoted(self.now.name(new) or new.id),
            "before": self.was.at(fact.before),
            "after": self.now.at(fact.after),
        }
        return Sentence("%(kind)s“%(name)s”由%(before)s改挂到%(after)s", **told)

    def _lane(self, pair: Pair, fact: FactChange) -> Sentence:
        lanes = {"before": _lane(self.was, fact.before), "after": _lane(self.now, fact.after)}
        template = "%(what)s由泳道%(before)s移到%(after)s"
        return Sentence(template, what=self.now.called(pair[1]), **lanes)


_SPECIAL: Mapping[str, Callable[[Facts, Pair, FactChange], Sentence]] = {
    "name": Facts._name,
    "kind": Facts._kind,
    "timer": Facts._timer,
    "interrupting": Facts._interrupting,
    "property:deadline": Facts._deadline,
    "default": Facts._default,
    "host": Facts._host,
    "lane": Facts._lane,
}


def _goal(words: Words, flow_id: str) -> Sentence:
    """Say where a default flow leads."""
    flow = words.drawn.get(flow_id)
    return words.at(flow.fact("target")) if flow else Sentence("（无）")


def _lane(words: Words, lane_id: str) -> Sentence:
    return words.at(lane_id) if lane_id else Sentence("（无）")
