"""What a form is filled in against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from app.forms.components import Options


class OnDemand(Mapping[str, Any]):
    """A mapping whose values are looked up when first asked for."""

    def __init__(self, look_up: Callable[[str], Any]) -> None:
        self._look_up = look_up
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@dataclass(frozen=True, slots=True)
class Setting:
    """The choices from the database, what conditions may refer to, and the reader's language."""

    options: Options = field(default_factory=dict)
    #: The process's variables.
    context: Mapping[str, Any] = field(default_factory=dict)
    #: What fresh fields show first, by dotted name: ``case.unit``.
    prefills: Mapping[str, Any] = field(default_factory=dict)
    language: str = "zh"


NOWHERE = Setting()


@dataclass(slots=True)
class Loading:
    """One load of answers: its setting, and what the conditions inside its tables read."""

    setting: Setting
    answers: Mapping[str, Any]


#: The load in progress. Schemas are shared between requests; what differs is kept here.
LOADING: ContextVar[Loading] = ContextVar("loading")
