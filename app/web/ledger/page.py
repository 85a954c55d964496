"""The page of the ledger: its sheets and views, its columns, its lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.vocabulary import Light, Stage
from app.ledger_texts import heading, lines_of, name_of
from app.services import figures, ledger_lists, ledger_views
from app.services.cases import Filter
from app.services.ledger_entries import Entry
from app.services.ledger_export import editable
from app.services.ledger_fields import Column
from app.services.ledger_layouts import LAYOUTS, Layout, Shape
from app.services.ledger_lists import MOST_COUNTED, Asking, Sort
from app.web import cursor, narrowing
from app.web.ledger.asking import address, asked, kept
from app.web.ledger.blueprint import bp

PAGE = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as the page shows it."""

    column: Column
    heading: str
    #: Each on a line of its own.
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A column in the form of columns, and where it would go."""

    column: Column
    heading: str
    shown: bool
    earlier_url: str = ""
    later_url: str = ""


@bp.get("")
def page() -> ResponseReturnValue:
    """Show the ledger as the address asks for it, or as the person's own view has it."""
    if (elsewhere := _elsewhere()) is not None:
        return redirect(elsewhere)
    asking = asked()
    if request.args.getlist("column"):
        return redirect(address(asking, choose=1, _anchor="columns"))
    after, place = cursor.read_day(request.args.get("after")), narrowing.number("place") or 0
    found = ledger_lists.page(g.actor, asking, limit=PAGE, after=after, place=place if after else 0)
    total = ledger_lists.count(g.actor, asking)
    return render_template(
        "ledger/page.html",
        here="ledger",
        asking=asking,
        headings=[heading(asking.shape.layout, column) for column in asking.shape.columns],
        rows=[(entry, _cells(entry, asking.shape)) for entry in found.entries],
        total=total,
        many=total > MOST_COUNTED,
        query=asking.narrow.text,
        **_urls(asking, found, place, paged=bool(after)),
        **_choices(asking),
    )


def _elsewhere() -> str | None:
    """Return where a bare address leads: to a view with all that it asks for."""
    if request.args.keys() - {"view"}:
        return None
    number = narrowing.number("view")
    view = ledger_views.get(number, g.actor) if number else ledger_views.first(g.actor)
    if view is None:
        return None
    return url_for("ledger.page", **(view.asked | {"view": view.id}))


def _urls(
    asking: Asking, found: ledger_lists.Page, place: int, *, paged: bool
) -> dict[str, str | None]:
    after = cursor.write(*found.next) if found.next else None
    next_place = place + len(found.entries)
    return {
        "next_url": address(asking, after=after, place=next_place) if after else None,
        "first_url": address(asking) if paged else None,
        "export_url": address(asking, "ledger.export"),
        "save_url": address(asking, "ledger.save_view"),
        "plain_url": url_for("ledger.page", layout=asking.shape.layout.key),
        "usual_url": address(replace(asking, shape=Shape.of(asking.shape.layout.key))),
    }


def _choices(asking: Asking) -> dict[str, Any]:
    views = ledger_views.of(g.actor)
    number = narrowing.number("view")
    apart = {"layout", "columns", "sort", "view"}
    return {
        "layouts": [(one, name_of(one), _of_layout(asking, one)) for one in LAYOUTS],
        "layout_name": name_of(asking.shape.layout),
        "views": views,
        "view": next((view for view in views if view.id == number), None),
        "offered": _offered(asking),
        "choosing": bool(request.args.get("choose")),
        "kept": {k: v for k, v in kept(asking).items() if v},
        "kept_apart": {k: v for k, v in kept(asking).items() if v and k in apart},
        "narrowed": asking.narrow != Filter(),
        "stages": list(Stage),
        "lights": list(Light),
        "sorts": _sorts(),
        "figures": [(key, gettext(one.label)) for key, one in figures.FIGURES.items()],
        "returns": bool(editable(g.actor)),
        "most_counted": MOST_COUNTED,
    }


def _sorts() -> list[tuple[Sort, str]]:
    return [
        (Sort.ISSUED, gettext("按下达日期")),
        (Sort.LATEST, gettext("最新下达在前")),
        (Sort.DUE, gettext("按整改时限")),
    ]


def _of_layout(asking: Asking, layout: Layout) -> str:
    """Return the address of the same cases on another sheet."""
    params: dict[str, Any] = dict(ledger_lists.written(replace(asking, shape=Shape.of(layout.key))))
    return url_for("ledger.page", **params)


def _offered(asking: Asking) -> list[Offered]:
    shape, count = asking.shape, len(asking.shape.columns)
    found = [
        Offered(
            column,
            heading(shape.layout, column),
            True,
            _moved(asking, place, place - 1) if place else "",
            _moved(asking, place, place + 1) if place + 1 < count else "",
        )
        for place, column in enumerate(shape.columns)
    ]
    return found + [Offered(one, heading(shape.layout, one), False) for one in shape.absent]


def _moved(asking: Asking, place: int, to: int) -> str:
    columns = list(asking.shape.columns)
    columns.insert(to, columns.pop(place))
    shape = replace(asking.shape, columns=tuple(columns))
    return address(replace(asking, shape=shape), choose=1, _anchor="columns")


def _cells(entry: Entry, shape: Shape) -> list[Cell]:
    return [
        Cell(column, heading(shape.layout, column), lines_of(column.value(entry)))
        for column in shape.columns
    ]
