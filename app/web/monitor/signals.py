"""异常提示: questions about form without substance, put to the office, and its answers."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import Conflict, Invalid, Sentence
from app.domain.signal import SignalState
from app.http import status_of
from app.services.signals import asking, looking
from app.services.signals.looking import KINDS
from app.texts import say, sentence
from app.web import cursor, narrowing
from app.web.monitor.blueprint import bp

PAGE = 50
ALL = "all"


@bp.get("/signals")
def signals() -> ResponseReturnValue:
    """List the questions; at first those that nobody has looked into."""
    narrow = _asked()
    after = cursor.read_moment(request.args.get("after"))
    found = asking.page(g.actor, narrow, limit=PAGE, after=after)
    kept: dict[str, Any] = {"kind": narrow.kind or None, "state": narrow.state or ALL}
    following = cursor.write(*found.next) if found.next else None
    return render_template(
        "monitor/signals.html",
        here="signals",
        found=found,
        narrow=narrow,
        kinds=KINDS,
        states=SignalState,
        counts=asking.counts(g.actor),
        looked_at=asking.looked_at(),
        next_url=url_for("monitor.signals", **kept, after=following) if following else None,
        first_url=url_for("monitor.signals", **kept) if after else None,
    )


def _asked() -> asking.SignalFilter:
    asking.require(g.actor)
    unknown = [name for name in request.args if name not in ("kind", "state", "after")]
    if unknown:
        told = "没有“%(name)s”这个筛选条件。"
        raise Invalid(fields={name: [Sentence(told, name=name[:40])] for name in unknown})
    kind = request.args.get("kind", "")
    if request.args.get("state") == ALL:
        return asking.SignalFilter(kind)
    return asking.SignalFilter(kind, narrowing.word(SignalState, "state") or SignalState.OPEN)


@bp.post("/signals/look")
def look_for_signals() -> ResponseReturnValue:
    """Look for new ones at once."""
    job = looking.look_now(g.actor)
    return redirect(url_for("jobs.job", job_id=job.id), 303)


@bp.get("/signals/<int:signal_id>")
def signal(signal_id: int) -> ResponseReturnValue:
    """Show one question with what it rests on."""
    return _signal(signal_id)


def _signal(signal_id: int, faults: dict[str, str] | None = None) -> str:
    found = asking.get(signal_id, g.actor)
    return render_template(
        "monitor/signal.html",
        here="signals",
        signal=found,
        kind=KINDS.get(found.kind),
        texts=asking.texts_of(found),
        states=[state for state in SignalState if state is not SignalState.OPEN],
        chosen=request.form.get("state", ""),
        note=request.form.get("note", ""),
        longest=asking.LONGEST_NOTE,
        faults=faults or {},
    )


@bp.post("/signals/<int:signal_id>")
def decide_signal(signal_id: int) -> ResponseReturnValue:
    """Note what was done with a question."""
    state = request.form.get("state", "")
    chosen = SignalState(state) if state in list(SignalState) else SignalState.OPEN
    try:
        asking.decide(signal_id, g.actor, chosen, request.form.get("note", ""))
    except Invalid as error:
        faults = {name: sentence(told[0]) for name, told in error.fields.items()}
        return _signal(signal_id, faults), status_of(error)
    except Conflict as error:
        flash(say(error))
    else:
        flash(gettext("已记录。有新情况时，这条提示会重新列出。"))
    return redirect(url_for("monitor.signal", signal_id=signal_id), 303)
