"""Who may look back how far, and at which cases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from app.clock import today
from app.db import db
from app.domain.case import Case
from app.domain.deadlines import end_of
from app.domain.errors import Invalid, NotAllowed, Sentence
from app.domain.past import Standing
from app.domain.people import Actor, Unit
from app.domain.vocabulary import Light, Role, Stage
from app.services.narrowing import LASTING, Narrowing

#: Who reads the whole register of the county.
READERS = (Role.OFFICE, Role.OFFICE_HEAD, Role.CHIEF, Role.COMMITTEE)
OVERDUE, OPEN, OVER, UNKNOWN = "overdue", "open", "over", "unknown"
#: What a list may show apart: the figures of the totals.
SHOWN = (
    *(OPEN, OVERDUE, OVER, UNKNOWN),
    *(f"stage:{one}" for one in Stage),
    *(f"light:{one}" for one in Light),
)
_OVER = [stage for stage in Stage if stage.is_over]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which day is asked for, and which cases."""

    day: date
    narrow: Narrowing = field(default_factory=Narrowing)
    #: One of SHOWN, or empty: all.
    show: str = ""
    #: The earlier day that it is compared with.
    since: date | None = None

    def __post_init__(self) -> None:
        """Refuse days that have not come, and what no past day can be asked."""
        if self.day > today():
            raise _wrong("day", Sentence("%(day)s还没有到。", day=self.day))
        if self.since is not None and self.since >= self.day:
            raise _wrong("since", Sentence("对比日须早于%(day)s。", day=self.day))
        if self.show and self.show not in SHOWN:
            raise _wrong("show", Sentence("没有“%(name)s”这个筛选条件。", name=self.show[:40]))
        if self.narrow.inspector_id is not None:
            raise _wrong("inspector", Sentence("往日的责任督学没有记录，不能按此筛选。"))

    @property
    def until(self) -> datetime:
        """The moment at which the day is over."""
        return end_of(self.day)

    @property
    def is_sifted(self) -> bool:
        """Whether some of the cases fall through by how they stood."""
        narrow, since = self.narrow, self.since
        of_case = (narrow.lead_id, narrow.led_by_id, narrow.department_id, narrow.lasting, since)
        return bool(self.show) or any(one is not None for one in of_case)

    def on(self, day: date) -> Asked:
        """Return the same question about another day, and all cases."""
        return replace(self, day=day, since=None, show="")


def _wrong(name: str, told: Sentence) -> Invalid:
    return Invalid(fields={name: [told]})


def sees_all(actor: Actor) -> bool:
    """Tell whether *actor* may look at every case, and not only at those that are over.

    Raises:
        NotAllowed: the register of the past is none of the actor's business.
    """
    if actor.has(*READERS):
        return True
    if actor.has(Role.AUDIT_ADMIN):
        return False
    raise NotAllowed("往日台账由督导办、总督学、督委会和审计管理员查看。")


def may_read(actor: Actor) -> bool:
    """Tell whether the register of the past is the actor's business at all."""
    return actor.has(*READERS, Role.AUDIT_ADMIN)


def of_reader(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions on `Case` that leave what *actor* may look back at.

    Those who audit see cases that are over by now, as domain §7 has it, and their whole history.
    """
    found: list[ColumnElement[bool]] = [Case.county_id == actor.county_id]
    if not sees_all(actor):
        found.append(Case.stage.in_(_OVER))
    return found


def conditions(asked: Asked, actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions on `Case` for what never changes of it."""
    narrow = replace(asked.narrow, lead_id=None, led_by_id=None)
    fixed = replace(narrow, department_id=None, lasting=None)
    return [*of_reader(actor), Case.created_at < asked.until, *fixed.conditions()]


class Sieve:
    """Leaves what is asked for by what can change of a case; what is not known falls through."""

    def __init__(self, asked: Asked) -> None:
        self._asked, narrow = asked, asked.narrow
        self._leads = _below(narrow.lead_id) if narrow.lead_id is not None else None

    def keeps(self, standing: Standing) -> bool:
        """Tell whether a case that stood so is asked for."""
        return self._narrowed(standing) and self._shown(standing)

    def _narrowed(self, standing: Standing) -> bool:
        narrow = self._asked.narrow
        if self._leads is not None and standing.get("lead_id") not in self._leads:
            return False
        own = ((narrow.led_by_id, "lead_id"), (narrow.department_id, "department_id"))
        if any(wanted not in (None, standing.get(fact)) for wanted, fact in own):
            return False
        if narrow.lasting is None:
            return True
        return standing.knows("mode") and (standing.get("mode") in LASTING) == narrow.lasting

    def _shown(self, standing: Standing) -> bool:
        show = self._asked.show
        return not show or show in marks(standing, self._asked.day)


def marks(standing: Standing, day: date) -> set[str]:
    """Return by which of SHOWN a case counts that stood so at the end of *day*."""
    found, stage, light = set[str](), standing.stage, standing.light
    if stage is None or light is None:
        found.add(UNKNOWN)
    if stage is not None:
        found |= {f"stage:{stage}", OVER if stage.is_over else OPEN}
    if light is not None:
        found.add(f"light:{light}")
    if standing.overdue_on(day):
        found.add(OVERDUE)
    return found


def _below(unit_id: int) -> set[int]:
    above = select(Unit.path).where(Unit.id == unit_id).scalar_subquery()
    return set(db.session.scalars(select(Unit.id).where(Unit.path.startswith(above))))
