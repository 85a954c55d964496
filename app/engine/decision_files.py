"""DMN files as they are written: one decision with one table."""

from __future__ import annotations

from typing import Any

from app.domain.errors import InvalidDiagram, Problem


class InvalidDecision(InvalidDiagram):
    """决策表无法执行，请按问题清单修改。"""

    code = "invalid_decision"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.template = self.__doc__ or ""


def only_decision(root: Any) -> Any:
    """Return the one decision of a file.

    Raises:
        InvalidDecision: it holds none, several, or one that is no table.
    """
    found = root.findall("{*}decision")
    if len(found) != 1 or not found[0].get("id"):
        template = "一个文件须恰好有一张决策表（decision），且有 id。"
        raise InvalidDecision([Problem("decision/one_table", None, template)])
    if found[0].find("{*}decisionTable") is None:
        raise InvalidDecision(
            [Problem("decision/one_table", found[0].get("id"), "只支持决策表（decisionTable）。")]
        )
    if found[0].find("{*}informationRequirement/{*}requiredDecision") is not None:
        raise InvalidDecision(
            [Problem("decision/one_table", found[0].get("id"), "决策表不能引用其他决策。")]
        )
    return found[0]


def text_in(element: Any) -> str:
    """Return what is written in a cell or at the head of a column."""
    found = element.find("{*}text") if element is not None else None
    return str(found.xpath("string()")) if found is not None else ""


def label_of(column: Any) -> str:
    """Return what people call a column."""
    return column.get("label") or column.get("name") or column.get("id") or "?"
