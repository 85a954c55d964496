"""The variables of a process: one namespace, and small ones of their own for repeated tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from app.domain.errors import EngineError
from app.domain.rules import Rule, Span

Variables = MutableMapping[str, Any]


class Scope(MutableMapping[str, Any]):
    """The variables of one instance of a repeated task, in front of those of the process.

    Only its own names are written here; every other name is the process's.
    """

    def __init__(self, own: dict[str, Any], outer: Variables) -> None:
        self.own = own
        self.outer = outer

    def __getitem__(self, name: str) -> Any:
        return self.own[name] if name in self.own else self.outer[name]

    def __setitem__(self, name: str, value: Any) -> None:
        (self.own if name in self.own else self.outer)[name] = value

    def __delitem__(self, name: str) -> None:
        del (self.own if name in self.own else self.outer)[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.own
        yield from (name for name in self.outer if name not in self.own)

    def __len__(self) -> int:
        return len(set(self.own) | set(self.outer))


def storable(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy that JSON can hold; a `Rule` or `Span` becomes its canonical text.

    Raises:
        EngineError: a value is none of boolean, number, text, list, object or ``None``.
    """
    return {str(name): _storable(name, value) for name, value in variables.items()}


def _storable(name: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (str, Rule, Span)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_storable(name, item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _storable(name, item) for key, item in value.items()}
    raise EngineError("变量“%(name)s”的值不能保存。", name=name)
