"""Which elements of the old versions need a place in a new one, and which are worth proposing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from app.domain.design import MigrationPlan
from app.domain.design_terms import Verdict
from app.domain.errors import InvalidDiagram
from app.domain.job import Job
from app.engine import differing, drawn
from app.services import diagrams, elements
from app.services.design import drafts
from app.services.elements import Drawing, Element


@dataclass(frozen=True, slots=True)
class Wanted:
    """An element of an old version that has no place in the new one under its own id."""

    version: int
    key: str
    name: str
    #: Whether it is a clock, without which its task can go on.
    is_clock: bool
    #: Elements of the new version of the same kind.
    choices: Sequence[Element]
    #: The id of the one chosen or proposed; empty: none.
    chosen: str


def wanted(job: Job) -> list[Wanted]:
    """List what a rehearsal found to need a place, and what it was given one for."""
    key, version = job.params["key"], job.params["version"]
    xml = drafts.bundle(key, version).xml
    try:
        after = elements.of_xml(xml)
    except InvalidDiagram:  # the draft has gone on since, and is just being redrawn
        return []
    found = []
    for number, concerned in groupby(sorted(set(_concerned(job))), key=itemgetter(0)):
        old = diagrams.get(key, number).xml
        before, given = elements.of_xml(old), job.params["mapping"].get(str(number), {})
        likely = differing.compare(drawn.read(old), drawn.read(xml)).renamed | given
        found += [_wanted(before, after, each, likely) for each in concerned]
    return found


def _drawing(key: str, version: int) -> Drawing:
    return elements.of_xml(diagrams.get(key, version).xml)


def _concerned(job: Job) -> Iterator[tuple[int, str]]:
    for version, mapping in job.params["mapping"].items():
        yield from ((int(version), key) for key in mapping)
    for group in (job.outcome or {}).get("groups", ()):
        if group["verdict"] == Verdict.MAPPING:
            yield group["from"], group["element"]
        yield from ((group["from"], clock["key"]) for clock in group["lost"])


def _wanted(
    before: Drawing, after: Drawing, one: tuple[int, str], likely: Mapping[str, str]
) -> Wanted:
    """Propose what was chosen before, what only got another id, or the one of the same name."""
    version, key = one
    old = before.elements.get(key, Element(key, key, ""))
    choices = [each for each in after.elements.values() if each.kind == old.kind]
    alike = [each.key for each in choices if old.name and each.name == old.name]
    chosen = likely.get(key, alike[0] if len(alike) == 1 else "")
    is_clock = old.kind == "boundaryEvent"
    return Wanted(version, key, before.name_of(key), is_clock, choices, chosen)


@dataclass(frozen=True, slots=True)
class Placed:
    """One line of a plan: an element of an old version, and where it goes in the new."""

    version: int
    name: str
    to_name: str


def of_plan(plan: MigrationPlan) -> list[Placed]:
    """List what a plan says of elements, with what they are called."""
    after = _drawing(plan.key, plan.to.version)
    found = []
    for version, mapping in sorted(plan.mapping.items()):
        before = _drawing(plan.key, int(version))
        for key, to in sorted(mapping.items()):
            found.append(Placed(int(version), before.name_of(key), after.name_of(to)))
    return found
