"""A rule set as a table has it: its limits and its policies, alone or beside another set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext

from app.deadline_texts import manner, said, span_text
from app.domain.rule_sets import Ground, RuleSet, TimeLimit
from app.texts import label, listed


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a policy says."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """What two sets say about the same."""

    code: str
    name: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether they say different things."""
        return self.left != self.right


def length(limit: TimeLimit) -> str:
    """Say how long a limit is, in which days."""
    if limit.span is None:
        return said(limit.limit)
    return gettext("%(span)s（%(manner)s）", span=span_text(limit.span), manner=manner(limit.span))


def consequence(limit: TimeLimit) -> str:
    """Say who hears of it when a limit runs out, and what happens then."""
    told = listed(label(role) for role in limit.told)
    told = gettext("通知%(roles)s", roles=told) if told else ""
    return gettext("；").join(part for part in (told, said(limit.effect)) if part)


def pairs(left: RuleSet, right: RuleSet) -> list[Pair]:
    """Set two rule sets side by side: limits first, then policies."""
    limits = [
        Pair(code, said(one.name), _whole(one, other), _whole(other, one))
        for code, one in left.limits.items()
        if (other := right.limits.get(code))
    ]
    agreed = [
        Pair("", gettext("%(topic)s：%(name)s", topic=topic, name=a.name), a.text, b.text)
        for (topic, ours), (_, theirs) in zip(policies(left), policies(right), strict=True)
        for a, b in zip(ours, theirs, strict=True)
    ]
    return limits + agreed


def _whole(limit: TimeLimit, beside: TimeLimit) -> str:
    """Say all that may differ from set to set, the name only where it does."""
    name = said(limit.name) if limit.name != beside.name else ""
    start = gettext("自%(start)s起", start=said(limit.start))
    parts = (name, length(limit), start, said(limit.applies), said(limit.article))
    return gettext("；").join(part for part in parts if part)


def policies(rules: RuleSet) -> list[tuple[str, list[Line]]]:
    """Say what the policies of a set allow, topic by topic."""
    return [
        (gettext("延期"), [Line(*line) for line in _extension(rules)]),
        (gettext("异议"), [Line(*line) for line in _objection(rules)]),
        (gettext("中止"), [Line(*line) for line in _suspension(rules)]),
    ]


def _extension(rules: RuleSet) -> Iterator[tuple[str, str]]:
    policy = rules.extension
    approvers = [
        gettext("第%(n)s次：%(role)s", n=n, role=label(role))
        for n, role in enumerate(policy.approvers, start=1)
    ]
    last = label(policy.approvers[-1])
    yield gettext("审批"), gettext("；").join(approvers)
    yield gettext("累计天数"), gettext("超过 %(days)s 日的，由上一级审批", days=policy.max_days)
    yield (
        gettext("次数"),
        gettext("一般不超过 %(times)s 次，再延由%(role)s审批", times=policy.max_times, role=last),
    )
    severities = listed(label(one) for one in policy.last_for)
    yield gettext("由最后一级审批的"), severities or gettext("无")
    yield (
        gettext("提出时间"),
        gettext("到期 %(days)s 个工作日前；过后提出的仍计逾期", days=policy.file_before),
    )
    within = gettext("不得超过原整改期限") if policy.within_original else gettext("不受原期限限制")
    yield gettext("每次时长"), within
    yield gettext("理由"), _grounds(policy.grounds)
    yield gettext("依据"), said(policy.article)


def _objection(rules: RuleSet) -> Iterator[tuple[str, str]]:
    policy = rules.objection
    for name, limit in (
        (gettext("提出"), policy.window),
        (gettext("受理"), policy.admission),
        (gettext("答复"), policy.answer),
    ):
        yield (
            name,
            gettext("%(limit)s，自%(start)s起", limit=length(limit), start=said(limit.start)),
        )
    yield gettext("答复机关"), said(policy.answered_by)
    stops = listed(policy.stops) or gettext("不停止任何期限，督导办决定中止的除外")
    yield gettext("办理期间停止的期限"), stops
    yield gettext("依据"), said(policy.article)


def _suspension(rules: RuleSet) -> Iterator[tuple[str, str]]:
    policy = rules.suspension
    yield gettext("理由"), _grounds(policy.grounds)
    severities = listed(label(one) for one in policy.last_for)
    decides = label(policy.approver)
    if severities:
        last = label(policy.last_approver)
        decides = gettext(
            "%(role)s；%(severity)s问题由%(last)s", role=decides, severity=severities, last=last
        )
    yield gettext("决定"), decides
    yield gettext("依据"), said(policy.article)


def _grounds(grounds: Iterable[Ground]) -> str:
    return listed(said(ground.name) for ground in grounds)
