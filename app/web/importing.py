"""Importing a ledger: choose a file, see what is right and wrong in it, then decide."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import DomainError, Invalid, TooLarge
from app.domain.job import Job
from app.http import status_of
from app.services import jobs, ledger, ledger_jobs, ledger_template, parcels
from app.services.ledger import LedgerRejected, Preview
from app.services.ledger_files import LARGEST
from app.services.ledger_jobs import Intake
from app.services.sheets import EXCEL
from app.texts import say
from app.web import given
from app.web.access import office_only

bp = Blueprint("importing", __name__, url_prefix="/cases/import")

#: Rows shown of what is right, and of what is wrong.
SHOWN = 200


@bp.get("")
@office_only
def page() -> ResponseReturnValue:
    """Ask for a file."""
    return _draw()


@bp.post("")
@office_only
def check() -> ResponseReturnValue:
    """Check the file row by row and show what importing it would do."""
    try:
        data, name = given.file(LARGEST)
        preview = ledger.check(data, name, g.actor)
    except (Invalid, TooLarge) as error:
        return _draw(fault=say(error)), status_of(error)
    session["ledger"] = [parcels.put(_folder(), data), name]
    return _draw(preview=preview, name=name)


@bp.post("/run")
@office_only
def run() -> ResponseReturnValue:
    """Import the file that was checked: all of it, or its right rows only."""
    parcel, name = session.get("ledger") or ("", "")
    key = f"ledger:{parcel}"
    if (begun := jobs.of_key(key, g.actor)) is not None:
        return _watch(begun)  # sent twice
    only_right = request.form.get("rows") == "right"
    try:
        data = parcels.take(_folder(), parcel)
        intake = Intake(data=data, name=name, right_rows_only=only_right, key=key)
        done = ledger_jobs.take_in(intake, g.actor)
    except LedgerRejected as error:
        preview = Preview((), error.errors, (), len(error.errors))
        return _draw(preview=preview, name=name, fault=say(error)), status_of(error)
    except DomainError as error:
        return _draw(fault=say(error)), status_of(error)
    session.pop("ledger", None)
    parcels.drop(_folder(), parcel)
    if isinstance(done, Job):
        return _watch(done)
    flash(_done(len(done.cases), len(done.skipped)))
    return redirect(url_for("cases.page"), 303)


def _watch(job: Job) -> ResponseReturnValue:
    return redirect(url_for("jobs.job", job_id=job.id), 303)


def _done(opened: int, skipped: int) -> str:
    said = gettext("已立案下达 %(count)s 件。", count=opened)
    return said + gettext("有 %(count)s 处错误的行未导入。", count=skipped) if skipped else said


@bp.get("/template.xlsx")
@office_only
def template() -> ResponseReturnValue:
    """Give out an empty ledger with the right headings."""
    return send_file(
        BytesIO(ledger_template.template()),
        mimetype=EXCEL,
        as_attachment=True,
        download_name=gettext("整改台账导入模板.xlsx"),
    )


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].instance / "parcels"
    return folder


def _draw(*, preview: Preview | None = None, name: str = "", fault: str | None = None) -> str:
    return render_template(
        "cases/import.html",
        here="importing",
        preview=preview,
        name=name,
        fault=fault,
        shown=SHOWN,
        most=LARGEST // 1_000_000,
    )
