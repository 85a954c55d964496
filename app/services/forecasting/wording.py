"""Why a chance is what it is, and what would help, in plain sentences about the case itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.domain.errors import Sentence
from app.services.forecasting.model import Said
from app.services.forecasting.records import Records
from app.services.forecasting.seasons import vacation_share
from app.services.forecasting.views import Step, View
from app.services.sentences import packed

#: How many reasons are told.
REASONS = 3
#: Part of all contributions below which a thing is no reason.
NO_REASON = 0.03


def _percent(part: float) -> int:
    return round(100 * part)


def _count(view: View, n: int) -> Sentence:
    return Sentence("已延期 %(n)s 次", n=n) if n else Sentence("没有延过期")


def _of_time(view: View) -> Sentence:
    return Sentence(
        "期限已过 %(part)s%%，还剩 %(left)s 日", part=_percent(view.elapsed), left=view.left
    )


def _of_lag(view: View) -> Sentence:
    return Sentence(
        "期限已过 %(part)s%%，进度填报 %(percent)s%%",
        part=_percent(view.elapsed),
        percent=view.percent,
    )


def _of_vacation(view: View) -> Sentence:
    part = _percent(vacation_share(view.on, view.due))
    return Sentence("剩余时间有 %(part)s%% 在寒暑假", part=part)


#: What each group of features says of a case.
_OWN: Mapping[str, Callable[[View], Sentence]] = {
    "severity": lambda view: Sentence("程度：%(word)s", word=Sentence(view.severity.label)),
    "mode": lambda view: Sentence("整改方式：%(word)s", word=Sentence(view.mode.label)),
    "level": lambda view: Sentence("来源：%(word)s", word=Sentence(view.level.label)),
    "period": lambda view: Sentence("整改期限共 %(days)s 日", days=view.period),
    "time": _of_time,
    "lag": _of_lag,
    "step": lambda view: Sentence("目前环节：%(word)s", word=Sentence(view.step.label)),
    "quiet": lambda view: Sentence("已 %(days)s 日没有填报", days=view.quiet),
    "extensions": lambda view: _count(view, view.extensions),
    "rework": lambda view: (
        Sentence("报结后被退回重新整改") if view.rework else Sentence("没有被退回过")
    ),
    "relapsed": lambda view: (
        Sentence("反弹后重新整改") if view.relapsed else Sentence("不是反弹事项")
    ),
    "missed_before": lambda view: (
        Sentence("此前已逾期过") if view.missed_before else Sentence("此前没有逾期")
    ),
    "vacation": _of_vacation,
}
#: What like cases say of it.
_LIKE: Mapping[str, str] = {
    "unit": "本单位以往 %(ended)s 件，逾期 %(missed)s 件",
    "department": "同一主管部门以往 %(ended)s 件，逾期 %(missed)s 件",
    "category": "同类问题以往 %(ended)s 件，逾期 %(missed)s 件",
    "month": "同月到期的以往 %(ended)s 件，逾期 %(missed)s 件",
}


def reasons(said: Said, view: View, records: Records) -> list[dict[str, Any]]:
    """Return the strongest contributions, with the share of each in all that moves the chance."""
    whole = sum(abs(push.by) for push in said.pushes) or 1.0
    return [
        {
            "group": push.group,
            "told": packed(_told(push.group, view, records)),
            "share": _percent(abs(push.by) / whole),
            "up": push.by > 0,
        }
        for push in said.pushes[:REASONS]
        if abs(push.by) / whole >= NO_REASON
    ]


def _told(group: str, view: View, records: Records) -> Sentence:
    if group in _OWN:
        return _OWN[group](view)
    ended, missed = records.of(group, view.likes[group])
    return Sentence(_LIKE[group], ended=ended, missed=missed)


_NEXT_STEP = {
    Step.UNSIGNED: "请单位先签收。",
    Step.PLANNING: "请单位尽快报送整改方案。",
    Step.PLAN_REVIEW: "请审核人员尽快审定整改方案。",
    Step.RECTIFYING: "请单位按方案推进，具备条件就申请报结。",
    Step.REPORTING: "请单位负责人尽快签批报结。",
}
#: Groups that can still be changed, and how; where the next step is what counts, that.
_HELPS: Mapping[str, str] = {
    "lag": "进度落后于时间，请单位加快并如实填报进展。",
    "quiet": "久未填报，请责任督学上门了解情况。",
    "vacation": "剩余时间多在假期，请提前安排主要措施。",
    "step": "",
    "time": "",
}


def advice(said: Said, view: View) -> Sentence:
    """Say what would help: the strongest of what raises the chance and can still be changed."""
    up: Sequence[str] = [push.group for push in said.pushes if push.by > 0]
    found = next((group for group in up if group in _HELPS), None)
    if found is None:
        return Sentence("主要原因是以往情况，请责任督学提前上门督促。")
    return Sentence(_HELPS[found] or _NEXT_STEP[view.step])
