"""Scenarios: plays that were kept with what came of them, the regression tests of a process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.clock import LOCAL, utcnow
from app.db import db, transaction
from app.domain.design import Scenario
from app.domain.errors import Invalid, NotFound, Sentence
from app.domain.people import Actor
from app.services.design import drafts, playing
from app.services.design.charts import chart_of
from app.services.design.coverage import Coverage, coverage_of
from app.services.design.played import Check, Played, Script, as_given
from app.services.design.timeline import BINDING, Line
from app.services.diagrams import Bundle

#: Scenarios of one process; more is no test that anybody reads.
MOST = 100
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that is not as expected: either side may be missing."""

    #: Where among the expected lines, from 1.
    number: int
    expected: Line | None
    got: Line | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario, played."""

    scenario: Scenario
    played: Played
    differences: Sequence[Difference]

    @property
    def passed(self) -> bool:
        """Whether all came as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Results:
    """All scenarios of a process, played on one content, and what they cover."""

    outcomes: Sequence[Outcome]
    coverage: Coverage

    @property
    def passed(self) -> bool:
        """Whether every scenario came as expected."""
        return all(outcome.passed for outcome in self.outcomes)

    @property
    def failed(self) -> int:
        """How many did not."""
        return sum(not outcome.passed for outcome in self.outcomes)


def of(key: str) -> list[Scenario]:
    """List the scenarios of a process, the oldest first."""
    query = select(Scenario).options(selectinload(Scenario.made_by)).filter_by(key=key)
    return list(db.session.scalars(query.order_by(Scenario.id)))


def get(key: str, scenario_id: int) -> Scenario:
    """Return one scenario.

    Raises:
        NotFound: the process has none of that number.
    """
    return _get(db.session(), key, scenario_id)


def _get(session: Session, key: str, scenario_id: int) -> Scenario:
    found = session.get(Scenario, scenario_id)
    if found is None or found.key != key:
        raise NotFound
    return found


def script_of(scenario: Scenario) -> Script:
    """Return the script by which a scenario is played."""
    return Script(scenario.starts_at.astimezone(LOCAL), scenario.variables, scenario.moves)


def expected(played: Played) -> list[dict[str, Any]]:
    """Return what of a play its scenario holds later ones to."""
    return [line.kept() for line in played.lines if line.kind in BINDING]


def save(key: str, name: str, script: Script, played: Played, actor: Actor) -> Scenario:
    """Keep a play under a name.

    Raises:
        NotAllowed: the actor is no analyst.
        Invalid: the name is missing or taken, the play has a fault, or there are too many.
    """
    drafts.require_analyst(actor)
    if played.fault is not None:
        raise Invalid("这次试走没有走通，不能保存为方案。")
    with transaction() as session:
        return _add(session, key, name, (script, played), actor)


def save_all(key: str, plays: Sequence[tuple[str, Script, Played]], actor: Actor) -> list[Scenario]:
    """Keep several plays; a name that is taken gets a number.

    Raises:
        NotAllowed: the actor is no analyst.
        Invalid: there are too many.
    """
    drafts.require_analyst(actor)
    with transaction() as session:
        taken = set(session.scalars(select(Scenario.name).filter_by(key=key)))
        made = []
        for name, script, played in plays:
            free = next(one for one in _numbered(name[: LONGEST_NAME - 8]) if one not in taken)
            taken.add(free)
            made.append(_add(session, key, free, (script, played), actor))
        return made


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}（{number}）"
        number += 1


def _add(
    session: Session, key: str, name: str, play: tuple[Script, Played], actor: Actor | None
) -> Scenario:
    name, (script, played) = " ".join(name.split()), play
    _check_name(session, key, name)
    made = Scenario(
        key=key,
        name=name,
        starts_at=script.starts_at,
        variables=dict(script.facts),
        moves=[dict(move) for move in script.moves],
        expects=expected(played),
        made_at=utcnow(),
        made_by_id=actor.id if actor else None,
    )
    session.add(made)
    session.flush()
    return made


