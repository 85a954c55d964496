"""The page of deadlines: which of its views is asked for, and what all of them have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import request
from flask.typing import ResponseReturnValue

from app.domain.errors import Invalid, Sentence
from app.web.timers.blueprint import bp
from app.web.timers.ledger import draw as draw_ledger
from app.web.timers.listing import draw as draw_list
from app.web.timers.month import draw as draw_month
from app.web.timers.timeline import draw as draw_timeline

_VIEWS: Mapping[str, Callable[[], str]] = {
    "list": draw_list,
    "month": draw_month,
    "timeline": draw_timeline,
    "ledger": draw_ledger,
}
#: Parameters of the ledger in addresses from before it was one view among others.
_OF_LEDGER = ("state", "check", "code", "unit")


@bp.get("/monitor/timers")
def page() -> ResponseReturnValue:
    """Show the deadlines that the person may see, in the view that the address names."""
    return _VIEWS[_view()]()


def _view() -> str:
    asked = request.args.get("view", "")
    if asked in _VIEWS:
        return asked
    if asked:
        told = Sentence("“%(text)s”不是“%(name)s”的有效取值。", name="view", text=asked[:40])
        raise Invalid(fields={"view": [told]})
    return "ledger" if any(name in request.args for name in _OF_LEDGER) else "list"
