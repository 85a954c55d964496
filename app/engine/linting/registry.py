"""What a rule is: a small function that yields the elements it objects to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Problem
from app.engine.linting.model import Model, Node, element_id

#: An element, or an element and what to put into the sentence.
Found = Any
Check = Callable[[Model], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class LintRule:
    """A registered rule: its code, its sentence and how to find what breaks it."""

    code: str
    sentence: str
    severity: str
    check: Check

    def problems(self, model: Model) -> Iterator[Problem]:
        for found in self.check(model):
            element, params = found if isinstance(found, tuple) else (found, {})
            element = element.element if isinstance(element, Node) else element
            yield Problem(self.code, element_id(element), self.sentence, params, self.severity)


#: Every rule, in the order in which its problems are shown.
RULES: list[LintRule] = []


def rule(code: str, sentence: str, severity: str = "error") -> Callable[[Check], Check]:
    """Register a function as a rule; it yields what is wrong, the sentence says what to do."""

    def register(check: Check) -> Check:
        RULES.append(LintRule(code, sentence, severity, check))
        return check

    return register
