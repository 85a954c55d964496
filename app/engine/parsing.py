"""Safe XML: the only door by which text that people upload becomes a tree.

Both diagrams and decision tables come in here, before anything else looks at them.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from app.domain.errors import InvalidDiagram, Problem

#: Far above any diagram that people draw; a bound on what an upload may cost.
MAX_BYTES = 2_000_000

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"

#: Of whatever is refused here.
_WHY = "读不懂或不安全的文件无从检查，也不能发布。"
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def parse_xml(text: str | bytes) -> Any:
    """Return the root element of *text*.

    Raises:
        InvalidDiagram: it is not well-formed, not UTF-8, too large, or carries a DOCTYPE or a
            processing instruction.
    """
    raw = _bytes(text)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise _refused("xml_syntax", "第 %(line)d 行不是合法的 XML。", line=line) from error
    if root.getroottree().xpath("//processing-instruction()"):
        raise _refused("xml_instruction", "文件中不得含有 XML 处理指令。")
    return root


def bpmn(name: str) -> str:
    """Return the qualified tag of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def camunda(name: str) -> str:
    """Return the qualified name of a ``camunda:`` attribute or element."""
    return f"{{{CAMUNDA}}}{name}"


def _bytes(text: str | bytes) -> bytes:
    """Check what can be checked before any parser sees it."""
    try:
        raw = text.encode() if isinstance(text, str) else bytes(text)
        if len(raw) > MAX_BYTES:
            raise _refused("xml_size", "文件超过 %(limit)d MB。", limit=MAX_BYTES // 1_000_000)
        raw.decode()
    except UnicodeError as error:
        raise _refused("xml_encoding", "文件须为 UTF-8 编码。") from error
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    declared = _ENCODING.match(raw)
    if b"\0" in raw or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")):
        raise _refused("xml_encoding", "文件须为 UTF-8 编码。")
    if b"<!DOCTYPE" in raw:
        raise _refused("xml_doctype", "文件中不得含有 DOCTYPE 声明。")
    return raw


def _refused(code: str, template: str, **params: Any) -> InvalidDiagram:
    return InvalidDiagram([Problem(code, None, template, params, why=_WHY)])
