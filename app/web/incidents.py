"""故障: what failed again and again; trying it again, or leaving it out for a reason."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import Conflict, Invalid, WrongStage
from app.domain.process import Incident
from app.http import status_of
from app.services import incidents, mending
from app.texts import say, sentence

bp = Blueprint("incidents", __name__, url_prefix="/monitor/incidents")

PAGE = 50
DONE_WORDS = {"retried": "重试成功", "skipped": "已跳过", "passed": "自行恢复"}


@bp.get("")
def page() -> ResponseReturnValue:
    """List what is open, kind by kind, and what was dealt with."""
    incidents.require(g.actor)
    after = request.args.get("after", "")
    before = int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else None
    resolved = incidents.page(g.actor, resolved=True, limit=PAGE + 1, after=before)
    shown = resolved[:PAGE]
    more = len(resolved) > PAGE
    return render_template(
        "incidents/page.html",
        here="incidents",
        groups=[] if before else incidents.groups(g.actor),
        resolved=shown,
        cause_of=_cause_of,
        done_words=DONE_WORDS,
        next_url=url_for("incidents.page", after=shown[-1].id) if more else None,
        first_url=url_for("incidents.page") if before else None,
    )


def _cause_of(incident: Incident) -> str:
    return sentence(incidents.cause_of(incident))


@bp.post("/<int:incident_id>/retry")
def retry(incident_id: int) -> ResponseReturnValue:
    """Try one again now."""
    try:
        went = mending.retry(incident_id, g.actor)
    except (WrongStage, Conflict) as error:
        return _back(say(error))
    if went.left:
        return _back(gettext("已重新排队，由系统随后重试。"))
    return _back(gettext("重试成功。") if went.passed else gettext("重试后仍然失败，原因已更新。"))


@bp.post("/retry")
def retry_like() -> ResponseReturnValue:
    """Try all of one kind again."""
    went = mending.retry_like(request.form.get("likeness", ""), g.actor)
    text = gettext(
        "重试成功 %(passed)s 件，仍失败 %(failed)s 件。", passed=went.passed, failed=went.failed
    )
    if went.left:
        text += gettext("其余 %(left)s 件由系统随后重试。", left=went.left)
    return _back(text)


def _back(text: str) -> ResponseReturnValue:
    flash(text)
    return redirect(url_for("incidents.page"), 303)


@bp.get("/<int:incident_id>/skip")
def skipping(incident_id: int) -> ResponseReturnValue:
    """Say what leaving it out would mean, and ask for a reason."""
    return _skipping(incident_id)


def _skipping(incident_id: int, fault: str = "") -> str:
    found = incidents.get(incident_id, g.actor)
    return render_template(
        "incidents/skip.html",
        here="incidents",
        incident=found,
        cause=_cause_of(found),
        skipping=mending.skipping(found),
        reason=request.form.get("reason", ""),
        fault=fault,
        longest=mending.LONGEST_REASON,
    )


@bp.post("/<int:incident_id>/skip")
def skip(incident_id: int) -> ResponseReturnValue:
    """Leave it out."""
    try:
        mending.skip(incident_id, g.actor, request.form.get("reason", ""))
    except Invalid as error:
        return _skipping(incident_id, sentence(error.fields["reason"][0])), status_of(error)
    except (WrongStage, Conflict) as error:
        return _back(say(error))
    return _back(gettext("已跳过，并记入办理记录。"))
