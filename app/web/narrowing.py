"""What an address narrows figures and lists down to; the same words on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import Flask, g, request
from flask_babel import gettext

from app.domain.errors import Invalid, Sentence
from app.domain.people import Unit, User
from app.domain.vocabulary import Category, Severity, SourceLevel, UnitKind
from app.services import cases, inspectors, tallies
from app.services.narrowing import WRITTEN, YEARS, Narrowing, Period
from app.texts import label

#: A form names days of one's own by two more.
NAMES = (*WRITTEN, "from", "to")
#: Units that answer for cases.
LEADS = (UnitKind.TOWN, UnitKind.SCHOOL, UnitKind.KINDERGARTEN, UnitKind.DEPARTMENT)
#: The choice of a form after which days of one's own count.
OWN_DAYS = "days"
_FLAGS = {"1": True, "0": False}
Word = TypeVar("Word", bound=StrEnum)


def asked(*more: str) -> Narrowing:
    """Return what the address narrows down to; besides it may hold *more* parameters.

    Raises:
        Invalid: it holds another parameter, or a value that means nothing; each is named.
    """
    only(*NAMES, *more)
    return Narrowing(
        period=_period(),
        inspection=request.args.get("inspection", "").strip()[:120],
        level=word(SourceLevel, "level"),
        category=word(Category, "category"),
        severity=word(Severity, "severity"),
        lead_id=number("lead"),
        led_by_id=number("led_by"),
        department_id=number("department"),
        inspector_id=number("inspector"),
        lasting=flag("lasting"),
    )


def only(*names: str) -> None:
    """Raise Invalid, naming each, if the address holds other parameters than these."""
    unknown = [name for name in request.args if name not in names]
    if unknown:
        raise Invalid(fields={name: [_unknown(name)] for name in unknown})


def _period() -> Period | None:
    """Return the period by its key; a form names days of one's own by ``from`` and ``to``."""
    key = request.args.get("period", "").strip()
    starts_on, ends_on = day("from"), day("to")
    if starts_on is None and ends_on is None:
        return Period.of(key) if key and key != OWN_DAYS else None
    if starts_on is None or ends_on is None:
        missing = "from" if starts_on is None else "to"
        raise Invalid(fields={missing: [Sentence("请填写期间的开始和结束。")]})
    return Period.of(f"{starts_on}..{ends_on}")


def word(vocabulary: type[Word], name: str) -> Word | None:
    """Return the word of a vocabulary that the address holds under *name*.

    Raises:
        Invalid: it is none of its words.
    """
    text = request.args.get(name, "")
    if text and text not in list(vocabulary):
        raise _means_nothing(name, text)
    return vocabulary(text) if text else None


def number(name: str) -> int | None:
    """Return the number that the address holds under *name*.

    Raises:
        Invalid: it is no number.
    """
    text = request.args.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise _means_nothing(name, text)
    return int(text) if text else None


def flag(name: str) -> bool | None:
    """Return the yes (1) or no (0) that the address holds under *name*.

    Raises:
        Invalid: it is neither.
    """
    text = request.args.get(name, "")
    if text and text not in _FLAGS:
        raise _means_nothing(name, text)
    return _FLAGS.get(text)


def day(name: str) -> date | None:
    """Return the day that the address holds under *name*.

    Raises:
        Invalid: it is no day, or none that anybody lives to see.
    """
    text = request.args.get(name, "")
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise _means_nothing(name, text) from None
    if found is not None and found.year not in YEARS:
        raise _means_nothing(name, text)
    return found


def _unknown(name: str) -> Sentence:
    return Sentence("没有“%(name)s”这个筛选条件。", name=name[:40])


def _means_nothing(name: str, text: str) -> Invalid:
    told = Sentence("“%(text)s”不是“%(name)s”的有效取值。", name=name, text=text[:40])
    return Invalid(fields={name: [told]})


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers to narrow down by: values with their texts, in order."""

    periods: list[tuple[str, str]]
    inspections: list[str]
    leads: list[Unit]
    departments: list[Unit]
    inspectors: Sequence[User]


def choices() -> Choices:
    """Return what is offered to whoever looks; units only where there are several to see."""
    sees_county = g.actor.sees_county
    units = cases.units(g.actor) if sees_county else []
    return Choices(
        periods=[(one.key, period_text(one)) for one in tallies.periods(g.actor)],
        inspections=tallies.inspections(g.actor),
        leads=[unit for unit in units if unit.kind in LEADS],
        departments=[unit for unit in units if unit.kind is UnitKind.DEPARTMENT],
        inspectors=inspectors.of_county(g.actor.county_id) if sees_county else (),
    )


def period_text(period: Period) -> str:
    """Name a period: 2026年, 2025—2026学年第一学期, 2026-03-01 至 2026-05-31."""
    years, _, term = (
        period.key.rpartition("-") if period.key[-2:-1] == "-" else (period.key, "", "")
    )
    if ".." in years:
        return gettext("%(starts)s 至 %(ends)s", starts=period.starts_on, ends=period.ends_on)
    if "-" not in years:
        return gettext("%(year)s年", year=years)
    first, _, second = years.partition("-")
    told = {"first": first, "second": second}
    if term == "1":
        return gettext("%(first)s—%(second)s学年第一学期", **told)
    if term == "2":
        return gettext("%(first)s—%(second)s学年第二学期", **told)
    return gettext("%(first)s—%(second)s学年", **told)


def told(narrow: Narrowing) -> list[str]:
    """Say in words what it is narrowed down to, one piece each."""
    found = [period_text(narrow.period)] if narrow.period else []
    found += [narrow.inspection] if narrow.inspection else []
    found += [label(word) for word in (narrow.level, narrow.category, narrow.severity) if word]
    ids = (narrow.lead_id, narrow.led_by_id, narrow.department_id)
    names = {unit.id: unit.name for unit in cases.units(g.actor)} if any(ids) else {}
    found += [names.get(of, "—") for of in ids if of is not None]
    if narrow.inspector_id is not None:
        people = {one.id: one.name for one in inspectors.of_county(g.actor.county_id)}
        found.append(people.get(narrow.inspector_id) or gettext("未指定责任督学"))
    if narrow.lasting is not None:
        found.append(
            gettext("分阶段、长期坚持") if narrow.lasting else gettext("不含分阶段、长期坚持")
        )
    return found


def init_app(app: Flask) -> None:
    """Give templates the form that narrows down, and its words."""
    app.add_template_global(choices, "narrowing_choices")
    app.add_template_global(told, "narrowing_told")
    words = {"level": SourceLevel, "category": Category, "severity": Severity}
    app.jinja_env.globals["narrowing_words"] = words
