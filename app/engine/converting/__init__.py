"""Files of other modelers: opened with everything kept, and ours given out so that they open there.

What has a meaning here is written in our way, what has none stays untouched, and each is a line of
the list that the analyst reads. Text in, text out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from app.domain.errors import InvalidDiagram, Problem
from app.engine.converting import camunda7, camunda8, formulas, frame, inline_forms, layout
from app.engine.converting.changes import Change, Changes
from app.engine.converting.conversion import Conversion
from app.engine.decisions import compile_decision
from app.engine.linting.formulas import formulas as formulas_of
from app.engine.linting.model import NODES, Model, kind
from app.engine.linting.names import read_names
from app.engine.parsing import parse_xml
from app.engine.step import Catalogue

__all__ = ["Change", "Converted", "convert", "decision_key", "exported"]


#: Elements of any kind in one file; the largest diagrams that people draw have a quarter of them.
MOST_ELEMENTS = 12_000
#: Of these, tasks, gateways and events; one process may have three hundred.
MOST_NODES = 3_000


@dataclass(frozen=True, slots=True)
class Converted:
    """A drawing in our way, with the forms that stood in it or came with it."""

    xml: str
    forms: Mapping[str, Any]
    changes: tuple[Change, ...]
    #: How many changes there were beyond those listed.
    left_out: int = 0


def convert(
    xml: str,
    catalogue: Catalogue,
    *,
    forms: Mapping[str, Any] | None = None,
    decisions: Mapping[str, str] | None = None,
) -> Converted:
    """Return a drawing of any modeler in our way, and what that changed.

    What is in our way already comes back letter by letter.

    Raises:
        InvalidDiagram: the text is not safe XML, or beyond all measure.
    """
    root = frame.declared(_parsed(xml))
    conversion = Conversion(root, catalogue, Changes(root), dict(forms or {}))
    frame.settle_family(conversion)
    frame.settle_process(conversion)
    camunda8.convert(conversion)
    camunda7.convert(conversion)
    formulas.convert(conversion)
    frame.settle_lanes(conversion)
    frame.tell_foreign(conversion)
    fitted: Mapping[str, Any] = conversion.forms
    if conversion.forms:
        names = _read_names(conversion.root, decisions or {}) - catalogue.variables
        fitted = inline_forms.fit(conversion, conversion.forms, names)
    frame.settle_platform(conversion)
    changes = conversion.changes
    is_changed = layout.complete(conversion.root) or any(one.now for one in changes.lines)
    text = _text(conversion.root) if is_changed else xml
    return Converted(text, fitted, tuple(changes.lines), changes.left_out)


def exported(xml: str) -> str:
    """Return a drawing as the desktop modeler opens it: profile named, every element drawn.

    Raises:
        InvalidDiagram: the text is not safe XML, or beyond all measure.
    """
    root = _parsed(xml)
    made = frame.declared(root)
    before = dict(made.attrib)
    frame.stamp(made)
    is_changed = layout.complete(made) or dict(made.attrib) != before or made is not root
    return _text(made) if is_changed else xml


def decision_key(dmn_text: str) -> str:
    """Return the id of the decision in a DMN file; empty if there is none.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    found = parse_xml(dmn_text).find("{*}decision")
    return "" if found is None else found.get("id") or ""


def _parsed(xml: str) -> Any:
    root = parse_xml(xml)
    elements = list(root.iter("{*}*"))
    nodes = sum(1 for one in elements if kind(one) in NODES)
    for count, most in ((len(elements), MOST_ELEMENTS), (nodes, MOST_NODES)):
        if count > most:
            template = "文件有 %(count)d 个元素，超过 %(most)d 个，请拆分后再导入。"
            told = {"count": count, "most": most}
            raise InvalidDiagram(
                [Problem("file/too_many_elements", root.get("id"), template, told)]
            )
    return root


def _read_names(root: Any, decisions: Mapping[str, str]) -> frozenset[str]:
    """Return the variables that the drawing and its tables read."""
    names = {name for one in formulas_of(Model(root)) for name in read_names(one.text)}
    for text in decisions.values():
        try:
            names |= set(compile_decision(text).inputs)
        except InvalidDiagram:
            continue
    return frozenset(names)


def _text(root: Any) -> str:
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written.decode()
