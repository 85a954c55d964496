"""逾期预测: which open cases will probably be late, why, and how far that can be believed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app import cursors
from app.domain.case import Case
from app.domain.forecast import Forecast
from app.services.forecasting import nightly, reading
from app.services.forecasting.calibration import TENTHS, Bin
from app.services.forecasting.card import Card
from app.services.forecasting.reading import Asked, Band
from app.services.narrowing import Narrowing
from app.texts import label
from app.web import narrowing, workbooks
from app.web.charts import Cell, Column, Row, Table
from app.web.monitor.blueprint import bp

PAGE = 50


@bp.get("/forecast")
def forecast() -> ResponseReturnValue:
    """List the open cases, the likeliest to be late first."""
    asked = Asked(narrowing.asked("band", "after"), narrowing.word(Band, "band"))
    after = cursors.number_after(request.args.get("after") or None, of="forecasts")
    model = reading.model_of(g.actor)
    found = reading.page(g.actor, asked, limit=PAGE + 1, after=after)
    kept = asked.narrow.written()
    banded: dict[str, Any] = {**kept, "band": asked.band}
    return render_template(
        "monitor/forecast.html",
        here="forecast",
        card=Card(model),
        rows=found[:PAGE],
        counts=reading.counts(g.actor, asked.narrow),
        bands=list(Band),
        band=asked.band,
        narrow=asked.narrow,
        narrowed=asked.narrow != Narrowing() or asked.band is not None,
        may_learn=nightly.may_learn(g.actor),
        band_url=lambda band: url_for("monitor.forecast", **kept, band=band),
        next_url=_next(found, banded),
        first_url=url_for("monitor.forecast", **banded) if after else None,
    )


def _next(found: list[Forecast], kept: dict[str, Any]) -> str | None:
    if len(found) <= PAGE:
        return None
    last = found[PAGE - 1]
    after = cursors.encode((last.chance, last.case_id), of="forecasts")
    return url_for("monitor.forecast", **kept, after=after)


@bp.post("/forecast")
def learn_forecast() -> ResponseReturnValue:
    """Learn from the history anew; the page of the job tells how far that is."""
    job = nightly.learn_now(g.actor)
    return redirect(url_for("jobs.job", job_id=job.id), 303)


@bp.get("/forecast/calibration")
def calibration() -> ResponseReturnValue:
    """Show what the forecast was learned from, what it weighs, and how often it was right."""
    model, lived = reading.model_of(g.actor), reading.lived(g.actor)
    card = Card(model)
    return render_template(
        "monitor/calibration.html",
        here="forecast",
        card=card,
        lived=lived,
        tested=_table(card.trial.bins, "test") if card.trial else None,
        lived_table=_table(lived.bins, "lived") if lived.n else None,
        may_learn=nightly.may_learn(g.actor),
    )


@bp.get("/forecast/calibration.xlsx")
def calibration_workbook() -> ResponseReturnValue:
    """Send what was called against what came true."""
    card, lived = Card(reading.model_of(g.actor)), reading.lived(g.actor)
    tested = card.trial.bins if card.trial else ()
    sheets = [
        (gettext("历史检验"), _table(tested, "test")),
        (gettext("实际预测"), _table(lived.bins, "lived")),
    ]
    return workbooks.answer(gettext("逾期预测校准"), sheets)


def _table(bins: Iterable[Bin], part: str) -> Table:
    """Write called against come true as a picture and its table."""
    columns = [
        Column(gettext("预测（平均，%）"), "blue"),
        Column(gettext("实际逾期（%）"), "yellow"),
        Column(gettext("逾期件数"), drawn=False),
        Column(gettext("件数"), drawn=False),
    ]
    return Table(
        heading=gettext("预测的可能性"),
        columns=columns,
        rows=[_row(one, part) for one in bins],
        unit="%",
        said=gettext("两根柱子一样高，说明预测可信。"),
        file=gettext("逾期预测校准"),
        excel=url_for("monitor.calibration_workbook"),
    )


def _row(one: Bin, part: str) -> Row:
    name = f"{one.tenth * TENTHS}%～{(one.tenth + 1) * TENTHS}%"
    figures = (round(100 * one.called, 1), round(100 * one.rate, 1), one.missed, one.n)
    return Row(name, [Cell(figure) for figure in figures], key=f"{part}-{one.tenth}")


@bp.app_template_global()
def forecast_of(case: Case) -> Forecast | None:
    """Return what is foretold of a case, for those whose business it is."""
    return reading.of_case(case, g.actor)


@bp.app_template_global()
def band_of(chance: int) -> str:
    """Return in words how likely a chance in thousandths is."""
    return label(Band.of(chance))
