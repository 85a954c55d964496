"""What the page of the live diagram shows: rows, colours, and the facts for the viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import ceil
from typing import Any

from flask import url_for
from flask_babel import gettext

from app.clock import LOCAL
from app.domain.vocabulary import Role
from app.services.heat import Heat, Line, sum_of
from app.texts import diagram_name, drawn_name, label, local_moment
from app.web.charts import Cell, Column, Table
from app.web.charts import Row as Figures

#: How many colours there are.
CLASSES = 5


class By(StrEnum):
    """What the colours tell."""

    COUNT = "count"
    DWELL = "dwell"


class Sort(StrEnum):
    """By what the table is sorted: the order of the drawing, or figures, the largest first."""

    STEP = "step"
    OPEN = "open"
    OVERDUE = "overdue"
    MEDIAN = "median"
    P90 = "p90"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Shown:
    """How the page was asked to show it."""

    by: By = By.COUNT
    sort: Sort = Sort.STEP
    #: The step whose panel is open.
    step: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One step as the table has it."""

    line: Line
    name: str
    role: str
    #: Its colour, 1 to `CLASSES`; 0: none.
    level: int

    @property
    def key(self) -> str:
        """The id of the element."""
        return self.line.key

    @property
    def median(self) -> str:
        """How long it takes, as people write it."""
        return days(self.line.dwell.median) if self.line.dwell else "—"

    @property
    def p90(self) -> str:
        """How long nine in ten take at most."""
        return days(self.line.dwell.p90) if self.line.dwell else "—"


def days(number: float) -> str:
    """Write a number of days; a half only where it is one."""
    return f"{number:.0f}" if number == int(number) else f"{number:.1f}"


