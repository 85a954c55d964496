"""决策表: the decision tables of a process being drawn; editing, checking and trying them."""

from __future__ import annotations

from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from app.domain.errors import DomainError, TooLarge
from app.domain.vocabulary import Role
from app.http import Malformed, problem_line, problem_of, problem_response, status_of
from app.services.design import decisions as service
from app.services.design import standing
from app.services.design.decision_findings import WORDS, CellFinding
from app.services.design.standing import Standing
from app.texts import label, language, local_moment, say, sentence
from app.web.designer.blueprint import bp
from app.web.designer.content import standing_of

LARGEST = 2_000_000


@bp.get("/<key>/decisions")
def decisions(key: str) -> ResponseReturnValue:
    """List the decision tables of a process."""
    return _list(standing_of(key))


@bp.post("/<key>/decisions")
def begin_decision(key: str) -> ResponseReturnValue:
    """Begin a decision table."""
    typed = {name: request.form.get(name, "").strip() for name in ("name", "key")}
    try:
        made = service.begin(standing_of(key), typed["key"], typed["name"], g.actor)
    except DomainError as error:
        return _list(standing_of(key), typed, error), status_of(error)
    flash(gettext("已新建决策表“%(name)s”。", name=typed["name"]))
    return redirect(url_for("designer.decision", key=key, table=made), 303)


def _list(
    now: Standing, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> str:
    faults = problem_of(error).get("errors", {}) if error else {}
    return render_template(
        "designer/decisions.html",
        here="designer",
        now=now,
        lines=service.listing(now),
        typed=typed or {},
        faults=faults,
        refusal=say(error) if error and not faults else "",
        draws=g.actor.has(Role.ANALYST),
    )


@bp.post("/<key>/decisions/<table>/delete")
def drop_decision(key: str, table: str) -> ResponseReturnValue:
    """Delete a table that nothing uses."""
    try:
        service.drop(standing_of(key), table, g.actor)
    except DomainError as error:
        return _list(standing_of(key), error=error), status_of(error)
    flash(gettext("已删除决策表“%(table)s”。", table=table))
    return redirect(url_for("designer.decisions", key=key), 303)


@bp.get("/<key>/decisions/<table>")
def decision(key: str, table: str) -> ResponseReturnValue:
    """Open a table to be edited, read and tried."""
    return _page(standing_of(key), table)


@bp.post("/<key>/decisions/<table>/try")
def try_decision(key: str, table: str) -> ResponseReturnValue:
    """Say which rules match what was typed, and what comes of it."""
    now = standing_of(key)
    typed = {name: value[:200] for name, value in request.form.items() if name != "csrf_token"}
    text = service.text_of(now, table)
    trial = service.try_out(text, typed)
    if request.headers.get("HX-Target", "").endswith("#trial"):
        sheet = service.sheet_of(text)
        return render_template("designer/_trial.html", trial=trial, sheet=sheet)
    return _page(now, table, typed, trial)


def _page(
    now: Standing,
    table: str,
    typed: dict[str, str] | None = None,
    trial: service.Trial | None = None,
) -> str:
    text = service.text_of(now, table)
    sheet, draws = service.sheet_of(text), g.actor.has(Role.ANALYST)
    found = service.check(now, table, text)
    return render_template(
        "designer/decision.html",
        here="designer",
        now=now,
        table=table,
        sheet=sheet,
        asked=service.asked(now, table),
        users=(now.users("decisionRef") or {}).get(table, []),
        findings=found,
        wrong={one.problem.element: reason(one) for one in found if one.row},
        variables=service.variables_of(sheet, text) if sheet else {},
        words={name: [(str(one), label(one)) for one in of] for name, of in WORDS.items()},
        typed=typed or {},
        trial=trial,
        told=_told(now, table, text, found) if draws and sheet else None,
    )


def _told(now: Standing, table: str, text: str, found: list[CellFinding]) -> dict[str, Any]:
    """Return what the editor in the page begins with."""
    return {
        "table": table,
        "xml": text,
        "revision": now.revision,
        "seen": standing.digest(text),
        "csrf": generate_csrf(),
        "language": language(),
        "address": url_for("designer.keep_decision", key=now.key, table=table),
        "problems": [cell_line(one) for one in found],
    }


def cell_line(finding: CellFinding) -> dict[str, Any]:
    """Return one finding as scripts and programs read it."""
    return problem_line(finding.problem) | {
        "row": finding.row,
        "column": finding.column,
        "reason": reason(finding),
    }


def reason(finding: CellFinding) -> str:
    """Return what is wrong without saying where: for the cell itself."""
    return sentence(finding.problem.params.get("reason") or finding.problem.message)


@bp.put("/<key>/decisions/<table>")
def keep_decision(key: str, table: str) -> ResponseReturnValue:
    """Keep a table as the editor has it, and say what is wrong with its cells."""
    try:
        xml, revision, seen = _sent()
        now = standing_of(key)
        before = service.text_of(now, table)
        found = [cell_line(one) for one in service.check(now, table, xml)]
        standing.require_same(now, before, revision=revision, seen=seen)
        draft = service.keep(now, table, xml, g.actor)
    except DomainError as error:
        return problem_response(problem_of(error))
    return jsonify(
        revision=draft.revision,
        seen=standing.digest(xml),
        at=local_moment(draft.saved_at)[-5:],
        problems=found,
    )


@bp.post("/<key>/decisions/<table>/check")
def check_decision(key: str, table: str) -> ResponseReturnValue:
    """Try every cell of a table that nobody has kept."""
    try:
        found = service.check(standing_of(key), table, _text(_body()))
    except DomainError as error:
        return problem_response(problem_of(error))
    return jsonify(problems=[cell_line(one) for one in found])


def _body() -> dict[str, Any]:
    if (request.content_length or 0) > LARGEST:
        raise TooLarge
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Malformed
    return body


def _text(body: dict[str, Any]) -> str:
    xml = body.get("xml")
    if not isinstance(xml, str):
        raise Malformed
    return xml


def _sent() -> tuple[str, int, str]:
    body = _body()
    revision, seen = body.get("revision"), body.get("seen")
    if type(revision) is not int or not isinstance(seen, str):
        raise Malformed
    return _text(body), revision, seen
