"""What the charts of a report show, of its frozen figures. The document is a Chinese one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.report import ReportKind
from app.domain.tally import Flow
from app.services.reports.charts import Drawing, Shape

#: Units that a chart has room for.
DRAWN = 10
_FLOWS = {
    "新下达": Flow.ISSUED,
    "报结": Flow.REPORTED,
    "销号": Flow.CLOSED_OUT,
    "新逾期": Flow.OVERDUE,
}
_LIGHTS = {"绿灯": "green", "蓝灯": "blue", "黄灯": "yellow", "红灯": "red"}


def drawings(figures: Mapping[str, Any]) -> dict[str, Drawing]:
    """Return what the charts show."""
    trend: Sequence[Mapping[str, Any]] = figures["trend"]
    weekly = figures["kind"] == ReportKind.WEEKLY
    late = [row for row in figures["units"] if row["overdue"]][:DRAWN]
    counts = figures["counts"]
    return {
        "趋势图": Drawing(
            "每周走势（周五起）" if weekly else "每月走势",
            Shape.LINES,
            [_since(date.fromisoformat(row["since"]), weekly) for row in trend],
            {name: [row[str(flow)] for row in trend] for name, flow in _FLOWS.items()},
        ),
        "预警灯图": Drawing(
            "在办事项预警灯",
            Shape.COLUMNS,
            list(_LIGHTS),
            {"件数": [counts[f"stock.{key}"] for key in _LIGHTS.values()]},
        ),
        "单位图": Drawing(
            "逾期最多的单位",
            Shape.BARS,
            [row["name"] for row in reversed(late)] or ["（无逾期）"],
            {"逾期": [row["overdue"] for row in reversed(late)] or [0]},
        ),
    }


def _since(day: date, weekly: bool) -> str:
    return f"{day.month}月{day.day}日" if weekly else f"{day.year}年{day.month}月"
