"""What can be kept of what people and programs send, whatever their kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: Levels of lists and objects in one value; no form has more than four.
DEEPEST = 50
#: What no database column can hold: NUL, and halves of characters.
UNKEEPABLE = re.compile(r"[\x00\ud800-\udfff]")
#: What no printed page can show either; tabs and line ends can.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class TooDeep(ValueError):
    """A value is nested so deep that whatever writes it down again would give up."""


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, names too.

    Raises:
        TooDeep: it is nested deeper than `DEEPEST`.
    """
    rest = [value]
    for _ in range(DEEPEST):
        yield from (item for item in rest if isinstance(item, str))
        rest = [inner for item in rest for inner in _inside(item)]
        if not rest:
            return
    raise TooDeep


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return (*value.keys(), *value.values())
    return value if isinstance(value, list | tuple) else ()
