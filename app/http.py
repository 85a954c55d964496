"""How errors look over HTTP: one table from errors to statuses, two ways to say it.

Programs get ``application/problem+json`` (RFC 9457), people a page. Both say what happened, to
which field or element, and what to do.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, json, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound
from werkzeug.routing import IntegerConverter, ValidationError

from app.domain import errors
from app.domain.keepable import UNKEEPABLE
from app.engine.linting import RULES
from app.services.accounts import LoginRefused
from app.services.design.reasons import SHEET_RULES
from app.texts import say, sentence

log = logging.getLogger(__name__)

#: Of any row that addresses and cursors name.
LARGEST_ID = 2**31 - 1


class Malformed(errors.DomainError):
    """请求内容不是有效的JSON。"""

    code = "malformed"


STATUS = {
    Malformed: HTTPStatus.BAD_REQUEST,
    LoginRefused: HTTPStatus.UNAUTHORIZED,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DomainError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
#: Seconds after which to try again what could not be served.
RETRY_AFTER = "30"


def status_of(error: errors.DomainError) -> HTTPStatus:
    """Return the status of the nearest ancestor that has one."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def problem_of(error: errors.DomainError) -> dict[str, Any]:
    """Return the body of a problem document."""
    status = status_of(error)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": error.code,
        "detail": say(error),
    }
    if isinstance(error, errors.Invalid) and error.fields:
        body["errors"] = {key: [sentence(one) for one in v] for key, v in error.fields.items()}
    if isinstance(error, errors.InvalidDiagram):
        body["problems"] = [problem_line(one) for one in error.problems]
    return body


def problem_line(problem: errors.Problem) -> dict[str, Any]:
    """Return one finding of the linter as programs read it."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "element": problem.element,
        "message": sentence(problem.message),
        "why": sentence(problem.why),
        "fix": problem.fix,
        "help": help_with(problem.code),
    }


def help_with(code: str) -> str | None:
    """Return where the guide explains a rule of the linters; some findings are no rule's."""
    known = {rule.code for rule in RULES} | {rule.code for rule in SHEET_RULES}
    return url_for("guide.findings", _anchor=code.replace("/", "-")) if code in known else None


def problem_response(body: dict[str, Any]) -> Response:
    """Wrap a problem document."""
    return Response(
        json.dumps(body), status=body["status"], content_type="application/problem+json"
    )


def wants_json() -> bool:
    """Tell whether a program asks, or a script of a page."""
    of_programs = request.path.startswith("/api/") or request.path == "/healthz"
    return of_programs or request.accept_mimetypes.best == "application/json"


#: What to say when the fault lies in the request or in us, by status.
_SENTENCES = {
    400: "请求有误，或页面已过期，请刷新后重试；已填写的内容保存在草稿中。",
    401: "请先登录。",
    403: "您无权进行此操作。",
    404: "找不到该页面，或您无权查看。",
    405: "不支持这种操作方式。",
    413: "提交的内容超过大小限制，请减少附件后重试。",
    415: "不支持这种内容格式。",
    429: "操作过于频繁，请稍后再试。",
    500: "系统出错，本次操作未生效。错误已记录，请稍后重试或联系管理员。",
    503: "系统暂时无法服务，本次操作未生效，请稍后重试。",
}


#: What a page is told that was opened under another login than the present one.
_STALE = "此页打开以后，登录已过期或更换。请刷新此页，需要时重新登录。"

#: The stable word, where the protocol's own name is not the one that the domain uses.
_CODES = {401: "unauthenticated", 403: "not_allowed", 413: "too_large", 500: "internal_error"}


def refuse(error: errors.DomainError) -> ResponseReturnValue:
    """Answer an error of the domain."""
    body = problem_of(error)
    if wants_json():
        response = problem_response(body)
    else:
        page = render_template("errors/error.html", problem=body, error=error)
        response = Response(page, status=body["status"])
    if isinstance(error, errors.Unavailable):
        log.warning("%s at %s %s: %s", error.code, request.method, request.path, error.__cause__)
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def explain(error: HTTPException) -> ResponseReturnValue:
    """Answer an error of the protocol."""
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    usual = _SENTENCES.get(status, _SENTENCES[400] if status < 500 else _SENTENCES[500])
    detail = gettext(_STALE if isinstance(error, CSRFError) else usual)
    body = {
        "type": "about:blank",
        "title": error.name,
        "status": status,
        "code": _CODES.get(status, error.name.lower().replace(" ", "_")),
        "detail": detail,
    }
    if wants_json():
        return _with_headers(problem_response(body), error)
    return render_template("errors/error.html", problem=body, error=None), status


def _with_headers(response: Response, error: HTTPException) -> Response:
    """Send what the protocol wants beside the body: ``Allow``, ``WWW-Authenticate``."""
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers.add(name, value)
    return response


def apologize(error: Exception) -> ResponseReturnValue:
    """Answer a fault of ours without showing its inside."""
    log.exception("unexpected error at %s %s", request.method, request.path)
    return explain(InternalServerError())


def row_id(text: str) -> int:
    """Read the number of a row, a version or a revision; more would only upset the database.

    Raises:
        ValueError: it is none that a row can have.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST_ID):
        raise ValueError(text[:20])
    return int(text)


class RowId(IntegerConverter):
    """A number in an address that the id of a row may be."""

    def to_python(self, value: str) -> int:
        """Read the number."""
        try:
            return row_id(value)
        except ValueError as error:
            raise ValidationError from error


def _refuse_odd_addresses() -> None:
    """Find nothing where the address holds what no column can: a database would only stumble."""
    if any(ord(char) < 32 or 0xD800 <= ord(char) < 0xE000 for char in request.path):
        raise NotFound


def refuse_unkeepable() -> None:
    """Refuse a page's parameters, fields and files that hold what no database keeps.

    The API reads its own bodies.

    Raises:
        Invalid: one of them does; it is named.
    """
    if request.path.startswith("/api/"):
        return
    sent = [*request.args.items(multi=True), *request.form.items(multi=True)]
    sent += [(name, one.filename or "") for name, one in request.files.items(multi=True)]
    for name, text in sent:
        if UNKEEPABLE.search(name + text):
            shown = UNKEEPABLE.sub("", name)[:40]
            told = "“%(name)s”中有无法保存的字符。请返回上一页，删去后重试，已填写的内容还在那里。"
            raise errors.Invalid(fields={shown: [errors.Sentence(told, name=shown)]})


def init_app(app: Flask) -> None:
    """Register the three, and what keeps odd addresses out."""
    app.url_map.converters["int"] = RowId
    app.before_request(_refuse_odd_addresses)
    app.register_error_handler(errors.DomainError, refuse)
    app.register_error_handler(HTTPException, explain)
    if not app.testing:
        app.register_error_handler(Exception, apologize)

    @app.after_request
    def harden(response: Response) -> Response:
        """Send the headers that every answer carries."""
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


#: Inline styles are what the diagram viewer needs; scripts come only from here.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)
