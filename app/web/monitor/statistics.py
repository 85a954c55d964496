"""统计: each indicator with its formula, both its numbers, and the cases behind each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.clock import today
from app.services.figures import FIGURES
from app.services.narrowing import Narrowing
from app.services.statistics import board, comparing, rankings
from app.services.statistics.board import Asked, Axis
from app.services.statistics.comparing import Way
from app.services.statistics.indicators import INDICATORS, RANKABLE, Share
from app.services.statistics.rankings import Ranking
from app.web import narrowing
from app.web.monitor.blueprint import bp

#: Parameters of the page besides those that all figures are narrowed down by.
_OWN = ("axis", "by", "least")
#: What the axes of a ranking are called by in addresses of lists.
_NARROWS = {
    Axis.UNITS: "lead",
    Axis.TOWNS: "lead",
    Axis.DEPARTMENTS: "department",
    Axis.INSPECTORS: "inspector",
}


@bp.get("/statistics")
def statistics() -> ResponseReturnValue:
    """Show the indicators, how long things take, and who stands where."""
    narrow = narrowing.asked(*_OWN)
    found = board.board(g.actor, narrow)
    return render_template(
        "monitor/statistics.html",
        here="statistics",
        narrow=narrow,
        board=found,
        beside=board.beside(found.counts),
        figures=FIGURES,
        behind=_behind(narrow),
        kept=narrow.written(),
        periods=_periods(narrow),
        change=_change,
        period_text=narrowing.period_text,
        categories=board.categories(g.actor, narrow),
        repeated=board.repeated(g.actor, narrow),
        **(_ranked(narrow) if board.may_rank(g.actor) else {}),
    )


def _behind(narrow: Narrowing) -> Callable[..., str]:
    """Return what gives the address of the cases behind a figure, narrowed down further."""
    kept = narrow.written()
    return lambda key, **more: url_for("cases.page", figure=key, **{**kept, **more})


def _periods(narrow: Narrowing) -> list[tuple[str, str, bool]]:
    """Return the usual periods: what each is called, its address, and whether it is chosen."""
    kept = narrow.written()
    chosen = kept.pop("period", "")
    term, school, year = (one.key for one in comparing.current(today()))
    usual = (
        (gettext("本学期"), term),
        (gettext("本学年"), school),
        (gettext("今年"), year),
        (gettext("全部"), ""),
    )
    return [
        (name, url_for("monitor.statistics", **kept, period=key or None), key == chosen)
        for name, key in usual
    ]


def _ranked(narrow: Narrowing) -> Mapping[str, Any]:
    asked = _asked()
    axis, ranking = asked.axis, board.ranking(g.actor, narrow, asked)
    return {
        "axis": axis,
        "axes": {one: gettext(name) for one, name in AXES.items()},
        "by": INDICATORS[asked.by],
        "rankable": [INDICATORS[key] for key in RANKABLE],
        "least": asked.least,
        "ranking": ranking,
        "of_entry": lambda entry: {_NARROWS[axis]: entry.id},
        "unlooked": _unlooked(axis, ranking),
    }


AXES: Mapping[Axis, str] = {
    Axis.UNITS: "单位",
    Axis.TOWNS: "乡镇街道",
    Axis.DEPARTMENTS: "主管部门",
    Axis.INSPECTORS: "责任督学",
}


def _unlooked(axis: Axis, ranking: Ranking) -> bool:
    """Tell whether nobody was named to look after any school."""
    return axis is Axis.INSPECTORS and not (ranking.ranked or ranking.below)


def _asked() -> Asked:
    """Return who is to be ranked, and by what, as the address says.

    Raises:
        Invalid: one of them is nothing that can be asked for.
    """
    least = narrowing.number("least")
    return Asked(
        axis=narrowing.word(Axis, "axis") or Axis.UNITS,
        by=request.args.get("by") or RANKABLE[0],
        least=rankings.LEAST if least is None else least,
    )


def _change(now: Share, then: Share | None, good: int) -> tuple[str, str, str]:
    """Return an arrow, words, and whether it is good news (ok, late or nothing)."""
    went = comparing.change(now, then) if then is not None else None
    if went is None:
        return "", "—", ""
    way, points = went
    if way is Way.SAME:
        return "→", gettext("持平"), ""
    tone = "" if not good else "ok" if (way is Way.UP) == (good > 0) else "late"
    if way is Way.UP:
        return "↑", gettext("升 %(points)s 个百分点", points=points), tone
    return "↓", gettext("降 %(points)s 个百分点", points=points), tone
