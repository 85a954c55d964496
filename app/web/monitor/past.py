"""往日台账: the register as it was at the end of any day, what changed since another, for audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from flask import flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.clock import today
from app.domain.errors import Invalid
from app.domain.vocabulary import Light, Mode, Stage
from app.services.narrowing import stretch_of
from app.services.past import reach, register, totals, workbook
from app.services.past.anchors import covering
from app.services.sheets import EXCEL
from app.texts import label, step_name_in
from app.web import cursor, narrowing
from app.web.monitor.blueprint import bp

PAGE = 50
_OWN = ("day", "since", "show")
_ONE_DAY = timedelta(days=1)
#: What two days are compared by, in words.
FACTS = {
    "stage": "阶段",
    "light": "预警灯",
    "percent": "进度",
    "due_on": "整改期限",
    "lead": "责任单位",
    "cycle": "整改轮次",
    "key_item": "重点事项",
    "mode": "整改方式",
}
_TERMS = {"stage": Stage, "light": Light, "mode": Mode}


@bp.get("/past")
def past() -> ResponseReturnValue:
    """Show the register as it stood at the end of a day."""
    asked = _asked("after")
    after = cursor.read_moment(request.args.get("after"))
    found = register.page(asked, g.actor, limit=PAGE, after=after)
    counted = totals.totals(asked.on(asked.day), g.actor)
    return render_template(
        "monitor/past.html",
        here="past",
        asked=asked,
        found=found,
        totals=counted,
        before=totals.totals(asked.on(asked.since), g.actor) if asked.since else None,
        sees_all=reach.sees_all(g.actor),
        anchor=covering(asked.until),
        address=_address(asked),
        kept=_kept(asked),
        days=_days(),
        change_words=change_words,
        stages=Stage,
        lights=Light,
        step_name_in=step_name_in,
        next_url=_address(asked)(after=cursor.write(*found.next)) if found.next else None,
        first_url=_address(asked)() if after else None,
    )


def _asked(*more: str) -> reach.Asked:
    """Read which day is asked for; without one, yesterday."""
    reach.sees_all(g.actor)
    narrow = narrowing.asked(*_OWN, *more)
    day = narrowing.day("day") or today() - _ONE_DAY
    return reach.Asked(day, narrow, request.args.get("show", ""), narrowing.day("since"))


def _kept(asked: reach.Asked) -> dict[str, Any]:
    told = {"day": asked.day.isoformat(), "since": asked.since and asked.since.isoformat()}
    told |= {"show": asked.show, **asked.narrow.written()}
    return {name: value for name, value in told.items() if value}


def _address(asked: reach.Asked) -> Any:
    """Return what gives the address of this page with something in it changed."""
    kept = _kept(asked)
    return lambda **more: url_for("monitor.past", **{**kept, **more})


def _days() -> list[tuple[str, date]]:
    """Return the days that are asked for most, with what they are called."""
    now = today()
    month = now.replace(day=1) - _ONE_DAY
    return [
        (gettext("昨日"), now - _ONE_DAY),
        (gettext("上月末"), month),
        (gettext("上学期末"), stretch_of(now) - _ONE_DAY),
        (gettext("去年末"), date(now.year - 1, 12, 31)),
    ]


def change_words(change: register.Change) -> tuple[str, str, str]:
    """Return what changed, and its values, in the reader's language."""
    name = gettext(FACTS[change.fact])
    return name, _value(change.fact, change.before), _value(change.fact, change.after)


def _value(fact: str, value: Any) -> str:
    if value is None:
        return gettext("当时未记录")
    if fact in _TERMS:
        return label(_TERMS[fact](value))
    if fact == "key_item":
        return gettext("是") if value else gettext("否")
    return f"{value}%" if fact == "percent" else str(value)


@bp.post("/past/totals")
def past_totals() -> ResponseReturnValue:
    """Have a job count what one would have to wait for."""
    job = totals.order(_asked().on(_asked().day), g.actor)
    return redirect(url_for("jobs.job", job_id=job.id), 303)


@bp.post("/past/export")
def past_export() -> ResponseReturnValue:
    """Give the register of the day as a workbook; a large one is written by a job."""
    asked = _asked()
    if totals.is_much(asked, g.actor):
        job = workbook.order(asked, g.actor)
        flash(gettext("件数较多，正在后台导出，完成后在此下载。"))
        return redirect(url_for("jobs.job", job_id=job.id), 303)
    made = BytesIO(workbook.made_now(asked, g.actor))
    return send_file(made, mimetype=EXCEL, as_attachment=True, download_name=_name(asked.day))


def _name(day: date) -> str:
    return gettext("往日台账%(day)s.xlsx", day=f"{day:%Y%m%d}")


@bp.get("/past/exports/<int:job_id>")
def past_file(job_id: int) -> ResponseReturnValue:
    """Give the workbook that a job has written."""
    path = workbook.made_by(job_id, g.actor)
    return send_file(
        path, mimetype=EXCEL, as_attachment=True, download_name=gettext("往日台账.xlsx")
    )


@bp.get("/past/cases/<number>")
def past_case(number: str) -> ResponseReturnValue:
    """Show the lines of history by which a case is known to have stood so."""
    day = _day_of_case()
    found = register.trace(number, day, g.actor)
    return render_template(
        "monitor/past_case.html",
        here="past",
        traced=found,
        day=day,
        told=told_by,
        whole=reach.sees_all(g.actor),
        overdue=found.standing.overdue_on(day),
    )


def _day_of_case() -> date:
    unknown = [name for name in request.args if name != "day"]
    if unknown:
        raise Invalid(fields={name: [gettext("没有这个条件。")] for name in unknown})
    return narrowing.day("day") or today() - _ONE_DAY


def told_by(now: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the facts that a line was the first to tell, in words."""
    return [(gettext(FACTS[name]), _value(name, now[name])) for name in FACTS if name in now]
