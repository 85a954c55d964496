"""The law of the linter: what it accepts runs right, everything else is refused by name.

A rule is one small function (see `app.engine.linting.registry`); the modules below register theirs
when they are imported. A rule that finds something never hides what another finds.
"""

from __future__ import annotations

from typing import Any

from app.domain.errors import InvalidDiagram, Problem
from app.engine.linting import (
    activities,
    calls,
    catalogue,
    events,
    flows,
    formulas,
    law,
    law_time,
    outcomes,
    settings,
    starting,
    structure,
    timing,
)
from app.engine.linting.model import Model
from app.engine.linting.registry import RULES
from app.engine.parsing import parse_xml
from app.engine.step import Catalogue, Source

__all__ = [
    "RULES",
    "activities",
    "calls",
    "catalogue",
    "declared_variables",
    "events",
    "flows",
    "formulas",
    "law",
    "law_time",
    "lint",
    "outcomes",
    "problems_of",
    "settings",
    "starting",
    "structure",
    "timing",
]


def lint(source: Source, catalogue: Catalogue | None = None) -> list[Problem]:
    """Return all that is wrong with a diagram, also if it is no diagram at all."""
    try:
        root = parse_xml(source.xml)
    except InvalidDiagram as error:
        return list(error.problems)
    return problems_of(root, catalogue, source=source)


def declared_variables(source: Source, catalogue: Catalogue) -> frozenset[str]:
    """Return the variables that something sets: program, forms, scripts, decisions, loops."""
    try:
        root = parse_xml(source.xml)
    except InvalidDiagram:
        return catalogue.variables.union(*catalogue.forms.values())
    return frozenset(formulas.declared_names(Model(root, catalogue, source)))


def problems_of(
    root: Any, catalogue: Catalogue | None = None, *, source: Source | None = None
) -> list[Problem]:
    """Return all that is wrong with a parsed diagram, worst first."""
    model = Model(root, catalogue, source)
    problems = [problem for rule in RULES for problem in rule.problems(model)]
    return sorted(problems, key=lambda problem: problem.severity != "error")
