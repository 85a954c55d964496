"""Taking the ledger away as a file: at once, or by a job that one can watch."""

from __future__ import annotations

from flask import g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.services import ledger_export
from app.services.ledger_export import Format
from app.services.sheets import EXCEL
from app.web.ledger.asking import asked
from app.web.ledger.blueprint import bp

MEDIA_TYPES = {
    Format.XLSX: EXCEL,
    Format.CSV: "text/csv",
}


@bp.post("/export")
def export() -> ResponseReturnValue:
    """Answer with the file, or start the job that writes it."""
    asking = asked()
    kind = Format.CSV if request.form.get("format") == Format.CSV else Format.XLSX
    job = ledger_export.take_away(asking, kind, g.actor)
    if job is not None:
        return redirect(url_for("jobs.job", job_id=job.id), 303)
    made = ledger_export.at_once(asking, kind, g.actor)
    name = ledger_export.name_of(asking, kind)
    return send_file(made, mimetype=MEDIA_TYPES[kind], as_attachment=True, download_name=name)


@bp.get("/exports/<int:job_id>")
def exported(job_id: int) -> ResponseReturnValue:
    """Answer with the file that a job has written."""
    found = ledger_export.file_of(job_id, g.actor)
    kind = Format(found.name.rpartition(".")[2])
    return send_file(
        found.content, mimetype=MEDIA_TYPES[kind], as_attachment=True, download_name=found.name
    )
