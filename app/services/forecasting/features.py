"""The few numbers by which cases are compared. One line each: what it is, and how it is counted.

A case in the first third of its time is compared with others in theirs: how far time has run
stands among the features, and lagging behind is weighed for each third by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

from app.domain.vocabulary import Mode, Severity, SourceLevel
from app.services.forecasting.records import KINDS, Records
from app.services.forecasting.seasons import vacation_share
from app.services.forecasting.views import Step, View


@dataclass(frozen=True, slots=True)
class Feature:
    """One number."""

    key: str
    #: What people call it.
    label: str
    #: Features that are told as one reason; see `wording`.
    group: str
    of: Callable[[View], float]


def _is(key: str, label: str, group: str, holds: Callable[[View], bool]) -> Feature:
    return Feature(key, label, group, lambda view: float(holds(view)))


def _lag_in(third: int) -> Callable[[View], float]:
    return lambda view: view.lag if view.third == third else 0.0


#: What a case shows by itself.
OWN = (
    _is("serious", "程度较重", "severity", lambda view: view.severity is Severity.SERIOUS),
    _is("major", "程度重大", "severity", lambda view: view.severity is Severity.MAJOR),
    _is("dated", "限期整改", "mode", lambda view: view.mode is Mode.DATED),
    _is("staged", "分阶段整改", "mode", lambda view: view.mode is Mode.STAGED),
    _is("standing", "长期坚持", "mode", lambda view: view.mode is Mode.STANDING),
    _is("higher", "上级督导发现", "level", lambda view: view.level is SourceLevel.HIGHER),
    Feature("period", "整改期限的长短（取对数）", "period", lambda view: log(view.period)),
    _is("middle", "期限已过三分之一", "time", lambda view: view.third >= 1),
    _is("last", "期限已过三分之二", "time", lambda view: view.third == 2),
    Feature("elapsed", "期限已过的比例", "time", lambda view: view.elapsed),
    Feature("lag_0", "进度落后于时间（前三分之一）", "lag", _lag_in(0)),
    Feature("lag_1", "进度落后于时间（中三分之一）", "lag", _lag_in(1)),
    Feature("lag_2", "进度落后于时间（后三分之一）", "lag", _lag_in(2)),
    _is("unsigned", "尚未签收", "step", lambda view: view.step is Step.UNSIGNED),
    _is("planning", "方案尚未报送", "step", lambda view: view.step is Step.PLANNING),
    _is("plan_review", "方案尚未审定", "step", lambda view: view.step is Step.PLAN_REVIEW),
    _is("reporting", "已申请报结，待签批", "step", lambda view: view.step is Step.REPORTING),
    Feature("quiet", "多久没有填报（占期限）", "quiet", lambda view: view.quiet / view.period),
    Feature("extensions", "已延期次数", "extensions", lambda view: float(view.extensions)),
    _is("rework", "报结后退回", "rework", lambda view: view.rework),
    _is("relapsed", "反弹重开", "relapsed", lambda view: view.relapsed),
    _is("missed_before", "此前已逾期", "missed_before", lambda view: view.missed_before),
    Feature(
        "vacation",
        "剩余时间在寒暑假的比例",
        "vacation",
        lambda view: vacation_share(view.on, view.due),
    ),
)
#: How like cases ended; the names of the kinds of likeness, in words.
LIKES = {
    "unit": "本单位以往的逾期率",
    "department": "同一主管部门以往的逾期率",
    "category": "同类问题以往的逾期率",
    "month": "同月到期的以往逾期率",
}
KEYS = (*(one.key for one in OWN), *KINDS)
GROUPS = {**{one.key: one.group for one in OWN}, **{kind: kind for kind in KINDS}}
LABELS = {**{one.key: one.label for one in OWN}, **LIKES}


def own(view: View) -> list[float]:
    """Return what a case shows by itself."""
    return [one.of(view) for one in OWN]


def like(view: View, records: Records) -> list[float]:
    """Return how like cases ended, as far as *records* knows."""
    return [records.stands_out(kind, key) for kind, key in view.likes.items()]
