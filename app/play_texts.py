"""The timeline of a play in words, and what may be chosen for its beginning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from app.deadline_texts import rule_text
from app.domain.design_terms import LineKind
from app.domain.vocabulary import (
    Category,
    ChangeKind,
    Light,
    Mode,
    Role,
    Severity,
    SourceLevel,
    Stage,
    Term,
)
from app.services import rule_sets
from app.services.design.charts import Chart
from app.services.design.timeline import Line
from app.texts import is_term, label, language, listed, local_moment, notice_template, said_in, word

#: What facts of a beginning are called.
FACTS = {
    "severity": lazy_gettext("问题程度"),
    "category": lazy_gettext("问题类别"),
    "mode": lazy_gettext("整改方式"),
    "source_level": lazy_gettext("问题来源"),
    "limit_days": lazy_gettext("整改天数"),
    "government": lazy_gettext("责任单位是政府或部门"),
    "cycle": lazy_gettext("第几轮整改"),
    "reassigned": lazy_gettext("转办而来"),
    "plan_returns": lazy_gettext("方案已退回次数"),
    "due": lazy_gettext("整改期限"),
    "kind": lazy_gettext("变更类型"),
    "occasion": lazy_gettext("第几次申请"),
    "days": lazy_gettext("天数"),
    "by_rule": lazy_gettext("规则规定的审批人"),
    "by_office": lazy_gettext("由督导办提出"),
    "reason": lazy_gettext("督办事由"),
    "round": lazy_gettext("第几次督办"),
    "lead_verifier": lazy_gettext("主核查人"),
    "filed_on": lazy_gettext("申请日期"),
    "answer_on": lazy_gettext("答复期限"),
    "outcome": lazy_gettext("结论"),
}
#: Of these the values are words of ours.
TERMS: Mapping[str, type[Term]] = {
    "severity": Severity,
    "category": Category,
    "mode": Mode,
    "source_level": SourceLevel,
    "kind": ChangeKind,
    "by_rule": Role,
}
#: Of no use to anybody but the drawing.
_SILENT = frozenset({"blue_days", "yellow_days", "progress_every", "plan_returns"})


def fact_name(name: str) -> str:
    """Return what a fact is called; one of an analyst's own, by its name."""
    return str(FACTS.get(name, name))


def value_text(name: str, value: Any) -> str:
    """Return the value of a fact as people say it."""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if name in TERMS and value in list(TERMS[name]):
        return label(TERMS[name](value))
    return word(value) if isinstance(value, str) and is_term(value) else str(value)


def line_text(line: Line, chart: Chart) -> str:
    """Return a line of the timeline as a sentence in the reader's language."""
    return _SAY[line.kind](line, chart)


def _name(line: Line, chart: Chart) -> str:
    """Return what the line's element is called: in Chinese as the play found it."""
    named = line.facts.get("name")
    return named if named and language() != "en" else chart.name_of(line.element, language())


def clock_name(line: Line, chart: Chart) -> str:
    """Return the name of a clock after that of the task it runs beside."""
    name = _name(line, chart)
    if language() == "en":
        name = rule_sets.in_english().get(str(line.facts.get("name")), name)
    node = chart.nodes.get(line.element)
    if node is None or not node.host:
        return name
    host = chart.name_of(node.host, language())
    return gettext("%(step)s：%(timer)s", step=host, timer=name)


def dated(line: Line, chart: Chart) -> str:
    """Return a line with its moment."""
    return f"{local_moment(line.at)} {line_text(line, chart)}"


def element_name(chart: Chart, element: str) -> str:
    """Return what an element is called; a clock after the task it runs beside."""
    name, node = chart.name_of(element, language()), chart.nodes.get(element)
    if node is None or not node.host:
        return name
    host = chart.name_of(node.host, language())
    return gettext("%(step)s：%(timer)s", step=host, timer=name)


def _values(said: Mapping[str, Any]) -> str:
    return "；".join(
        f"{fact_name(name)}：{value_text(name, value)}"
        for name, value in said.items()
        if name not in _SILENT and value != ""
    )


def _started(line: Line, chart: Chart) -> str:
    said = _values(line.facts["said"])
    return gettext("流程开始。%(said)s", said=said)


def _opened(line: Line, chart: Chart) -> str:
    role = line.facts["role"]
    who = label(Role(role)) if role in list(Role) else role
    return gettext("“%(name)s”到达，由%(who)s办理", name=_name(line, chart), who=who)


def _answered(line: Line, chart: Chart) -> str:
    said = _values(line.facts["said"])
    done = gettext("办理“%(name)s”", name=_name(line, chart))
    return f"{done}（{said}）" if said else done


