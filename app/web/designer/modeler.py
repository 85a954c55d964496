"""流程图: drawing a process. What is drawn is kept as it is drawn; faults never refuse that."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from app.domain.design import Draft
from app.domain.errors import DomainError, NotFound, TooLarge
from app.domain.vocabulary import Role
from app.http import Malformed, problem_line, problem_of, problem_response
from app.services import diagrams
from app.services.design import drafts
from app.services.diagrams import Bundle
from app.texts import language, local_moment
from app.web.designer.blueprint import bp
from app.web.designer.pieces import pieces
from config import VERSION

LARGEST = 4_000_000


def answering(view: Callable[[str], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
    """Answer the script of the page: refusals as problem documents, and nothing too large."""

    @wraps(view)
    def answer(key: str) -> ResponseReturnValue:
        try:
            if (request.content_length or 0) > LARGEST:
                raise TooLarge
            return view(key)
        except DomainError as error:
            return problem_response(problem_of(error))

    return answer


@bp.get("/<key>")
def modeler(key: str) -> ResponseReturnValue:
    """Open the drawing board with the draft, or with the version in force to begin one from."""
    state = _state(key)
    bundle = drafts.bundle(key)
    told = state | {
        "key": key,
        "language": language(),
        "version": VERSION,
        "csrf": generate_csrf(),
        "person": g.actor.username,
        "catalogue": pieces(bundle),
        "address": url_for("designer.modeler", key=key),
        "lint": url_for("designer.lint", key=key),
        "draft": url_for("designer.draft", key=key),
        "cases": url_for("designer.open_cases", key=key),
        "fix": url_for("designer.fix", key=key),
        "import": url_for("designer.import_page", into=key),
    }
    return render_template(
        "designer/modeler.html",
        here="designer",
        key=key,
        name=state["name"],
        told=told,
        draws=g.actor.has(Role.ANALYST),
    )


def _state(key: str) -> dict[str, Any]:
    """Return the draft as it is, or what one would begin with, at revision 0."""
    try:
        found = drafts.get(key)
    except NotFound:
        version = diagrams.get(key)
        return {"xml": version.xml, "name": version.name, "revision": 0, "saved_at": "", "by": ""}
    return {"xml": found.xml, "name": found.name} | _kept(found)


def _kept(draft: Draft) -> dict[str, Any]:
    at, by = local_moment(draft.saved_at), draft.saved_by.name
    return {"revision": draft.revision, "saved_at": at, "by": by}


@bp.get("/<key>/draft")
@answering
def draft(key: str) -> ResponseReturnValue:
    """Tell the draft as it now is, to be compared with what somebody else has drawn."""
    return jsonify(_state(key))


@bp.get("/<key>/drawing")
def drawing(key: str) -> ResponseReturnValue:
    """Give out the drawing alone, for those who only look."""
    return Response(drafts.bundle(key).xml, content_type="application/xml; charset=utf-8")


@bp.put("/<key>")
@answering
def keep(key: str) -> ResponseReturnValue:
    """Keep what was drawn, unless somebody kept something else meanwhile."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Malformed
    xml, revision, note = body.get("xml"), body.get("revision"), body.get("note", "")
    if not isinstance(xml, str) or type(revision) is not int or not isinstance(note, str):
        raise Malformed
    return jsonify(_kept(drafts.keep(key, g.actor, revision=revision, xml=xml, note=note)))


@bp.post("/<key>/lint")
@answering
def lint(key: str) -> ResponseReturnValue:
    """List what is wrong with a drawing, measured against the draft's forms and tables."""
    whole = drafts.bundle(key)
    # What is no UTF-8 survives as lone surrogates, and the linter says so.
    text = request.get_data().decode(errors="surrogateescape")
    found = diagrams.lint(Bundle(key, text, whole.forms, whole.decisions))
    return jsonify(problems=[problem_line(one) for one in found])
