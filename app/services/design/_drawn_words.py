"""What the elements of a drawing are called, and what they say of themselves, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from app.domain.errors import Listing, Sentence
from app.domain.vocabulary import Role, Stage
from app.engine.drawn import Drawn, Piece
from app.engine.kinds import KINDS
from app.services.catalogue import EFFECTS
from app.services.design._rule_words import drawn_rule
from app.services.design.changing import quoted

#: What each fact is called; those of other names are told by their path.
FACTS: Mapping[str, str] = {
    "name_en": "英文名称",
    "role": "办理人",
    "assignee": "指定办理人",
    "form": "表单",
    "effect": "动作",
    "decision": "决策表",
    "documentation": "说明",
    "condition": "条件",
    "loop": "多实例设置",
    "event": "事件类型",
    "message": "消息",
    "signal": "信号",
    "error": "错误",
    "escalation": "升级",
    "script": "脚本",
    "text": "文字",
    "called": "调用的流程",
    "process": "对应的流程",
    "scope": "所在的子流程",
    "clock": "定时类型",
    "isExecutable": "可执行",
    "property:stage": "进入的阶段",
    "property:unit": "办理单位",
    "property:code": "编号",
    "property:article": "依据",
    "property:article_en": "依据（英文）",
    "property:deadline": "环节期限标记",
    "property:notice": "提醒内容",
    "property:to": "通知对象",
    "property:reason": "事由",
    "property:subject": "办理对象",
    "property:variables": "起始变量",
}
CLOCKS = {"duration": "时长", "cycle": "循环", "date": "日期"}


class Words:
    """Names the elements of one drawing, in Chinese or with the English that they carry."""

    def __init__(self, drawn: Drawn, *, english: bool = False) -> None:
        self.drawn, self.english = drawn, english

    def name(self, piece: Piece) -> str:
        """Return what is written on an element."""
        return (piece.name_en or piece.name) if self.english else piece.name

    def called(self, piece: Piece) -> Sentence:
        """Say which element is meant, so that it can be found on the drawing."""
        if piece.is_flow:
            return self._flow(piece)
        host = self.drawn.get(piece.fact("host"))
        if host is not None:
            return self._on_host(piece, host)
        if piece.name:
            return Sentence("“%(name)s”", name=quoted(self.name(piece)))
        for flow in self.drawn.entering.get(piece.id, ()):
            before = self.drawn.get(flow.fact("source"))
            if before is not None and before.name:
                params = {"before": quoted(self.name(before)), "kind": self.kind(piece)}
                return Sentence("“%(before)s”之后的%(kind)s", **params)
        return Sentence("%(kind)s（%(id)s）", kind=self.kind(piece), id=piece.id)

    def clock(self, piece: Piece) -> Sentence:
        """Name a clock by its activity, and by its own name if that isn't just its length."""
        host = self.drawn.get(piece.fact("host"))
        if host is None or (piece.name and not piece.name[0].isdigit()):
            return self.called(piece)
        told = {"host": quoted(self.name(host) or host.id), "kind": self.kind(piece)}
        return Sentence("“%(host)s”的%(kind)s", **told)

    def ends(self, flow: Piece) -> Sentence:
        """Say from where to where a flow leads."""
        return Sentence(
            "%(source)s → %(target)s",
            source=self.at(flow.fact("source")),
            target=self.at(flow.fact("target")),
        )

    def at(self, key: str) -> Sentence:
        """Say which element has this id."""
        piece = self.drawn.get(key)
        return self.called(piece) if piece else Sentence("（%(id)s）", id=key or "—")

    def kind(self, piece: Piece) -> Sentence:
        """Say what an element is."""
        if piece.is_timer:
            is_due = piece.fact("property:deadline") == "true"
            return Sentence("期限") if is_due else Sentence("定时")
        return kind_word(piece.kind)

    def value(self, name: str, text: str) -> Sentence | Listing:
        """Say the value of a fact."""
        if name == "property:to":
            return Listing(_role(role.strip()) for role in text.split(","))
        if name == "effect" and text in EFFECTS and not self.english:
            return Sentence("“%(text)s”", text=EFFECTS[text].label)
        if name in ("scope", "process"):
            return self.at(text)
        return _VALUES.get(name, _quote)(text)

    def traits(self, piece: Piece) -> Listing:
        """Say what one wants to know of an element that was not there before."""
        told = [
            Sentence("%(fact)s：%(value)s", fact=fact_word(name), value=self.value(name, text))
            for name in ("role", "form", "effect", "decision", "called", "condition", "message")
            if (text := piece.fact(name))
        ]
        return Listing(told)

    def place(self, piece: Piece) -> tuple[Listing, Listing]:
        """Return what comes right before an element and right after it."""
        before = (flow.fact("source") for flow in self.drawn.entering.get(piece.id, ()))
        after = (flow.fact("target") for flow in self.drawn.leaving.get(piece.id, ()))
        return Listing(self._each(before)), Listing(self._each(after))

    def _each(self, keys: Iterable[str]) -> Iterable[Sentence]:
        return (self.at(key) for key in dict.fromkeys(keys))

    def _flow(self, piece: Piece) -> Sentence:
        ends = self.ends(piece)
        if not piece.name:
            return Sentence("%(kind)s%(ends)s", kind=kind_word(piece.kind), ends=ends)
        params = {"kind": kind_word(piece.kind), "name": quoted(self.name(piece))}
        return Sentence("%(kind)s“%(name)s”（%(ends)s）", ends=ends, **params)

    def _on_host(self, piece: Piece, host: Piece) -> Sentence:
        params = {"host": quoted(self.name(host) or host.id), "kind": self.kind(piece)}
        if piece.fact("property:deadline") == "true" or not piece.name:
            return Sentence("“%(host)s”的%(kind)s", **params)
        return Sentence("“%(host)s”的%(kind)s“%(name)s”", name=quoted(self.name(piece)), **params)


def _quote(text: str) -> Sentence:
    return Sentence("“%(text)s”", text=quoted(text))


def _role(text: str) -> Sentence:
    return Sentence(Role(text).label) if text in list(Role) else _quote(text)


def _stage(text: str) -> Sentence:
    return Sentence(Stage(text).label) if text in list(Stage) else _quote(text)


def _clock(text: str) -> Sentence:
    return Sentence(CLOCKS[text]) if text in CLOCKS else _quote(text)


_VALUES: Mapping[str, Callable[[str], Sentence]] = {
    "role": _role,
    "property:stage": _stage,
    "clock": _clock,
    "timer": drawn_rule,
}


def kind_word(kind: str) -> Sentence:
    """Say BPMN's word for an element in ours."""
    return Sentence(KINDS.get(kind, kind))


def fact_word(name: str) -> Sentence:
    """Say what a fact is called."""
    if name in FACTS:
        return Sentence(FACTS[name])
    told = name.removeprefix("property:").removeprefix("other:")
    if name.startswith("property:"):
        return Sentence("属性“%(name)s”", name=told)
    return Sentence("设置“%(name)s”", name=told)
