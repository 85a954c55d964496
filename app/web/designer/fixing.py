"""修复: mend a finding on the drawing board. Nothing is kept until the board keeps it."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app.http import Malformed
from app.services.design import drafts, fixes
from app.services.diagrams import Bundle
from app.web.designer.blueprint import bp
from app.web.designer.modeler import answering


@bp.post("/<key>/fix")
@answering
def fix(key: str) -> ResponseReturnValue:
    """Return the drawing with one finding mended, by the draft's forms and tables."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Malformed
    xml, code, element = body.get("xml"), body.get("code"), body.get("element")
    if not (isinstance(xml, str) and isinstance(code, str) and isinstance(element, str | None)):
        raise Malformed
    whole = drafts.bundle(key)
    drawn = Bundle(key, xml, whole.forms, whole.decisions)
    return jsonify(xml=fixes.fix(drawn, code=code, element=element).xml)
