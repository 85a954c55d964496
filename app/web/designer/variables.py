"""Variables as the drawing board names them: what they mean, and what they may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from app.domain.form import components
from app.domain.vocabulary import (
    Category,
    ChangeKind,
    Mode,
    ObjectionState,
    Role,
    Severity,
    SourceLevel,
    Term,
)
from app.engine.outlines import Output
from app.texts import is_term, label, language, word

Choice = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a process."""

    name: str
    label: str
    #: ``text``, ``number``, ``yes``, ``date``, ``cycle`` or ``person``.
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()

    def told(self) -> Choice:
        """Return what the drawing board reads."""
        options = [{"value": value, "label": words} for value, words in self.options]
        named = f"{self.label}（{self.name}）" if self.label != self.name else self.name
        return {"value": self.name, "label": named, "kind": self.kind, "options": options}


#: What the program starts processes with: meaning, kind, or the words it is one of.
_STARTED: dict[str, tuple[str, str | type[Term]]] = {
    "severity": ("严重程度", Severity),
    "mode": ("整改方式", Mode),
    "category": ("问题类别", Category),
    "source_level": ("问题来源", SourceLevel),
    "cycle": ("整改轮次", "number"),
    "government": ("责任单位是部门或乡镇街道", "yes"),
    "due": ("整改期限", "date"),
    "blue_days": ("亮蓝灯提前的天数", "number"),
    "yellow_days": ("亮黄灯提前的天数", "number"),
    "progress_every": ("进展填报周期", "cycle"),
    "plan_returns": ("方案退回次数", "number"),
    "reassigned": ("由转办而来", "yes"),
    "reason": ("发函原因", "text"),
    "round": ("督办轮次", "number"),
    "lead_verifier": ("主核查人", "person"),
    "kind": ("申请种类", ChangeKind),
    "occasion": ("第几次申请", "number"),
    "days": ("累计延长天数", "number"),
    "by_rule": ("按规则的审批人", Role),
    "by_office": ("由督导办提出", "yes"),
    "filed_on": ("提出日期", "date"),
    "answer_on": ("答复期限", "date"),
    "outcome": ("复查结论", ObjectionState),
}


def start_variable(name: str) -> Variable:
    """Return a variable that the program sets; one it doesn't know is called by its name."""
    meaning, kind = _STARTED.get(name, (name, "text"))
    words = gettext(meaning) if name in _STARTED else name
    if isinstance(kind, str):
        return Variable(name, words, kind)
    return Variable(name, words, options=tuple((str(one), label(one)) for one in kind))


#: The kind of the variable that a field of a form declares.
_KINDS = {"number": "number", "checkbox": "yes", "datetime": "date"}


def variables_of_form(form: Mapping[str, Any]) -> Iterator[Variable]:
    """Yield what completing *form* lets the drawing decide on."""
    for field in components(form):
        own = field.get("properties", {})
        if own.get("variable"):
            kind = _KINDS.get(field.get("type", ""), "text")
            person = str(own.get("options", "")).startswith("users")
            yield Variable(
                own["variable"],
                _in_language(own, field),
                "person" if person else kind,
                tuple(_options(field.get("values") or ())),
            )


def _in_language(own: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    english = own.get("label_en") if language() == "en" else None
    return str(english or field.get("label") or field.get("key"))


def _options(values: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in values:
        english = one.get("label_en") if language() == "en" else None
        yield str(one.get("value")), str(english or one.get("label") or one.get("value"))


def decided(output: Output) -> Variable:
    """Return the variable that a decision table sets."""
    kinds = {"boolean": "yes", "integer": "number", "long": "number", "double": "number"}
    options = tuple((text, word(text) if is_term(text) else text) for text in output.texts)
    return Variable(output.name, output.label, kinds.get(output.type, "text"), options)
