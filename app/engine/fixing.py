"""Mend a finding of the linter by itself: text in, text out."""

from __future__ import annotations

from typing import Any

from lxml import etree

from app.domain.errors import DomainError
from app.engine.linting import RULES
from app.engine.linting.fixes import FIXES
from app.engine.linting.model import Model, element_id
from app.engine.parsing import parse_xml
from app.engine.step import Catalogue, Source

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class CannotFix(DomainError):
    """这个问题不能自动修复，或已经改好；请按提示修改，或重新检查。"""

    code = "cannot_fix"


def fix(source: Source, catalogue: Catalogue | None, *, code: str, element: str | None) -> str:
    """Return the drawing with one finding mended: what the rule *code* has against *element*.

    Raises:
        InvalidDiagram: the drawing is not safe XML.
        CannotFix: the rule finds nothing there, or only people can mend it.
    """
    root = parse_xml(source.xml)
    model = Model(root, catalogue, source)
    found = [
        (rule.fix, finding)
        for rule in RULES
        if rule.code == code and rule.fix
        for finding in rule.findings(model)
        if finding.can_fix and element_id(finding.element) == element
    ]
    if not found:
        raise CannotFix
    for name, finding in found:
        FIXES[name](model, finding)
    return _written(root, source.xml)


def _written(root: Any, before: str) -> str:
    text = etree.tostring(root.getroottree(), encoding="unicode")
    has_declaration = before.lstrip("\ufeff \t\r\n").startswith("<?xml")
    return _DECLARATION + text if has_declaration else text
