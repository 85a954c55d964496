"""What a rule is: a small function that yields the elements it objects to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Problem
from app.engine.linting.model import Model, Node, element_id

#: An element, or an element and what to put into the sentence; then, ``False`` if this one find
#: is beyond the rule's automatic change.
Found = Any
Check = Callable[[Model], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule objects to in one diagram."""

    element: Any
    params: Mapping[str, Any]
    can_fix: bool


@dataclass(frozen=True, slots=True)
class LintRule:
    """A registered rule: its code, its sentence and how to find what breaks it."""

    code: str
    sentence: str
    severity: str
    #: What happens to people if it is left so, or which article asks for it.
    why: str
    #: The automatic change that mends it, by its name in `app.engine.linting.fixes`.
    fix: str | None
    check: Check

    def findings(self, model: Model) -> Iterator[Finding]:
        """Yield what breaks the rule."""
        for found in self.check(model):
            element, params, can_fix = _whole(found)
            element = element.element if isinstance(element, Node) else element
            yield Finding(element, params, can_fix and self.fix is not None)

    def problems(self, model: Model) -> Iterator[Problem]:
        """Yield the same in the words that people read."""
        for found in self.findings(model):
            yield Problem(
                self.code,
                element_id(found.element),
                self.sentence,
                found.params,
                self.severity,
                self.why,
                self.fix if found.can_fix else None,
            )


def _whole(found: Found) -> tuple[Any, Mapping[str, Any], bool]:
    """Return a find with what it left out."""
    if not isinstance(found, tuple):
        return found, {}, True
    element, params, can_fix = (*found, True)[:3]
    return element, params, can_fix


#: Every rule, in the order in which its problems are shown.
RULES: list[LintRule] = []


def rule(
    code: str, sentence: str, severity: str = "error", *, why: str, fix: str | None = None
) -> Callable[[Check], Check]:
    """Register a function as a rule.

    It yields what is wrong; the sentence says what to do, *why* what happens if nobody does.
    """

    def register(check: Check) -> Check:
        RULES.append(LintRule(code, sentence, severity, why, fix, check))
        return check

    return register
