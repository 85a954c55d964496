"""What a decision table calls itself and what it decides, for those who draw with it."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.tabulating import Table, tabulate


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
    table = tabulate(xml)
    places = (place for place, column in enumerate(table.columns) if column.is_output)
    return table.name or table.key, [_output(table, place) for place in places]


def _output(table: Table, place: int) -> Output:
    column = table.columns[place]
    given = [row.cells[place] for row in table.rows if place < len(row.cells)]
    texts = [text[1:-1] for text in given if len(text) > 2 and text[0] == text[-1] == '"']
    return Output(column.text, column.label, column.type, tuple(dict.fromkeys(texts)))
