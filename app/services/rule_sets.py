"""The rule sets of ``config/rules``, which county works by which, and choosing another."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from app.db import db, transaction
from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.people import Actor, Unit
from app.domain.rule_set_reading import InvalidRuleSet, read
from app.domain.rule_sets import DEFAULT, RuleSet
from app.domain.vocabulary import Role

FOLDER = Path(__file__).parents[2] / "config" / "rules"
#: Who may choose by which set a county works.
CHOOSERS = (Role.OFFICE_HEAD, Role.SYSTEM_ADMIN)

log = logging.getLogger(__name__)


@cache
def all_sets() -> Mapping[str, RuleSet]:
    """Return every rule set by its key, the default first; read once.

    Raises:
        InvalidRuleSet: a file has a fault; the sentence names file and key.
    """
    return read_folder(FOLDER)


def read_folder(folder: Path) -> Mapping[str, RuleSet]:
    """Read the rule sets of a folder.

    Raises:
        InvalidRuleSet: a file has a fault, or there is no default.
    """
    base = _table(folder / f"{DEFAULT}.toml")
    found = {DEFAULT: read(DEFAULT, base)}
    for file in sorted(folder.glob("*.toml")):
        if file.stem != DEFAULT:
            found[file.stem] = read(file.stem, _table(file), base=base)
    return MappingProxyType(found)


def _table(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        sentence = "%(file)s：无法读取（%(reason)s）。"
        raise InvalidRuleSet(sentence, file=file.name, reason=str(error)) from error


@cache
def in_english() -> Mapping[str, str]:
    """Return the English of each name and article that a timer may carry, by the Chinese."""
    limits = [limit for one in all_sets().values() for limit in one.limits.values()]
    words = [word for limit in limits for word in (limit.name, limit.article)]
    return MappingProxyType({word.zh: word.en for word in words})


def names() -> list[str]:
    """Return the keys of all rule sets, the default first."""
    return list(all_sets())


def get(name: str) -> RuleSet:
    """Return one rule set.

    Raises:
        NotFound: there is none of that name.
    """
    found = all_sets().get(name)
    if found is None:
        raise NotFound("没有名为“%(name)s”的期限规则。", name=name)
    return found


class _Chosen(NamedTuple):
    """Which county works by which set, and when that was last asked."""

    by_county: Mapping[int, RuleSet]
    asked_at: float


_chosen: WeakKeyDictionary[Engine, _Chosen] = WeakKeyDictionary()


def of_county(session: Session, county_id: int | None) -> RuleSet:
    """Return the rule set by which a county works; what another worker chose counts in a second."""
    return in_force(session.connection(), county_id)


def in_force(connection: Connection, county_id: int | None) -> RuleSet:
    """Return what `of_county` does, for whoever is in a hurry and has the connection at hand."""
    known = _chosen.get(connection.engine)
    if known is None or monotonic() - known.asked_at > 1:
        known = _chosen[connection.engine] = _ask(connection)
    return known.by_county.get(county_id or 0) or all_sets()[DEFAULT]


_COUNTIES = select(Unit.id, Unit.rule_set).where(Unit.parent_id.is_(None))


def _ask(connection: Connection) -> _Chosen:
    sets = all_sets()
    rows = connection.execute(_COUNTIES)
    return _Chosen(
        {row.id: sets[row.rule_set] for row in rows if row.rule_set in sets}, monotonic()
    )


def counties() -> list[tuple[str, str]]:
    """List the counties, each with the key of its rule set."""
    query = select(Unit.name, Unit.rule_set).where(Unit.parent_id.is_(None)).order_by(Unit.id)
    return [(row.name, row.rule_set) for row in db.session.execute(query)]


def of_actor(actor: Actor) -> RuleSet:
    """Return the rule set by which the actor's county works."""
    return of_county(db.session(), actor.county_id)


def may_choose(actor: Actor) -> bool:
    """Tell whether the actor may choose another set for the county."""
    return actor.has(*CHOOSERS)


def require_chooser(actor: Actor) -> None:
    """Let nobody pass who may not choose the county's rule set.

    Raises:
        NotAllowed: only the head of the office and the system administrator choose.
    """
    if not may_choose(actor):
        raise NotAllowed("只有督导办主任和系统管理员可以更换期限规则。")


def choose(name: str, actor: Actor, *, instead_of: str | None = None) -> RuleSet:
    """Let the actor's county work by another set, for the deadlines that are set from now on.

    Raises:
        NotAllowed: only the head of the office and the system administrator choose.
        NotFound: there is no such set.
        Conflict: the county no longer works by *instead_of*, which the actor compared with.
    """
    require_chooser(actor)
    with transaction() as session:
        county = session.get_one(Unit, actor.county_id)
        if instead_of not in (None, county.rule_set):
            raise Conflict
        return _set(session, county, name, by=actor.username)


def use(county: str, name: str) -> RuleSet:
    """Let a county, known by its name, work by another set.

    Raises:
        NotFound: there is no such set, or no such county.
    """
    with transaction() as session:
        found = session.scalars(select(Unit).filter_by(name=county, parent_id=None)).first()
        if found is None:
            raise NotFound("没有名为“%(name)s”的县。", name=county)
        return _set(session, found, name, by="xiaohao")


def _set(session: Session, county: Unit, name: str, *, by: str) -> RuleSet:
    chosen = get(name)
    log.info("%s works by rule set %s instead of %s: %s", county.name, name, county.rule_set, by)
    county.rule_set = chosen.key
    _chosen.pop(session.get_bind().engine, None)
    return chosen