def _armed(line: Line, chart: Chart) -> str:
    facts = line.facts
    told = gettext(
        "“%(name)s”开始计时（%(rule)s），%(due)s到期",
        name=clock_name(line, chart),
        rule=rule_text(facts["rule"]),
        due=facts["due"],
    )
    return told + (gettext("（暂定）") if facts.get("provisional") else "")


def _struck(line: Line, chart: Chart) -> str:
    return gettext("期限届满：%(name)s", name=clock_name(line, chart))


def _letter(line: Line, chart: Chart) -> str:
    facts = line.facts
    match facts["act"]:
        case "drafted":
            reason = word(facts["reason"])
            return gettext("起草督办函（%(reason)s），由督办函流程另行办理", reason=reason)
        case "issued":
            return gettext("印发督办函（%(number)s）", number=facts["number"])
        case "skipped":
            return gettext("决定不发督办函")
    return gettext("督办函办结")


def _notice(line: Line, chart: Chart) -> str:
    facts = line.facts
    roles = listed(label(Role(role)) for role in facts["to"] if role in list(Role))
    params = _Said({name: word(value) for name, value in facts.get("said", {}).items()})
    return gettext("通知%(roles)s：", roles=roles) + notice_template(facts["what"]) % params


class _Said(dict[str, str]):
    """What a notice says; what only a real case would know is left open."""

    def __missing__(self, key: str) -> str:
        return "…"


def _effect(line: Line, chart: Chart) -> str:
    params = listed(word(value) for value in line.facts.get("params", {}).values())
    told = gettext("系统办理：%(what)s", what=gettext(line.facts["label"]))
    return f"{told}（{params}）" if params else told


def _light(line: Line, chart: Chart) -> str:
    before, after = (label(Light(line.facts[name])) for name in ("before", "after"))
    return gettext("预警灯由%(before)s变为%(after)s", before=before, after=after)


def _stage(line: Line, chart: Chart) -> str:
    return gettext("事项进入“%(stage)s”", stage=label(Stage(line.facts["stage"])))


def _decided(line: Line, chart: Chart) -> str:
    rows = listed(str(number) for number in line.facts["rows"]) or "—"
    told = {"name": line.facts["name"], "rows": rows, "said": _values(line.facts["said"])}
    return gettext("决策表“%(name)s”：第%(rows)s条规则命中，得出%(said)s", **told)


def _way(line: Line, chart: Chart) -> str:
    gateway, target = (chart.name_of(one, language()) for one in (line.element, line.facts["to"]))
    flow = next((one for one in chart.flows if one.id == line.facts["what"]), None)
    name = line.facts["name"]
    if flow is not None:
        name = (language() == "en" and flow.name_en) or flow.name
    if not name:
        return gettext("“%(gateway)s”：走向“%(target)s”", gateway=gateway, target=target)
    sentence = "“%(gateway)s”：%(name)s，走向“%(target)s”"
    return gettext(sentence, gateway=gateway, name=name, target=target)


def _note(line: Line, chart: Chart) -> str:
    facts = line.facts
    match facts["what"]:
        case "withdrawn":
            return gettext("“%(name)s”自动收回，不再办理", name=_name(line, chart))
        case "not_imitated":
            name = chart.name_of(line.element, language())
            return gettext("“%(name)s”对事项本身的影响试走不模仿", name=name)
        case "sent":
            return gettext("送来消息“%(message)s”", message=facts["message"])
    return gettext("发出消息“%(message)s”", message=facts["message"])


def _finished(line: Line, chart: Chart) -> str:
    return gettext("流程结束")


def _stopped(line: Line, chart: Chart) -> str:
    say = line.facts["say"]
    reasons = [said_in(one) for one in say] if isinstance(say, list) else [said_in(say)]
    reason = " ".join(reasons)
    if not line.element:
        return gettext("停住：%(reason)s", reason=reason)
    name = chart.name_of(line.element, language())
    return gettext("停在“%(name)s”：%(reason)s", name=name, reason=reason)


_SAY: Mapping[LineKind, Callable[[Line, Chart], str]] = {
    LineKind.STARTED: _started,
    LineKind.OPENED: _opened,
    LineKind.ANSWERED: _answered,
    LineKind.ARMED: _armed,
    LineKind.STRUCK: _struck,
    LineKind.LETTER: _letter,
    LineKind.NOTICE: _notice,
    LineKind.EFFECT: _effect,
    LineKind.LIGHT: _light,
    LineKind.STAGE: _stage,
    LineKind.DECIDED: _decided,
    LineKind.WAY: _way,
    LineKind.NOTE: _note,
    LineKind.FINISHED: _finished,
    LineKind.STOPPED: _stopped,
}
