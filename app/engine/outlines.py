"""What a decision table calls itself and what it decides, for those who draw with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.parsing import parse_xml


@dataclass(frozen=True, slots=True)
class Output:
    """One column of results."""

    name: str
    label: str
    #: ``string``, ``boolean``, ``integer`` …
    type: str
    #: The texts that its cells give, each once.
    texts: tuple[str, ...]


def decision_outline(xml: str) -> tuple[str, list[Output]]:
    """Return a table's name and its columns of results, whether or not it could be run.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    root = parse_xml(xml)
    named = next(root.iter("{*}decision"), None)
    name = named.get("name") or named.get("id") or "" if named is not None else ""
    cells = [_results(rule) for rule in root.iter("{*}rule")]
    columns = enumerate(root.iter("{*}output"))
    return name, [_output(column, cells, place) for place, column in columns]


def _results(rule: Any) -> list[str]:
    return [(entry.findtext("{*}text") or "").strip() for entry in rule.iter("{*}outputEntry")]


def _output(column: Any, cells: list[list[str]], place: int) -> Output:
    given = [row[place] for row in cells if place < len(row)]
    texts = [text[1:-1] for text in given if len(text) > 2 and text[0] == text[-1] == '"']
    name = column.get("name") or ""
    label = column.get("label") or name
    return Output(name, label, column.get("typeRef") or "", tuple(dict.fromkeys(texts)))
