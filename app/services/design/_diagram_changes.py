"""The differences between two drawings, each as a sentence that names the element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.domain.design_terms import ChangeAct, ChangeWeight
from app.domain.errors import InvalidDiagram, Sentence
from app.domain.rule_sets import RuleSet
from app.engine import differing, drawn
from app.engine.differing import Comparison, Difference, FactChange
from app.engine.drawn import Piece
from app.services.design._coming_words import come, gone
from app.services.design._drawn_words import Words, kind_word
from app.services.design._fact_words import Facts
from app.services.design._timer_words import overruled
from app.services.design.changing import Change, quoted

#: Facts that change what is read, not what is done.
_WORDING = frozenset({"name", "name_en", "documentation", "text", "lane", "property:article_en"})
#: Elements that only tell the reader something.
_REMARKS = frozenset(
    {"textAnnotation", "group", "association", "dataObjectReference", "dataStoreReference"}
    | {"lane", "participant"}
)
#: Where running processes may stand: there a new id must be mapped when they are moved.
_WAITING = frozenset(
    {"userTask", "manualTask", "task", "receiveTask", "intermediateCatchEvent", "boundaryEvent"}
    | {"callActivity", "subProcess", "transaction"}
)


def changes(
    before: str, after: str, *, english: bool = False, rules: RuleSet | None = None
) -> list[Change]:
    """List what differs between two drawings, each by the sentence that tells it."""
    try:
        found = differing.compare(drawn.read(before), drawn.read(after))
    except InvalidDiagram as error:
        return [] if before == after else [_unreadable(error)]
    return list(_Telling(found, english=english, rules=rules).changes())


def _unreadable(error: InvalidDiagram) -> Change:
    reason = error.problems[0].message if error.problems else error.sentence
    sentence = Sentence("流程图无法读取，不能逐项比较：%(reason)s", reason=reason)
    return Change(sentence=sentence, element="", kind="process", aspect="xml")


class _Telling:
    """Tells one comparison."""

    def __init__(self, found: Comparison, *, english: bool, rules: RuleSet | None) -> None:
        self.found, self.rules = found, rules
        self.was = Words(found.before, english=english)
        self.now = Words(found.after, english=english)
        self.facts = Facts(self.was, self.now)
        self.fresh = {one.piece.id for one in found.differences if one.before is None}
        self.gone = {one.piece.id for one in found.differences if one.after is None}

    def changes(self) -> Iterator[Change]:
        for one in self.found.differences:
            if one.before is None or one.after is None:
                if not self._is_implied(one):
                    yield self._come_or_gone(one)
            else:
                yield from self._still_there(one, one.before, one.after)

    def _is_implied(self, one: Difference) -> bool:
        """Whether a flow goes without saying: it came or went with the element at its end."""
        piece = one.piece
        known = self.fresh if one.before is None else self.gone
        ends = {piece.fact("source"), piece.fact("target")}
        return piece.is_flow and not piece.fact("condition") and not ends.isdisjoint(known)

    def _with(self, piece: Piece, *, is_new: bool) -> tuple[str, ...]:
        """Return the flows that came or went with an element."""
        drawing = self.found.after if is_new else self.found.before
        known = self.fresh if is_new else self.gone
        flows = (*drawing.entering.get(piece.id, ()), *drawing.leaving.get(piece.id, ()))
        return tuple(dict.fromkeys(one.id for one in flows if one.id in known))

    def _come_or_gone(self, one: Difference) -> Change:
        piece, is_new = one.piece, one.before is None
        return Change(
            sentence=come(self.now, piece) if is_new else gone(self.was, piece),
            act=ChangeAct.ADDED if is_new else ChangeAct.REMOVED,
            weight=_weight(piece),
            element=piece.id,
            was="" if is_new else piece.id,
            kind=piece.kind,
            also=self._with(piece, is_new=is_new),
            note=overruled(piece, self.rules) if is_new else None,
        )

    def _still_there(self, one: Difference, old: Piece, new: Piece) -> Iterator[Change]:
        usual = Change(
            sentence=Sentence("%(what)s只改了位置或外观", what=self.now.called(new)),
            act=ChangeAct.MOVED,
            weight=ChangeWeight.LAYOUT,
            element=new.id,
            was=old.id,
            kind=new.kind,
            aspect="layout",
        )
        if one.renamed:
            yield self._renamed(usual)
        facts = {fact.name: fact for fact in one.facts}
        if "source" in facts or "target" in facts:
            yield self._rerouted(usual, old, new)
        if "timer" in facts:
            facts.pop("clock", None)
        for name, fact in facts.items():
            if name not in ("source", "target"):
                yield self._fact(usual, (old, new), fact)
        if one.moved:
            yield usual

    def _renamed(self, usual: Change) -> Change:
        is_awaited = usual.kind in _WAITING
        template = "%(what)s的标识由%(before)s改为%(after)s"
        if is_awaited:
            template = "%(what)s的标识由%(before)s改为%(after)s；迁移在办事项时须把两者对应起来"
        what = self.now.called(self.found.after.pieces[usual.element])
        return replace(
            usual,
            sentence=Sentence(template, what=what, before=usual.was, after=usual.element),
            act=ChangeAct.RENAMED,
            weight=ChangeWeight.SUBSTANCE if is_awaited else ChangeWeight.WORDING,
            aspect="id",
            before=usual.was,
            after=usual.element,
        )

    def _rerouted(self, usual: Change, old: Piece, new: Piece) -> Change:
        what = kind_word(new.kind)
        if new.name:
            what = Sentence("%(kind)s“%(name)s”", kind=what, name=quoted(self.now.name(new)))
        ends = {"before": self.was.ends(old), "after": self.now.ends(new)}
        return replace(
            usual,
            sentence=Sentence("%(what)s改接：由%(before)s改为%(after)s", what=what, **ends),
            act=ChangeAct.CHANGED,
            weight=_weight(new),
            aspect="ends",
            before=f"{old.fact('source')} → {old.fact('target')}",
            after=f"{new.fact('source')} → {new.fact('target')}",
        )

    def _fact(self, usual: Change, pair: tuple[Piece, Piece], fact: FactChange) -> Change:
        return replace(
            usual,
            sentence=self.facts.say(pair, fact),
            act=ChangeAct.CHANGED,
            weight=ChangeWeight.WORDING if fact.name in _WORDING else _weight(pair[1]),
            aspect=fact.name,
            before=fact.before,
            after=fact.after,
            note=overruled(pair[1], self.rules) if fact.name == "timer" else None,
        )


def _weight(piece: Piece) -> ChangeWeight:
    return ChangeWeight.WORDING if piece.kind in _REMARKS else ChangeWeight.SUBSTANCE
