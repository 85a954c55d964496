"""With what a play begins: the facts of a case, and the variables that the program puts in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.clock import local_date
from app.domain.vocabulary import Category, ChangeKind, Mode, Severity, SourceLevel, Term
from app.engine.references import process_properties
from app.services import _start
from app.services.design._paper import Paper, case_of, close_beforehand, letter_of
from app.services.design.charts import topics_of
from app.services.diagrams import Bundle, about_case

#: Facts of a case that may be chosen, whatever the diagram reads of them.
CASE_FACTS = ("severity", "category", "mode", "source_level", "limit_days", "government", "cycle")
#: What may be chosen of them.
CHOICES: Mapping[str, type[Term]] = {
    "severity": Severity,
    "category": Category,
    "mode": Mode,
    "source_level": SourceLevel,
    "kind": ChangeKind,
}
FLAGS = ("government", "reassigned", "by_office")
NUMBERS = ("limit_days", "cycle", "occasion", "days", "round", "plan_returns")
#: What the program computes by itself from the case; nobody chooses it.
COMPUTED = frozenset({"due", "blue_days", "yellow_days", "progress_every"})


def asked(bundle: Bundle) -> list[str]:
    """Return the names of the facts that may be chosen for a play of this diagram."""
    declared = declared_in(bundle)
    own = [name for name in CASE_FACTS if about_case(bundle.xml)]
    return [*own, *(name for name in declared if name not in COMPUTED and name not in own)]


def declared_in(bundle: Bundle) -> list[str]:
    """Return the names of the variables that the diagram says the program puts in."""
    names = process_properties(bundle.xml).get("variables", "").split(",")
    return [name.strip() for name in names if name.strip()]


def usual(name: str, paper: Paper) -> Any:
    """Return what a variable is at the beginning where nothing else was chosen."""
    on = local_date(paper.at)
    values: dict[str, Any] = {
        "reason": "overdue",
        "round": 1,
        "lead_verifier": "team1",
        "kind": "extension",
        "occasion": 1,
        "days": 15,
        "by_rule": "office",
        "by_office": False,
        "filed_on": on.isoformat(),
        "answer_on": (on + timedelta(days=30)).isoformat(),
        "outcome": "",
    }
    return values.get(name, "")


def prepare(bundle: Bundle, facts: Mapping[str, Any], paper: Paper) -> dict[str, Any]:
    """Make the case of a play, if it is about one; return the variables it starts with."""
    known: dict[str, Any] = {}
    if about_case(bundle.xml):
        paper.case = case_of(facts, paper)
        topics = topics_of(bundle.xml)
        if topics & {"settle_follow_up", "relapse"}:
            close_beforehand(paper.case, paper.at)
        if "issue_letter" in topics:
            reason = str(facts.get("reason") or "overdue")
            paper.letter = letter_of(paper.case, paper.at, reason)
        known = _start.main_variables(paper.case)
    own = {}
    for name in declared_in(bundle):
        chosen = None if name in known and name in CASE_FACTS else facts.get(name)
        own[name] = known.get(name, usual(name, paper)) if chosen is None else chosen
    paper.kind_of_change = str(own.get("kind", ""))
    return own
