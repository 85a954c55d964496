"""The road of a case from issue to close-out, as a row of stations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext

from app.domain.case import Case
from app.domain.process import Task
from app.domain.vocabulary import Mode, Stage
from app.texts import label
from app.web.due import due_of_case

#: The stations, and what each is called on the road.
_NAMES = {
    Stage.ISSUED: lazy_gettext("签收"),
    Stage.PLANNING: lazy_gettext("制定方案"),
    Stage.PLAN_REVIEW: lazy_gettext("方案审核"),
    Stage.RECTIFYING: lazy_gettext("实施整改"),
    Stage.REPORTING: lazy_gettext("单位报结"),
    Stage.FIRST_REVIEW: lazy_gettext("部门初审"),
    Stage.VERIFICATION: lazy_gettext("核查"),
    Stage.PUBLIC_NOTICE: lazy_gettext("公示"),
    Stage.APPROVAL: lazy_gettext("审定"),
    Stage.CLOSED_OUT: lazy_gettext("销号"),
}
_STATIONS = tuple(_NAMES)
#: Stations that some cases go round, and a task that shows that this one didn't.
_OPTIONAL = {
    Stage.PLANNING: "draft_plan",
    Stage.PLAN_REVIEW: "draft_plan",
    Stage.PUBLIC_NOTICE: "publish_notice",
}
#: Where a case stands on the road while its stage is none of the stations.
_STANDS_AT = {
    Stage.CONTINUING: Stage.RECTIFYING,
    Stage.OBJECTION: Stage.ISSUED,
    Stage.FOLLOW_UP: Stage.CLOSED_OUT,
}


@dataclass(frozen=True, slots=True)
class Station:
    """One stage on the road."""

    label: str
    #: ``done``, ``here`` or ``ahead``.
    state: str
    late: bool = False


def road_of(case: Case, tasks: Sequence[Task]) -> list[Station]:
    """Return the stations of *case*; those it goes round are left out."""
    here = _stands_at(case)
    place = _STATIONS.index(here)
    keys = {task.key for task in tasks if task.process.cycle == case.cycle}
    late = due_of_case(case).state == "late"
    stations = []
    for number, stage in enumerate(_STATIONS):
        if number != place and _goes_round(case, stage, keys, behind=number < place):
            continue
        name = str(_NAMES[stage])
        state = "done" if number < place else "ahead"
        if number == place:
            name = name if case.stage is here else label(case.stage)
            state = "done" if here is Stage.CLOSED_OUT else "here"
        stations.append(Station(name, state, late and number == place))
    return stations


def _stands_at(case: Case) -> Stage:
    """Return the station at which a case stands, or stood when it was stopped."""
    stage = case.stage
    if stage not in _NAMES and stage not in _STANDS_AT:
        stage = case.stage_before or Stage.RECTIFYING
    return _STANDS_AT.get(stage, stage)


def _goes_round(case: Case, stage: Stage, keys: set[str], *, behind: bool) -> bool:
    if stage not in _OPTIONAL:
        return False
    if behind:
        return _OPTIONAL[stage] not in keys
    return stage is not Stage.PUBLIC_NOTICE and case.mode is Mode.IMMEDIATE