def _check_name(session: Session, key: str, name: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(fields={"name": [Sentence("请给方案起名，最多%(n)s字。", n=LONGEST_NAME)]})
    if session.scalar(select(Scenario.id).filter_by(key=key, name=name)) is not None:
        raise Invalid(fields={"name": ["已有同名方案，请换一个名称。"]})
    if (session.scalar(select(func.count(Scenario.id)).filter_by(key=key)) or 0) >= MOST:
        raise Invalid("一个流程最多%(n)s个方案，请先删去不用的。", n=MOST)


def accept(key: str, scenario_id: int, played: Played, actor: Actor) -> Scenario:
    """Take what came of a scenario now for what is expected from now on.

    Raises:
        NotAllowed: the actor is no analyst.
        NotFound: there is no such scenario.
        Invalid: the play does not go through.
    """
    drafts.require_analyst(actor)
    if played.fault is not None:
        raise Invalid("这次试走没有走通，不能作为预期结果。")
    with transaction() as session:
        found = _get(session, key, scenario_id)
        found.expects = expected(played)
        return found


def remove(key: str, scenario_id: int, actor: Actor) -> None:
    """Throw a scenario away.

    Raises:
        NotAllowed: the actor is no analyst.
        NotFound: there is no such scenario.
    """
    drafts.require_analyst(actor)
    with transaction() as session:
        session.delete(_get(session, key, scenario_id))


def bring(key: str, shipped: Sequence[Mapping[str, Any]]) -> int:
    """Enter the scenarios that came with the program, each anew; return how many."""
    if not shipped:
        return 0
    with transaction() as session:
        known = {one.name: one for one in session.scalars(select(Scenario).filter_by(key=key))}
        entered = 0
        for one in shipped:
            made = known.get(one["name"]) or Scenario(key=key, name=one["name"], made_at=utcnow())
            if made.made_by_id is not None:
                continue  # somebody has made one of that name his own
            made.starts_at = datetime.fromisoformat(one["starts_at"])
            made.variables, made.moves = dict(one["facts"]), list(one["moves"])
            made.expects = list(one["expects"])
            session.add(made)
            entered += 1
        return entered


def run(
    bundle: Bundle, scenario: Scenario, world: playing.World, check: Check = as_given
) -> Outcome:
    """Play one scenario on *bundle* and compare.

    Raises:
        InvalidDiagram: the drawing cannot run.
    """
    played = playing.play(bundle, script_of(scenario), world, check)
    got = [line for line in played.lines if line.kind in BINDING]
    wanted = [Line.read(one) for one in scenario.expects]
    return Outcome(scenario, played, differences(wanted, got))


def run_all(bundle: Bundle, check: Check = as_given, *, county_id: int | None = None) -> Results:
    """Play all scenarios of a process on *bundle*.

    Raises:
        InvalidDiagram: the drawing cannot run.
    """
    world = playing.world_of(county_id)
    outcomes = [run(bundle, scenario, world, check) for scenario in of(bundle.key)]
    coverage = coverage_of(chart_of(bundle.xml), (one.played for one in outcomes))
    return Results(outcomes, coverage)


def differences(wanted: Sequence[Line], got: Sequence[Line]) -> list[Difference]:
    """Compare two timelines line by line; what only moved in between is found again."""
    senses = [[line.sense for line in some] for some in (wanted, got)]
    names = [[repr(sense) for sense in some] for some in senses]
    matcher = SequenceMatcher(None, names[0], names[1], autojunk=False)
    found: list[Difference] = []
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = _paired(wanted[first:last], got[start:end])
        found += [Difference(first + n, *pair) for n, pair in enumerate(pairs, start=1)]
    return found


def _paired(wanted: Sequence[Line], got: Sequence[Line]) -> list[tuple[Line | None, Line | None]]:
    """Put beside each other what is about the same thing; the rest in order."""
    left = list(got)
    pairs: list[tuple[Line | None, Line | None]] = []
    for line in wanted:
        same = next((one for one in left if one.matter == line.matter), None)
        if same is not None:
            left.remove(same)
        pairs.append((line, same))
    alone = [line for line in pairs if line[1] is None]
    rest = list(zip_longest((line[0] for line in alone), left))
    return [pair for pair in pairs if pair[1] is not None] + rest
