"""Whether a template names only what there is: every fault told with the paragraph it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError, nodes

from app.domain.errors import Sentence
from app.services.reports.rendering import FILTERS, environment
from app.services.reports.variables import BY_NAME, Sort

#: What a loop knows of itself.
_LOOP = {"index", "index0", "first", "last", "length", "revindex"}
#: What templates are made of. Whatever else the language has could run on for ever or reach out.
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr),
    *(nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.Filter),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub, nodes.Concat),
)
_FULL_WIDTH = re.compile(r"[{｛]\s*[｛％]|｛\s*[{%]|[｝％]\s*[}｝]|[}%]\s*｝")
#: What each tag needs before it.
_PARTNERS = {"endif": "if", "else": "if", "elif": "if", "endfor": "for"}
#: Loops within loops multiply.
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and in which line of the template's text."""

    line: int
    what: Sentence


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which names are known at a place: the rows that loops run over, by the loop's name."""

    rows: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0


def faults(text: str) -> list[Fault]:
    """Return what is wrong with the names and the language of a template."""
    wide = list(_full_width(text))
    try:
        tree = environment().parse(text)
    except TemplateSyntaxError as error:
        return [*wide, Fault(error.lineno, _broken(error.message or ""))]
    return sorted([*wide, *_check(tree, _Scope())], key=lambda one: one.line)


def _full_width(text: str) -> Iterator[Fault]:
    """Find marks typed the Chinese way: nothing takes them for marks, so they'd be printed."""
    for number, line in enumerate(text.split("\n"), start=1):
        if _FULL_WIDTH.search(words(line)):
            yield Fault(number, Sentence("标记里的花括号和百分号要用半角（英文状态）输入。"))


def _broken(why: str) -> Sentence:
    """Say what the parser means: it speaks English, and of what it expected."""
    unknown = re.search(r"unknown tag '(.+?)'", why)
    if unknown and unknown[1] in _PARTNERS:
        told = "“%(tag)s”没有与它成对的“%(partner)s”，或者与别的标记交错了。"
        return Sentence(told, tag=unknown[1], partner=_PARTNERS[unknown[1]])
    if unknown:
        return Sentence("没有“%(tag)s”这种标记，只能用 if、for 和变量。", tag=unknown[1])
    missing = re.search(r"Unexpected end of template.*tags: '(.+?)'", why)
    if missing:
        partner = _PARTNERS.get(missing[1].split("'")[0], "if")
        told = "前面的“%(partner)s”没有结束，缺少“end%(partner)s”。"
        return Sentence(told, partner=partner)
    return Sentence("标记写得不对：一处写一个变量，前后各两个花括号，如 {{ 期间 }}。")


def _check(node: nodes.Node, scope: _Scope) -> Iterator[Fault]:
    if not isinstance(node, _ALLOWED):
        yield Fault(node.lineno, Sentence("模板里不能使用“%(what)s”。", what=type(node).__name__))
    elif isinstance(node, nodes.For):
        yield from _loop(node, scope)
    elif isinstance(node, nodes.Getattr):
        yield from _part(node, scope)
    elif isinstance(node, nodes.Name):
        yield from _name(node, scope)
    else:
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield Fault(node.lineno, Sentence("没有过滤器“%(name)s”。", name=node.name))
        for child in node.iter_child_nodes():
            yield from _check(child, scope)


def _loop(node: nodes.For, scope: _Scope) -> Iterator[Fault]:
    over, target = node.iter, node.target
    variable = BY_NAME.get(over.name) if isinstance(over, nodes.Name) else None
    if variable is None or variable.sort is not Sort.ROWS or not isinstance(target, nodes.Name):
        yield Fault(node.lineno, Sentence("循环只能是“for 行 in 某个表”，表名见变量说明。"))
        return
    if node.recursive or scope.depth >= _DEEPEST:
        yield Fault(node.lineno, Sentence("循环最多套两层。"))
        return
    inner = _Scope({**scope.rows, target.name: variable.name}, scope.depth + 1)
    for child in [*node.body, *([node.test] if node.test else [])]:
        yield from _check(child, inner)
    for child in node.else_:
        yield from _check(child, scope)


def _part(node: nodes.Getattr, scope: _Scope) -> Iterator[Fault]:
    of = node.node
    if not isinstance(of, nodes.Name):
        yield from _check(of, scope)
        yield _unknown(node, node.attr)
        return
    if of.name == "loop" and scope.depth:
        known = _LOOP
    elif of.name in scope.rows:
        known = set(BY_NAME[scope.rows[of.name]].fields)
    elif of.name in BY_NAME and BY_NAME[of.name].sort is Sort.RECORD:
        known = set(BY_NAME[of.name].fields)
    else:
        yield _unknown(of, of.name)
        return
    if node.attr not in known:
        yield _unknown(node, f"{of.name}.{node.attr}")


def _name(node: nodes.Name, scope: _Scope) -> Iterator[Fault]:
    if node.name not in BY_NAME and node.name not in scope.rows:
        yield _unknown(node, node.name)


def _unknown(node: nodes.Node, name: str) -> Fault:
    return Fault(node.lineno, Sentence("没有名为“%(name)s”的变量。", name=name))


def words(xml: str) -> str:
    """Return what a person reads in a stretch of a Word file's XML."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", xml)).strip()