class View:
    """The live diagram of one process, as one person asked for it."""

    def __init__(self, heat: Heat, shown: Shown) -> None:
        self.heat, self.shown = heat, shown
        self.name = diagram_name(heat.diagram)
        self.version = version_name(heat.version)
        self.moment = local_moment(heat.at)
        self.updated_at = heat.at.astimezone(LOCAL).strftime("%H:%M:%S")
        self.count = sum_of(line.count for line in heat.lines)

    @property
    def by(self) -> By:
        """What the colours tell."""
        return self.shown.by

    @property
    def address(self) -> dict[str, str]:
        """The parameters of the address that shows the same."""
        return {**self.scope, "by": self.by, "sort": self.shown.sort}

    @property
    def scope(self) -> dict[str, str]:
        """Those of them that say which tasks are counted."""
        version = {"version": str(self.heat.version)} if self.heat.version is not None else {}
        return {"key": self.heat.kind.key, **version, **self.heat.asked.narrow.written()}

    def url(self, endpoint: str = "monitor.heat", **more: Any) -> str:
        """Return the address of a page or a part of it, changed in some parameters."""
        return url_for(endpoint, **{**self.address, **more})

    def tasks_url(self, step: str | None = None, *, overdue: bool = False) -> str:
        """Return the address of the tasks behind a number: of one step, or of all."""
        asked: dict[str, Any] = {**self.scope, "step": step, "overdue": 1 if overdue else None}
        return url_for("monitor.waiting", **asked)

    @cached_property
    def width(self) -> int:
        """How much one colour stands for."""
        return max(1, ceil(max(map(self._heat_of, self.heat.lines), default=0) / CLASSES))

    def _heat_of(self, line: Line) -> float:
        if self.by is By.COUNT:
            return line.count.open
        return line.dwell.median if line.dwell else 0

    def _level(self, line: Line) -> int:
        if self.by is By.DWELL and line.dwell is not None:
            return max(1, ceil(line.dwell.median / self.width))
        return ceil(self._heat_of(line) / self.width)

    @cached_property
    def legend(self) -> list[tuple[int, str]]:
        """The colours that occur at most, each with the numbers it stands for."""
        hottest = max((self._level(line) for line in self.heat.lines), default=0)
        return [(level, self._means(level)) for level in range(1, hottest + 1)]

    def _means(self, level: int) -> str:
        first, last = (level - 1) * self.width + 1, level * self.width
        if self.by is By.DWELL:
            return gettext("至 %(n)s 个工作日", n=last)
        numbers = str(last) if first == last else f"{first}–{last}"
        return gettext("%(numbers)s 件", numbers=numbers)

    @cached_property
    def rows(self) -> list[Row]:
        """The steps, in the order asked for."""
        rows = [self._row(line) for line in self.heat.lines]
        sort = self.shown.sort
        return rows if sort is Sort.STEP else sorted(rows, key=lambda row: -figure(row.line, sort))

    def _row(self, line: Line) -> Row:
        role = line.step.role if line.step else ""
        known = label(Role(role)) if role in list(Role) else role
        return Row(line, drawn_name(line.step, line.key), known, self._level(line))

    def row(self, step: str) -> Row | None:
        """Return one step."""
        return next((one for one in self.rows if one.key == step), None)

    @property
    def facts(self) -> dict[str, Any]:
        """What the viewer draws."""
        return {
            "steps": [self._fact(row) for row in self.rows if row.line.is_drawn],
            **self.caption,
            "legend": [{"level": level, "text": text} for level, text in self.legend],
        }

    @property
    def caption(self) -> dict[str, str]:
        """What stands above a picture that is taken away, and what its file is called."""
        told = gettext("颜色按停留时间") if self.by is By.DWELL else gettext("颜色按在办件数")
        counts = gettext(
            "在办 %(open)s，逾期 %(late)s", open=self.count.open, late=self.count.overdue
        )
        return {
            "title": f"{self.name} · {self.version}",
            "said": gettext("、").join((self.moment, counts, told)),
            "file": self.file,
        }

    @property
    def file(self) -> str:
        """The name of files made of it: process, version, moment."""
        at = self.heat.at.astimezone(LOCAL).strftime("%Y%m%d-%H%M")
        return f"{self.name}-{self.version}-{at}".replace(" ", "").replace("/", "-")

    def _fact(self, row: Row) -> dict[str, Any]:
        count, dwell = row.line.count, row.line.dwell
        told = gettext("在办 %(open)s，逾期 %(late)s", open=count.open, late=count.overdue)
        took = gettext("停留中位数 %(days)s 个工作日", days=row.median) if dwell else ""
        parts = [
            {"kind": "open", "word": gettext("在办"), "text": f"{count.open}"},
            {"kind": "late", "word": gettext("逾期"), "text": f"{count.overdue}"},
            {"kind": "note", "word": "", "text": gettext("%(days)s 天", days=row.median)},
        ]
        holds = (count.open, count.overdue, self.by is By.DWELL and dwell)
        return {
            "element": row.key,
            "level": row.level,
            "parts": [part for part, held in zip(parts, holds, strict=True) if held],
            "label": gettext("：").join((row.name, gettext("，").join(filter(None, (told, took))))),
        }

    @property
    def table(self) -> Table:
        """The figures as a workbook has them."""
        return Table(
            gettext("环节"),
            [Column(name) for name in _columns()],
            [Figures(row.name, cells_of(row.line)) for row in self.rows],
            said=" · ".join((*self.caption.values(),)[:2]),
            file=self.file,
        )


def _columns() -> Sequence[str]:
    return (
        gettext("在办"),
        gettext("逾期"),
        gettext("停留中位数（工作日）"),
        gettext("停留90分位数（工作日）"),
        gettext("测量次数"),
    )


def cells_of(line: Line) -> list[Cell]:
    """Return the figures of one step."""
    numbers: list[float | None] = [line.count.open, line.count.overdue]
    dwell = line.dwell
    numbers += [dwell.median, dwell.p90, dwell.count] if dwell else [None, None, 0]
    return [Cell(number, text="—" if number is None else "") for number in numbers]


def figure(line: Line, sort: Sort) -> float:
    """Return what a step is sorted by; what was never measured comes last."""
    dwell = line.dwell
    found: Mapping[Sort, float] = {
        Sort.OPEN: line.count.open,
        Sort.OVERDUE: line.count.overdue,
        Sort.MEDIAN: dwell.median if dwell else -1,
        Sort.P90: dwell.p90 if dwell else -1,
        Sort.MEASURED: dwell.count if dwell else 0,
    }
    return found[sort]


def version_name(version: int | None) -> str:
    """Say which version it is, or that it is all of them."""
    return gettext("全部版本") if version is None else gettext("第 %(version)s 版", version=version)
