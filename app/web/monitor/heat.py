"""流程热力图: how much waits at each step of a process, how long steps take, and for whom."""

from __future__ import annotations

from typing import Any

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue

from app.domain.errors import NotFound
from app.services import heat as heats
from app.services import waiting as queues
from app.services.dwell import REACH, SAMPLE
from app.texts import drawn_name
from app.web import cursor, narrowing, workbooks
from app.web.monitor.blueprint import bp
from app.web.monitor.heat_view import By, Shown, Sort, View, version_name
from app.web.monitor.passage import passage_page

#: Parameters of the page besides those that all figures are narrowed down by.
_OWN = ("version", "by", "sort", "step")
PAGE = 50
#: How many of those that wait the panel of a step shows.
LONGEST = 5


@bp.get("/diagrams")
@bp.get("/diagrams/<key>")
def heat(key: str = heats.MAIN) -> ResponseReturnValue:
    """Show a process with what is open at each step; or the way of one case through it."""
    if request.args.get("case"):
        return passage_page(key)
    view = _view(key)
    return render_template(
        "monitor/heat.html",
        here="heat",
        view=view,
        narrow=view.heat.asked.narrow,
        kinds=heats.kinds(),
        By=By,
        row=view.row(view.shown.step),
        queue=_longest(view) if view.row(view.shown.step) else None,
        version_name=version_name,
        sample=SAMPLE,
        reach=REACH,
    )


@bp.get("/diagrams/<key>/numbers")
def heat_numbers(key: str) -> ResponseReturnValue:
    """Give out the numbers anew: the page asks for them while it is open."""
    return render_template("monitor/_heat_numbers.html", view=_view(key), By=By)


@bp.get("/diagrams/<key>/table.xlsx")
def heat_table(key: str) -> Response:
    """Give out the table as a workbook."""
    view = _view(key)
    return workbooks.answer(view.file, [(view.name, view.table)])


@bp.get("/diagrams/<key>/steps/<step>/panel")
def heat_panel(key: str, step: str) -> ResponseReturnValue:
    """Give out the panel of one step: its figures, and what waits longest."""
    view = _view(key, step)
    row = view.row(step)
    if row is None:
        raise NotFound
    return render_template("monitor/_heat_panel.html", view=view, row=row, queue=_longest(view))


@bp.get("/diagrams/<key>/steps")
@bp.get("/diagrams/<key>/steps/<step>")
def waiting(key: str, step: str = "") -> ResponseReturnValue:
    """List the tasks behind a number: what is open, or overdue, at one step or at all of them."""
    narrow = narrowing.asked("version", "overdue", "after")
    version, overdue = narrowing.number("version"), bool(narrowing.flag("overdue"))
    asked = heats.asked_of(g.actor, key, version, narrow)
    counts, drawn = heats.counts(asked), heats.step_of(key, step)
    if step and drawn is None and step not in counts:
        raise NotFound
    after = cursor.read_moment(request.args.get("after"))
    steps = [step] if step else list(counts)
    found = queues.page(asked, steps, overdue=overdue, limit=PAGE, after=after)
    return render_template(
        "monitor/heat_waiting.html",
        here="heat",
        asked=asked,
        diagram=heats.kind_of(key).newest,
        name=drawn_name(drawn, step),
        step=step,
        version=version,
        overdue=overdue,
        queue=found,
        count=heats.sum_of(counts[one] for one in steps if one in counts),
        address={"key": key, "step": step or None, **_kept(version, asked, overdue=overdue)},
        next=cursor.write(*found.next) if found.next else None,
        after=after,
        version_name=version_name,
    )


def _kept(version: int | None, asked: heats.Asked, *, overdue: bool) -> dict[str, Any]:
    return {"version": version, "overdue": int(overdue) or None, **asked.narrow.written()}


def _view(key: str, step: str = "") -> View:
    narrow = narrowing.asked(*_OWN)
    found = heats.heat_of(g.actor, key, narrowing.number("version"), narrow)
    by, sort = narrowing.word(By, "by") or By.COUNT, narrowing.word(Sort, "sort") or Sort.STEP
    return View(found, Shown(by, sort, step or request.args.get("step", "")[:64]))


def _longest(view: View) -> queues.Page:
    return queues.page(view.heat.asked, [view.shown.step], limit=LONGEST)
