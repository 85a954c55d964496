"""One version: what speaks for and against it, and what a second person makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.clock import today
from app.domain.design_terms import ChangeWeight
from app.domain.errors import DomainError, Invalid, InvalidDiagram
from app.domain.job import Job
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState, JobState
from app.http import status_of
from app.services import diagrams
from app.services.design import comparing, drafts, overview, publishing, rehearsals
from app.texts import local_moment, say
from app.web.designer.blueprint import bp
from app.web.designer.versions import surroundings
from app.web.diagrams import steps


@bp.get("/<key>/<int:version>/review")
def review(key: str, version: int) -> ResponseReturnValue:
    """Show one version with all that its reviewer should know."""
    return _page(key, version)


def _page(key: str, version: int, refusal: DomainError | None = None) -> str:
    found = diagrams.get(key, version)
    shown = surroundings(key, drafts.find(key), overview.versions(key))
    faults = refusal.fields if isinstance(refusal, Invalid) else {}
    return render_template(
        "designer/review.html",
        **shown,
        version=found,
        problems=diagrams.lint(drafts.bundle(key, version)),
        steps=steps(found),
        events=overview.history(key, version),
        overtaken=overview.newer_than_base(found, shown["in_force"]),
        own=found.author_id == g.actor.id,
        differs=_differences(found, shown["in_force"]),
        rehearsed=_rehearsed(found),
        today=today(),
        typed=request.form,
        faults=faults,
        refusal=say(refusal) if refusal and not faults else None,
    )


def _differences(version: Diagram, in_force: Diagram | None) -> Mapping[ChangeWeight, int] | None:
    """Count what a version that isn't in force yet changes, by how much it matters."""
    if in_force is None or version.state not in _AHEAD:
        return None
    before, after = (drafts.bundle(version.key, one.version) for one in (in_force, version))
    return comparing.counts(comparing.changes(before, after))


def _rehearsed(version: Diagram) -> Job | None:
    """Return the last rehearsal that was finished of a version that isn't in force yet."""
    if version.state not in _AHEAD:
        return None
    found = rehearsals.latest(version.key, version.version, g.actor)
    return found if found and found.state is JobState.DONE else None


_AHEAD = (DiagramState.DRAFT, DiagramState.APPROVED)


@bp.post("/<key>/<int:version>/approve")
def approve(key: str, version: int) -> ResponseReturnValue:
    """Let a version come into force."""

    def act() -> Diagram:
        note = request.form.get("note", "")
        return publishing.approve(key, version, g.actor, effective_on=_day(), note=note)

    return _judged(key, version, act)


def _day() -> date | None:
    typed = request.form.get("effective_on", "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise Invalid(fields={"effective_on": ["请填写日期，例如 2026-09-01。"]}) from error


@bp.post("/<key>/<int:version>/return")
def send_back(key: str, version: int) -> ResponseReturnValue:
    """Return a version to its author, or take one's own back."""
    return _reasoned(key, version, publishing.send_back)


@bp.post("/<key>/<int:version>/withdraw")
def withdraw(key: str, version: int) -> ResponseReturnValue:
    """Take back an approval before its day has come."""
    return _reasoned(key, version, publishing.withdraw)


@bp.post("/<key>/<int:version>/restore")
def restore(key: str, version: int) -> ResponseReturnValue:
    """Put a version in force again."""
    return _reasoned(key, version, publishing.restore)


def _reasoned(key: str, version: int, verb: Callable[..., Diagram]) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    return _judged(key, version, lambda: verb(key, version, g.actor, reason=reason))


def _judged(key: str, version: int, act: Callable[[], Diagram]) -> ResponseReturnValue:
    """Do it; on a fault the page comes back as it was typed."""
    try:
        done = act()
    except (Invalid, InvalidDiagram) as error:
        return _page(key, version, error), status_of(error)
    flash(_told(done))
    return redirect(url_for("designer.review", key=key, version=version), 303)


def _told(done: Diagram) -> str:
    words: dict[str, Any] = {"version": done.version, "at": local_moment(done.effective_at)}
    sentences = {
        DiagramState.DRAFT: gettext("已撤回审核，第 %(version)s 版等待重新审核。", **words),
        DiagramState.RETURNED: gettext("第 %(version)s 版已退回，内容回到草稿。", **words),
        DiagramState.APPROVED: gettext("第 %(version)s 版将于 %(at)s 生效。", **words),
        DiagramState.PUBLISHED: gettext("第 %(version)s 版已生效，新的流程按它办理。", **words),
    }
    return sentences[done.state]
