"""Pages that only some roles may open. The services check again; here we spare people the form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g

from app.domain.errors import NotAllowed
from app.domain.vocabulary import Role

Params = ParamSpec("Params")
Answer = TypeVar("Answer")


def office_only(view: Callable[Params, Answer]) -> Callable[Params, Answer]:
    """Open the page to the office alone."""

    @wraps(view)
    def guarded(*args: Params.args, **kwargs: Params.kwargs) -> Answer:
        if not g.actor.has(Role.OFFICE, Role.OFFICE_HEAD):
            raise NotAllowed("该页面由督导办使用。")
        return view(*args, **kwargs)

    return guarded
