"""What a question can be answered with, and which ways a gateway leaves open for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from app.domain.errors import Listing, Sentence
from app.engine.expressions import ExpressionError, compile_expression
from app.engine.linting.meanings import verifications
from app.engine.linting.model import CONDITIONAL, Flow, Model, Node, setting, text_of
from app.engine.linting.names import assigned_names, condition_names, decision_of
from app.engine.linting.registry import Found, rule
from app.engine.linting.ways import Walk, affordable

#: Whether an answer, a variable and its value, is of interest.
Wanted = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """A variable and what it was set to."""

    variable: str
    value: str


def choices_of(model: Model, node: Node) -> Mapping[str, Mapping[str, str]]:
    """Return what *node* can set: variable → value → label; only where the values are known."""
    if node.kind == "businessRuleTask":
        decision = decision_of(model, node)
        outcomes = decision.outcomes() if decision else {}
        return {name: {one: one for one in sorted(values)} for name, values in outcomes.items()}
    form = setting(node.element, "formKey") or ""
    return model.catalogue.choices.get(form, {}) if model.catalogue else {}


class Answers:
    """The answers of one drawing, and where each leads."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.left = affordable(model)
        self._set_by = {node: set_by(model, node) for node in model.nodes}
        self._ways: dict[tuple[Node, Answer], list[Flow]] = {}

    def of(self, nodes: Iterable[Node], wanted: Wanted) -> Iterator[tuple[Node, Answer, str]]:
        """Yield who can give which answer, with its label, as many as can be followed."""
        for node in nodes:
            for variable, values in choices_of(self.model, node).items():
                for value, label in values.items() if self.left > 0 else ():
                    if wanted(variable, value):
                        self.left -= 1
                        yield node, Answer(variable, value), label

    def walk(self, node: Node, answer: Answer) -> Walk:
        """Walk on from *node*, which gave *answer*, until something sets the variable anew."""
        walk = Walk(
            guard=lambda other: answer.variable in self._set_by[other],
            choose=lambda other: self._ways_for(other, answer),
            patient=False,
        )
        return walk.start_behind(node)

    def stuck(self, walk: Walk, answer: Answer) -> list[Node]:
        """Return the gateways got to that leave no way open."""
        gateways = [node for node in walk.reached if node.kind in CONDITIONAL and node.outgoing]
        return [node for node in gateways if not self._ways_for(node, answer)]

    def _ways_for(self, node: Node, answer: Answer) -> list[Flow]:
        if node.kind not in CONDITIONAL or len(node.outgoing) < 2:
            return node.outgoing
        if (node, answer) not in self._ways:
            self._ways[node, answer] = list(_ways_for(node, answer))
        return self._ways[node, answer]


def set_by(model: Model, node: Node) -> frozenset[str]:
    """Return the variables that *node* sets, whatever to."""
    form = setting(node.element, "formKey") or ""
    declared = model.catalogue.forms.get(form, frozenset[str]()) if model.catalogue else frozenset()
    return declared | assigned_names(model, [node])


def _ways_for(node: Node, answer: Answer) -> Iterator[Flow]:
    """Yield the ways out of a gateway that *answer* leaves open."""
    is_certain = False
    for flow in node.outgoing:
        holds = False if flow.is_default else _holds(flow, answer)
        if holds is not False:
            yield flow
        is_certain = is_certain or holds is True
        if is_certain and node.kind == "exclusiveGateway":
            return
    if not is_certain:
        yield from (flow for flow in node.outgoing if flow.is_default)


def _holds(flow: Flow, answer: Answer) -> bool | None:
    """Return whether the condition holds; ``None`` if that hangs on something else."""
    if flow.condition is None:
        return None
    with suppress(ExpressionError):
        condition = compile_expression(text_of(flow.condition))
        if condition.names <= {answer.variable}:
            return bool(condition.evaluate({answer.variable: answer.value}))
    return None


@rule(
    "flow/no_way_on",
    "“%(name)s”没有为“%(values)s”准备去路。请补上一条去路，或设一条默认流。",
    why="有人这样填写时流程会出错停住，要等管理员处理。",
)
def unhandled_answers(model: Model) -> Iterator[Found]:
    """Find the answers that a gateway has no way for; those of verifications are `law`'s."""
    open_ended = [node for node in model.of(*CONDITIONAL) if not _has_default(node)]
    read = condition_names(flow for node in open_ended for flow in node.outgoing)
    special = verifications(model)
    others = [node for node in model.nodes if node not in special] if read else []
    lacking: dict[Node, dict[str, None]] = {}
    answers = Answers(model)
    for node, answer, label in answers.of(others, lambda variable, _: variable in read):
        for gateway in answers.stuck(answers.walk(node, answer), answer):
            lacking.setdefault(gateway, {})[label] = None
    for gateway, labels in lacking.items():
        values = Listing(Sentence(label) for label in labels)
        yield gateway, {"name": gateway.name, "values": values}


def _has_default(node: Node) -> bool:
    return any(flow.is_default for flow in node.outgoing)
