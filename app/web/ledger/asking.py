"""What the address of the ledger asks for: sheet, columns and their order, which cases."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.domain.vocabulary import Light, Stage
from app.services import ledger_lists
from app.services.cases import Filter
from app.services.ledger_layouts import Shape
from app.services.ledger_lists import Asking, Sort
from app.web import narrowing

#: Besides what narrows figures everywhere; ``column`` comes from the form of columns.
NAMES = ("layout", "columns", "column", "sort", "q", "stage", "light", "figure")
#: Where on the ledger one is, which view it is, and whether the columns are being chosen.
_PLACE = ("view", "after", "place", "choose")


def asked() -> Asking:
    """Return what the address asks for.

    Raises:
        Invalid: something in it means nothing; it is named.
    """
    within = narrowing.asked(*NAMES, *_PLACE)
    narrow = Filter(
        text=request.args.get("q", "").strip()[:100],
        stage=narrowing.word(Stage, "stage"),
        light=narrowing.word(Light, "light"),
        figure=request.args.get("figure", "").strip()[:40],
        within=within,
    )
    columns = [key for key in request.args.get("columns", "").split(",") if key]
    shape = Shape.of(request.args.get("layout", ""), request.args.getlist("column") or columns)
    return Asking(narrow, shape, narrowing.word(Sort, "sort") or Sort.ISSUED)


def address(asking: Asking, endpoint: str = "ledger.page", **more: Any) -> str:
    """Return the address under *endpoint* at which the same is asked for."""
    return url_for(endpoint, **kept(asking), **more)


def kept(asking: Asking) -> dict[str, Any]:
    """Return the parameters by which the same is asked for."""
    return {**ledger_lists.written(asking), "view": narrowing.number("view")}
