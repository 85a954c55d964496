"""Rule sets: how long each deadline is, from when, by which article; who may change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import fields
from marshmallow.utils import get_value

from app.api.schemas.fields import In, Out, Text, Word, absent, told
from app.deadline_texts import limit_text, said
from app.domain.rule_sets import Ground, RuleSet, TimeLimit
from app.domain.rules import Unit
from app.domain.vocabulary import Role, Severity


def _words(name: str, **metadata: Any) -> fields.Function:
    """Return a field for a text that the rule set has in both languages."""
    return told(lambda row: said(get_value(row, name)), "string", **metadata)


def _grounds(grounds: Sequence[Ground]) -> list[dict[str, str]]:
    return [{"key": ground.key, "name": said(ground.name)} for ground in grounds]


class LimitOut(Out):
    """One deadline of the rule book."""

    code = fields.String(metadata={"description": "Its number in the rule book, `T05`."})
    name = _words("name")
    number = told(lambda limit: limit.span.number if limit.span else None, ["integer", "null"])
    unit = Word(Unit, allow_none=True)
    roll = told(
        lambda limit: limit.span is not None and limit.span.rolls,
        "boolean",
        description="Whether a period that would end on a day of rest ends on the next workday.",
    )
    limit = _words("limit", description="What sets the length where it is no fixed number.")
    start = _words("start", description="What happened on the day that it is counted from.")
    article = _words("article", description="What it rests on.")
    applies = _words("applies", description="What it is limited to; empty for all.")
    text = told(limit_text, "string", description="All of it as a sentence.")
    told = fields.List(Word(Role), metadata={"description": "Who hears of it when it runs out."})
    effect = _words("effect", description="What else happens then.")
    source = fields.String(metadata={"description": "The rule set that fixed it."})


class ExtensionOut(Out):
    """How long and how often a period may be extended, and by whom."""

    max_days = fields.Integer()
    max_times = fields.Integer()
    file_before = fields.Integer(metadata={"description": "Workdays before the due date."})
    within_original = fields.Boolean()
    approvers = fields.List(Word(Role))
    last_for = fields.List(Word(Severity))
    grounds = told(lambda policy: _grounds(policy.grounds), "array", items={"type": "object"})
    article = _words("article")


class ObjectionOut(Out):
    """By when to object and to answer, and which clocks it stops."""

    window = fields.String(attribute="window.code")
    admission = fields.String(attribute="admission.code")
    answer = fields.String(attribute="answer.code")
    stops = fields.List(fields.String())
    answered_by = _words("answered_by")
    article = _words("article")


class SuspensionOut(Out):
    """On which grounds a case is suspended, and by whom."""

    approver = Word(Role)
    last_approver = Word(Role)
    last_for = fields.List(Word(Severity))
    grounds = told(lambda policy: _grounds(policy.grounds), "array", items={"type": "object"})
    article = _words("article")


class RuleSetBrief(Out):
    """A rule set by its name."""

    key = fields.String()
    name = _words("name")
    in_force = fields.Boolean(metadata={"description": "Whether the caller's county works by it."})


class RuleSets(Out):
    """Every rule set, the default first."""

    items = fields.List(fields.Nested(RuleSetBrief))


class RuleSetOut(Out):
    """By which limits the cases of a county run."""

    key = fields.String()
    name = _words("name")
    in_force = fields.Boolean(metadata={"description": "Whether the caller's county works by it."})
    laws = fields.List(fields.String())
    limits = fields.List(fields.Nested(LimitOut))
    extension = fields.Nested(ExtensionOut)
    objection = fields.Nested(ObjectionOut)
    suspension = fields.Nested(SuspensionOut)


class ChooseIn(In):
    """Which rule set the caller compared with."""

    instead_of = Text(
        32,
        load_default=absent,
        allow_none=True,
        metadata={"description": "Refused with 409 when the county works by another by now."},
    )


def whole(rules: RuleSet, in_force: RuleSet) -> dict[str, Any]:
    """Return what `RuleSetOut` writes."""
    limits: list[TimeLimit] = list(rules.limits.values())
    return {
        "key": rules.key,
        "name": rules.name,
        "in_force": rules.key == in_force.key,
        "laws": [said(law) for law in rules.laws],
        "limits": limits,
        "extension": rules.extension,
        "objection": rules.objection,
        "suspension": rules.suspension,
    }
