"""监控总览: the first page of those who watch. They look, they do not read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from app.clock import LOCAL, today, utcnow
from app.domain.tally import Flow
from app.figure_texts import figure_name, figure_text
from app.services import monitor
from app.services.axes import Axis
from app.services.monitor import Overview, Share
from app.services.narrowing import Narrowing
from app.web import frame, narrowing, workbooks
from app.web.monitor import overview_tables
from app.web.monitor.blueprint import bp
from app.web.monitor.overview_tables import Place

#: So many bars stand in the picture until all are asked for.
TOP = 10


@dataclass(frozen=True, slots=True)
class Tile:
    """One big figure with the cases behind it."""

    key: str
    label: str
    figure: str
    url: str
    #: What exactly it counts.
    says: str
    #: What stands under it, and where that leads.
    note: str = ""
    note_url: str = ""
    #: Whether the figure is bad news.
    late: bool = False


class View:
    """What the page shows of an overview."""

    def __init__(self, found: Overview, place: Place) -> None:
        self.found, self.place = found, place
        self.updated_at = utcnow().astimezone(LOCAL).strftime("%H:%M:%S")
        at = found.as_of.at
        self.counted_at = at.astimezone(LOCAL).strftime("%H:%M:%S") if at else "—"

    @cached_property
    def tiles(self) -> list[Tile]:
        """The big figures."""
        return [
            self._tile("open"),
            self._tile("due_today"),
            self._overdue(),
            self._tile("letters_out"),
            self._closed_out(),
            self._relapses(self.found.relapses),
        ]

    @cached_property
    def parts(self) -> list[Tile]:
        """The figures that add up to the open cases."""
        return [self._tile(key) for key in monitor.PARTS]

    def _tile(self, key: str, *, note: str = "", note_url: str = "", late: bool = False) -> Tile:
        link = self.place.cases(figure=key)
        told = (figure_name(key), f"{self.found.counts[key]:,}", link, figure_text(key))
        return Tile(key, *told, note, note_url, late)

    def _overdue(self) -> Tile:
        longest = self.found.longest
        if longest is None:
            return self._tile("overdue")
        days = ngettext("最长逾期 %(num)s 天", "最长逾期 %(num)s 天", longest.days)
        link = url_for("cases.case", number=longest.number)
        return self._tile("overdue", note=days, note_url=link, late=True)

    def _closed_out(self) -> Tile:
        first = today().replace(day=1)
        link = self.place.happened(Flow.CLOSED_OUT, first, today())
        says = gettext("本月销号，其后反弹的除外。")
        return Tile("closed_out", gettext("本月销号"), f"{self.found.closed_out:,}", link, says)

    def _relapses(self, found: Share) -> Tile:
        share = f"{found.part / found.whole:.1%}".replace(".0%", "%") if found.whole else "—"
        note = gettext("反弹 %(part)s ÷ 已回头看 %(whole)s", part=found.part, whole=found.whole)
        says = gettext("反弹率＝认定过反弹的件数÷回头看过的件数。")
        link = self.place.cases(figure="relapsed")
        whole = self.place.cases(figure="looked_back")
        late = found.part > 0
        return Tile("relapsed", gettext("反弹率"), share, link, says, note, whole, late)


@bp.get("")
def overview() -> ResponseReturnValue:
    """Show how everything stands; htmx asks for the figures alone, once a minute."""
    place = _place()
    every = bool(narrowing.flag("all"))
    found = monitor.overview(g.actor, place.narrow, place.axis)
    shown = len(found.groups) if every else TOP
    template = "monitor/_overview.html" if frame.is_partial() else "monitor/overview.html"
    return render_template(
        template,
        here="overview",
        view=View(found, place),
        narrow=place.narrow,
        narrowed=place.narrow != Narrowing(),
        axis=place.axis,
        axes=list(Axis),
        address=url_for("monitor.overview", **place.kept, by=place.axis, all=1 if every else None),
        switch={one: _switch(place, one) for one in Axis},
        all_url=_all_url(place) if len(found.groups) > shown else None,
        lights=overview_tables.lights(found.groups[:shown], found.counts, place),
        weeks=overview_tables.weeks(found.weeks, place),
        steps=overview_tables.steps(found.steps, place),
        book_url=url_for("monitor.overview_workbook", **place.kept),
    )


@bp.get("/overview.xlsx")
def overview_workbook() -> ResponseReturnValue:
    """Send the figures as a workbook: those of one picture, or of all."""
    place = _place("part")
    part = request.args.get("part", "")
    sheets = overview_tables.sheets(g.actor, place, part)
    name = gettext("监控总览") + f"_{today()}"
    return workbooks.answer(name, sheets)


def _place(*more: str) -> Place:
    narrow = narrowing.asked("by", "all", *more)
    return Place(narrow, narrowing.word(Axis, "by") or Axis.UNIT)


def _switch(place: Place, axis: Axis) -> str:
    return url_for("monitor.overview", **place.kept, by=axis, _anchor="lights")


def _all_url(place: Place) -> str:
    return url_for("monitor.overview", **place.kept, by=place.axis, all=1, _anchor="lights")
