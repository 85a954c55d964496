"""演练与迁移: a version run against all that is open, and the plans that carry cases over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.design_terms import Verdict
from app.domain.errors import Invalid, InvalidDiagram, NotFound
from app.domain.job import Job
from app.domain.vocabulary import JobState, Role
from app.http import row_id, status_of
from app.services.design import drafts, mappings, migrations, overview, rehearsals
from app.services.design.migrations import Drawn
from app.services.design.rehearsals import Question
from app.texts import local_moment
from app.web import narrowing
from app.web.designer.blueprint import bp
from app.web.designer.versions import known, surroundings

SHOWN = 50
#: What a field of the mapping is called: which element of which version.
_FIELD = "map-"


@bp.app_template_filter()
def instant(text: str) -> str:
    """Write a moment that was kept as text."""
    return local_moment(datetime.fromisoformat(text))


@bp.get("/<key>/cases")
def open_cases(key: str) -> ResponseReturnValue:
    """Tell the modeler how many open cases stand at each element."""
    return jsonify(rehearsals.open_at(key))


@bp.get("/<key>/rehearsal")
def rehearsal(key: str) -> ResponseReturnValue:
    """Show the last rehearsal of a version, and the plans of the process."""
    return _page(key, narrowing.number("version"))


def _page(key: str, version: int | None, refusal: Exception | None = None) -> str:
    found, draft = known(key)
    shown = surroundings(key, draft, found)
    if version is None and draft is None:
        version = found[0].version
    job = rehearsals.latest(key, version, g.actor)
    done = job is not None and job.state is JobState.DONE
    drafted = rehearsals.of_draft(key, version, g.actor) if version and job is None else None
    return render_template(
        "designer/rehearsal.html",
        **shown,
        version=version,
        versions=found,
        job=job,
        drafted=drafted.params if drafted else None,
        going_on=job is not None and job.state in (JobState.QUEUED, JobState.RUNNING),
        wanted=mappings.wanted(job) if job and done else [],
        plans=migrations.listing(key, g.actor),
        typed=request.form,
        faults=refusal.fields if isinstance(refusal, Invalid) else {},
        verdict=Verdict,
        problems=refusal.problems if isinstance(refusal, InvalidDiagram) else [],
        **(_found(job) if job and done else {"items": [], "group": None, "next": None}),
    )


def _found(job: Job) -> Mapping[str, Any]:
    """Return the cases of the group that is asked for."""
    number = narrowing.number("group")
    groups = (job.outcome or {})["groups"]
    group = next((one for one in groups if one["number"] == number), None)
    if group is None:
        return {"items": [], "group": None, "next": None}
    after = narrowing.number("after") or 0
    items = rehearsals.findings(job.id, g.actor, group=number, after=after, limit=SHOWN + 1)
    more = items[SHOWN - 1].process_id if len(items) > SHOWN else None
    return {"items": items[:SHOWN], "group": group, "next": more}


@bp.post("/<key>/rehearsal")
def rehearse(key: str) -> ResponseReturnValue:
    """Rehearse a version, by the mapping that was chosen."""
    version = request.form.get("version", type=row_id)
    mapping, keeps = _chosen(), request.form.get("keeps_timers", "yes") == "yes"
    question = Question(key=key, version=version, mapping=mapping, keeps_timers=keeps)
    try:
        rehearsals.rehearse(question, g.actor)
    except InvalidDiagram as error:
        return _page(key, version, error), status_of(error)
    return redirect(url_for("designer.rehearsal", key=key, version=version), 303)


def _chosen() -> dict[str, dict[str, str]]:
    """Read the selects: old element → new element, by the old version; empty: none, on purpose."""
    found: dict[str, dict[str, str]] = {}
    for name, target in request.form.items():
        version, _, element = name.removeprefix(_FIELD).partition("-")
        if name.startswith(_FIELD):
            found.setdefault(version, {})[element] = target
    return found


def _mapping() -> dict[str, dict[str, str]]:
    """Return the choices that name an element."""
    return {
        version: {key: target for key, target in each.items() if target}
        for version, each in _chosen().items()
    }


@bp.get("/<key>/plans")
def plans(key: str) -> ResponseReturnValue:
    """Go to where the plans are listed: also for who reloads a form that was refused."""
    return redirect(url_for("designer.rehearsal", key=key))


@bp.post("/<key>/plans")
def draw_up(key: str) -> ResponseReturnValue:
    """Keep a plan to carry cases over."""
    version = request.form.get("version", type=row_id)
    if version is None:
        raise NotFound
    drawn = Drawn(
        key=key,
        version=version,
        mapping=_mapping(),
        keeps_timers=request.form.get("keeps_timers", "yes") == "yes",
        note=request.form.get("note", ""),
    )
    try:
        plan = migrations.draw_up(drawn, g.actor)
    except Invalid as error:
        return _page(key, version, error), status_of(error)
    return redirect(url_for("designer.plan", key=key, plan_id=plan.id), 303)


@bp.get("/<key>/plans/<int:plan_id>")
def plan(key: str, plan_id: int) -> ResponseReturnValue:
    """Show one plan, and what became of each case under it."""
    found = migrations.get(plan_id, g.actor)
    if found.key != key:
        raise NotFound
    after = narrowing.number("after") or 0
    outcome = migrations.outcome_called(request.args.get("outcome"))
    items = migrations.carried(plan_id, g.actor, outcome=outcome, after=after, limit=SHOWN + 1)
    shown = surroundings(key, drafts.find(key), overview.versions(key))
    return render_template(
        "designer/plan.html",
        **shown,
        plan=found,
        made_by=migrations.made_by(found),
        own=found.made_by_id == g.actor.id,
        reviews=g.actor.has(Role.ANALYST, Role.OFFICE_HEAD),
        places=mappings.of_plan(found),
        counts=migrations.counts(plan_id),
        outcome=outcome,
        items=items[:SHOWN],
        next=items[SHOWN - 1].id if len(items) > SHOWN else None,
        undoing=migrations.undoing(found),
    )


@bp.post("/<key>/plans/<int:plan_id>/apply")
def apply_plan(key: str, plan_id: int) -> ResponseReturnValue:
    """Carry the cases over."""
    migrations.apply(plan_id, g.actor)
    return redirect(url_for("designer.plan", key=key, plan_id=plan_id), 303)


@bp.post("/<key>/plans/<int:plan_id>/undo")
def undo_plan(key: str, plan_id: int) -> ResponseReturnValue:
    """Take back the cases that have not moved on."""
    migrations.undo(plan_id, g.actor)
    return redirect(url_for("designer.plan", key=key, plan_id=plan_id), 303)
