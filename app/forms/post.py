"""An HTML form post, read into the shape an API client would send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from app.forms.components import MOST_ROWS, Component, inputs_in, inputs_of

Post = MultiDict[str, str]
#: A row's number or a file's id; ``int`` itself refuses absurdly long ones with an error.
_SHORT = re.compile(r"[0-9]{1,15}")


def parse_post(form: Mapping[str, Any], post: Post, prefix: str = "") -> dict[str, Any]:
    """Return the answers in *post*, each as nearly of its type as the text allows.

    What is no number stays text: the schema says so, and the page shows it again.
    """
    return _read(inputs_in(form), post, prefix)


def _read(components: tuple[Component, ...], post: Post, prefix: str) -> dict[str, Any]:
    answers = {}
    for item in components:
        if item.type == "expression":
            continue
        value = _value(item, post, f"{prefix}{item.key}")
        if value is not None:
            answers[item.key] = value
    return answers


def _value(item: Component, post: Post, name: str) -> Any:
    if item.type == "dynamiclist":
        return _rows(item, post, name)
    if item.type == "checkbox":
        return name in post
    if item.type == "checklist":
        return [text for text in post.getlist(name) if text]
    if item.type == "filepicker":
        return [_integer(text) for text in post.getlist(name) if text]
    text = post.get(name)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").strip()
    return _number(text) if item.type == "number" else text


def row_numbers(post: Post, name: str) -> list[int]:
    """Return the numbers of the rows that *post* has of the table *name*, blank ones too."""
    start = f"{name}."
    rests = (key[len(start) :].partition(".")[0] for key in post if key.startswith(start))
    return sorted({int(rest) for rest in rests if _SHORT.fullmatch(rest)})[:MOST_ROWS]


def _rows(item: Component, post: Post, name: str) -> list[dict[str, Any]]:
    """Return the table's rows in order, without those left wholly empty."""
    columns = tuple(inputs_of(item.children))
    rows = (_read(columns, post, f"{name}.{number}.") for number in row_numbers(post, name))
    blank: dict[str, tuple[Any, ...]] = {
        column.key: ("", [], False, column.default) for column in columns
    }
    return [row for row in rows if any(row[key] not in blank[key] for key in row)]


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _integer(text: str) -> int | str:
    return int(text) if _SHORT.fullmatch(text) else text
