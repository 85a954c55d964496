"""Element templates: our catalogue as the desktop Camunda Modeler offers it, in Chinese.

One for a person's task, one for each effect, one for each deadline of the rule book. The desktop
modeler writes by them the same settings that our own drawing board does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.rule_sets import TimeLimit
from app.domain.vocabulary import Role
from app.services import _letters, catalogue
from app.services._catalogue import EffectEntry
from app.services.design.parameters import LETTER_OUTCOMES, NAMES, REASONS, TERMS

SCHEMA = "https://unpkg.com/@camunda/element-templates-json-schema/resources/schema.json"
VERSION = 1

Template = dict[str, Any]
#: Value → what people call it.
Words = Mapping[str, str]

#: What is written there, not chosen, and how.
_WRITTEN = {"to": "通知岗位（多个用逗号隔开）"}
_ASIDE = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


def templates(
    forms: Iterable[str], limits: Iterable[TimeLimit], *, notices: Words, words: Words
) -> list[Template]:
    """Return all templates for a process with these forms and this rule book."""
    reasons = {reason: words.get(reason, reason) for reason in _letters.REASONS}
    return [
        _user_task(sorted(forms)),
        *(_effect(one, notices, reasons) for one in catalogue.EFFECTS.values()),
        *(_deadline(one) for one in limits),
    ]


def _template(key: str, name: str, on: str, properties: list[Template]) -> Template:
    return {
        "$schema": SCHEMA,
        "name": name,
        "id": f"xiaohao.{key}",
        "version": VERSION,
        "appliesTo": [on],
        "properties": properties,
    }


def _user_task(forms: list[str]) -> Template:
    roles = {str(role): role.label for role in Role if role not in _ASIDE}
    return _template(
        "user_task",
        "销号台·人工任务",
        "bpmn:UserTask",
        [
            _dropdown("办理角色", _attribute("candidateGroups"), roles),
            _dropdown("表单", _attribute("formKey"), {key: key for key in forms}),
            _text("办理人（可不填）", _attribute("assignee"), required=False),
            _text("英文名称", _property("name_en"), required=False),
        ],
    )


def _effect(entry: EffectEntry, notices: Words, reasons: Words) -> Template:
    choices: dict[tuple[str, str], Words] = {
        ("remind", "notice"): notices,
        ("settle_letter", "outcome"): LETTER_OUTCOMES,
        **dict.fromkeys(REASONS, reasons),
        **{of: {str(term): term.label for term in terms} for of, terms in TERMS.items()},
    }
    fields = [_hidden(_attribute("type"), "external"), _hidden(_attribute("topic"), entry.topic)]
    for name in sorted(entry.required | entry.optional):
        label = _WRITTEN.get(name) or NAMES.get(name, name)
        binding, options = _property(name), choices.get((entry.topic, name))
        is_needed = name in entry.required
        fields.append(
            _dropdown(label, binding, options)
            if options
            else _text(label, binding, required=is_needed)
        )
    return _template(f"effect.{entry.topic}", f"销号台·{entry.label}", "bpmn:ServiceTask", fields)


def _deadline(limit: TimeLimit) -> Template:
    """Return the template of one deadline; how long it is, the desktop modeler asks by itself."""
    template = _template(
        f"deadline.{limit.code}",
        f"销号台·期限 {limit.code} {limit.name.zh}",
        "bpmn:BoundaryEvent",
        [
            _hidden(_property("code"), limit.code),
            _hidden(_property("article"), limit.article.zh),
            _hidden(_property("article_en"), limit.article.en),
            _dropdown(
                "是办理期限（到期显示为逾期）",
                _property("deadline"),
                {"true": "是", "false": "否，只是提醒"},
            ),
        ],
    )
    if limit.span is not None:
        template["description"] = f"定时时长（Duration）填 {limit.span}。"
    return template


def _attribute(name: str) -> Template:
    return {"type": "property", "name": f"camunda:{name}"}


def _property(name: str) -> Template:
    return {"type": "camunda:property", "name": name}


def _hidden(binding: Template, value: str) -> Template:
    return {"type": "Hidden", "value": value, "binding": binding}


def _text(label: str, binding: Template, *, required: bool) -> Template:
    field: Template = {"label": label, "type": "String", "binding": binding}
    return field | {"constraints": {"notEmpty": True}} if required else field


def _dropdown(label: str, binding: Template, options: Words) -> Template:
    choices = [{"name": name, "value": value} for value, name in options.items()]
    return {"label": label, "type": "Dropdown", "choices": choices, "binding": binding}
