"""Writing the frozen figures as the variables of a template. The document is a Chinese one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.clock import LOCAL
from app.domain.report import ReportKind
from app.domain.vocabulary import (
    Category,
    FollowUpResult,
    LetterState,
    Light,
    Rung,
    Severity,
    Stage,
)
from app.services.reports.variables import BASE, HAPPENED, RATES, STOCK
from app.services.statistics.indicators import Share

NONE = "—"

Figures = Mapping[str, Any]
Row = dict[str, Any]


def values(figures: Figures, as_of: datetime) -> dict[str, Any]:
    """Return what each variable stands for, but for charts."""
    counts, rates = figures["counts"], {one["key"]: one for one in figures["indicators"]}
    return {
        **_heading(figures, as_of),
        "最少件数": figures["least"],
        "存量": {name: counts[f"stock.{key}"] for name, key in STOCK.items()},
        "本期": {name: counts[f"days.{key}"] for name, key in HAPPENED.items()},
        "前期": {name: counts[f"days_before.{key}"] for name, key in HAPPENED.items()},
        "累计": {name: counts[f"base.{key}"] for name, key in BASE.items()},
        "比率": {name: _rate(rates[key]["n"], rates[key]["of"]) for name, key in RATES.items()},
        "动态表": _happened(figures),
        "指标表": [_indicator(one) for one in figures["indicators"]],
        **_tables(figures),
        **_lists(figures),
        "附录": _appendix(figures),
    }


def title(figures: Figures) -> str:
    """Return what the report is called."""
    first, last = (_date(figures["days"][end]) for end in ("starts_on", "ends_on"))
    kind = ReportKind(figures["kind"])
    if kind is ReportKind.WEEKLY:
        when = f"{last.year}年第{last.isocalendar().week}周"
    elif kind is ReportKind.MONTHLY:
        when = f"{last.year}年{last.month}月"
    elif kind is ReportKind.ANNUAL:
        when = f"{last.year}年"
    else:
        autumn = first.month == 9
        year = first.year if autumn else first.year - 1
        when = f"{year}—{year + 1}学年第{'一' if autumn else '二'}学期"
    return f"{when}教育督导问题整改{kind.label}"


def _heading(figures: Figures, as_of: datetime) -> Row:
    at = as_of.astimezone(LOCAL)
    base, before = _span(figures["base"]), _span(figures["base_before"])
    return {
        "报告名称": title(figures),
        "县名": figures["county"],
        "编制单位": f"{figures['county']}人民政府教育督导委员会办公室",
        "编制日期": day(str(at.date())),
        "数据时间": f"{day(str(at.date()))}{at:%H:%M}",
        "期间": _span(figures["days"]),
        "上期": _span(figures["days_before"]),
        "统计范围": f"{base}下达的事项",
        "比较范围": f"{before}下达的事项",
    }


def _date(text: str) -> date:
    return date.fromisoformat(text)


def day(text: str) -> str:
    """Write a day as Chinese documents do."""
    if not text:
        return NONE
    on = _date(text)
    return f"{on.year}年{on.month}月{on.day}日"


def _span(period: Mapping[str, str]) -> str:
    return f"{day(period['starts_on'])}至{day(period['ends_on'])}"


def _rate(n: int, of: int) -> str:
    percent = Share(n, of).percent
    return NONE if percent is None else f"{percent:.1f}%"


def _happened(figures: Figures) -> list[Row]:
    counts = figures["counts"]
    says = {one["key"]: one["says"] for one in figures["marks"]}
    return [
        {
            "名称": name,
            "本期": counts[f"days.{key}"],
            "前期": counts[f"days_before.{key}"],
            "变化": _more(counts[f"days.{key}"] - counts[f"days_before.{key}"]),
            "说明": says[f"days.{key}"],
        }
        for name, key in HAPPENED.items()
    ]


def _more(difference: int) -> str:
    if not difference:
        return "持平"
    return f"增加{difference}件" if difference > 0 else f"减少{-difference}件"


def _indicator(one: Mapping[str, Any]) -> Row:
    now, then = Share(one["n"], one["of"]), Share(one["n_before"], one["of_before"])
    return {
        "分组": one["group"],
        "名称": one["name"],
        "公式": one["formula"],
        "分子": one["n"],
        "分母": one["of"],
        "比率": _rate(one["n"], one["of"]),
        "比较期": _rate(one["n_before"], one["of_before"]),
        "变化": _points(now, then),
        "说明": one["says"],
    }


def _points(now: Share, then: Share) -> str:
    if now.percent is None or then.percent is None:
        return NONE
    points = round(now.percent - then.percent, 1)
    if not points:
        return "持平"
    return f"{'上升' if points > 0 else '下降'}{abs(points)}个百分点"


def _tables(figures: Figures) -> Row:
    names = {"单位表": "units", "乡镇表": "towns", "部门表": "departments", "督学表": "inspectors"}
    tables: Row = {
        name: [_who(row, row["name"]) for row in figures[key]] for name, key in names.items()
    }
    categories = figures["categories"]
    tables["类别表"] = [_who(row, Category(row["category"]).label) for row in categories]
    tables["重复问题表"] = [
        {
            "名称": row["name"],
            "类别": Category(row["category"]).label,
            "件数": row["issued"],
            "反弹": row["relapsed"],
        }
        for row in figures["repeated"]
    ]
    return {**tables, **_rankings(figures), "周期表": _lengths(figures["lengths"])}


def _who(row: Mapping[str, Any], name: str) -> Row:
    return {
        "名称": name,
        "下达": row["issued"],
        "办结": row["verified"],
        "销号": row["closed_out"],
        "在期内未完成": row["within"],
        "逾期": row["overdue"],
        "反弹": row["relapsed"],
        "整改率": _rate(row["verified"], row["issued"]),
        "按期整改率": _rate(row["in_time"], row["due"]),
    }


def _rankings(figures: Figures) -> Row:
    def told(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
        return [
            {
                "名次": row["rank"] or NONE,
                "名称": row["name"],
                "分子": row["n"],
                "分母": row["of"],
                "比率": _rate(row["n"], row["of"]),
            }
            for row in rows
        ]

    in_time, rectified = figures["rankings"]["in_time"], figures["rankings"]["rectified"]
    return {
        "按期排名": told(in_time["ranked"]),
        "整改排名": told(rectified["ranked"]),
        "不排名": told(in_time["below"]),
    }


def _lengths(lengths: Mapping[str, Any]) -> list[Row]:
    rows = [(Category(row["category"]).label, row) for row in lengths["by_category"]]
    if lengths["rectified"]:
        rows.append(("合计", lengths["rectified"]))
    return [
        {
            "类别": name,
            "件数": row["cases"],
            "平均": f"{row['mean']:.1f}",
            "中位数": f"{row['median']:.1f}",
        }
        for name, row in rows
    ]


def _lists(figures: Figures) -> Row:
    more: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], Row]]] = {
        "逾期清单": (
            "overdue",
            lambda row: {
                "逾期天数": row["days"],
                "督办": Rung(row["rung"]).label if row["rung"] else NONE,
            },
        ),
        "预警清单": ("warned", lambda _row: {}),
        "销号清单": ("closed", lambda row: {"销号日期": day(row["closed_on"])}),
        "反弹清单": (
            "relapses",
            lambda row: {"认定": FollowUpResult(row["found"]).label, "轮次": f"第{row['cycle']}轮"},
        ),
    }
    lists: Row = {
        name: [{**_case(place, row), **of(row)} for place, row in enumerate(figures[key], 1)]
        for name, (key, of) in more.items()
    }
    lists["督办函清单"] = [
        {
            "序号": place,
            "文号": row["letter"],
            "印发日期": day(row["issued_on"]),
            "主送": row["to"],
            "编号": row["number"],
            "状态": LetterState(row["state"]).label,
        }
        for place, row in enumerate(figures["letters"], 1)
    ]
    return lists


def _case(place: int, row: Mapping[str, Any]) -> Row:
    return {
        "序号": place,
        "编号": row["number"],
        "单位": row["unit"],
        "问题": row["problem"],
        "类别": Category(row["category"]).label,
        "程度": Severity(row["severity"]).label,
        "期限": day(row["due_on"]),
        "预警灯": Light(row["light"]).label,
        "阶段": Stage(row["stage"]).label,
    }


#: What the figures of the appendix are about, by the beginning of their keys.
_ABOUT = {"stock": "在办", "days": "本期", "days_before": "上期", "base": "统计范围"}


def _appendix(figures: Figures) -> list[Row]:
    counts, named = figures["counts"], figures["appendix"]
    return [
        {
            "名称": f"{_ABOUT[one['key'].partition('.')[0]]}：{one['label']}",
            "口径": one["says"],
            "件数": counts[one["key"]],
            "编号": _listed(named[one["key"]], counts[one["key"]]),
        }
        for one in figures["marks"]
        if counts[one["key"]]
    ]


def _listed(numbers: Sequence[str], count: int) -> str:
    more = f"等{count}件" if count > len(numbers) else ""
    return "、".join(numbers) + more
