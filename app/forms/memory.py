"""Remembering what was made of a form: published forms are few and never change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")

#: Forms remembered at once; one more and the one longest unused goes.
MOST = 512


class Remembered(Generic[Made]):
    """A function of a form whose results are kept as long as the form itself is in use.

    Forms are dictionaries and cannot be hashed, so they are told apart by identity; each entry
    holds its form, so that no other can come to have the same identity.
    """

    def __init__(self, make: Callable[..., Made]) -> None:
        self._make = make
        self._known: OrderedDict[Hashable, tuple[Mapping[str, Any], Made]] = OrderedDict()
        self._lock = Lock()

    def __call__(self, form: Mapping[str, Any], *key: Hashable) -> Made:
        """Return what was made of *form*, or make it."""
        name = (id(form), *key)
        with self._lock:
            if name in self._known:
                self._known.move_to_end(name)
                return self._known[name][1]
        made = self._make(form, *key)
        with self._lock:
            self._known[name] = (form, made)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return made
