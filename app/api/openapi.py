"""The description of the API, OpenAPI 3.1, written from the calls and their schemas."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response, jsonify

from app.api.calls import CALLS, Call, View
from app.api.once import HEADER
from app.api.schemas.problems import ProblemDetail
from app.api.schemas.processes import Health
from app.services.idempotency import LONGEST_KEY
from config import VERSION

_ABOUT = """\
The rectification lifecycle of education supervision.

Sign in with `POST /tokens`, then send `Authorization: Bearer …`. Sentences are Chinese, or \
English by `Accept-Language`. What is none of the caller's business is 404. A write may carry an \
`Idempotency-Key`: sent again within a day by the same user, it is answered alike and done once. \
Lists go on at `cursor`, which is the `next` of the page before.
"""
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_REFUSALS = {
    "400": "The body is no JSON.",
    "401": "No good token.",
    "403": "The caller may see it, but not do this.",
    "404": "There is none, or it is none of the caller's business.",
    "409": "Somebody was first; the detail says who and when.",
    "413": "The body is too large.",
    "415": "The body is of a kind that this call doesn't take.",
    "422": "What was sent is not right; `errors` says what, field by field.",
    "503": "The database is away, or its disk is full: nothing was done; try again later.",
}


@Call(
    method="GET",
    path="/openapi.json",
    gives={"application/json": {"type": "object"}},
    public=True,
)
def openapi() -> Response:
    """Get this description."""
    return jsonify(description())


@cache
def description() -> dict[str, Any]:
    """Return the whole document."""
    spec = APISpec(
        title="销号台 Xiaohao",
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={"description": _ABOUT, "license": {"name": "Apache-2.0"}},
        servers=[{"url": "/api/v1"}],
        security=[{"token": []}],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for status, text in _REFUSALS.items():
        content = {"application/problem+json": {"schema": ProblemDetail}}
        spec.components.response(f"Problem{status}", {"description": text, "content": content})
    paths: dict[str, dict[str, Any]] = {}
    for name, (call, view) in CALLS.items():
        address = _PARAMETER.sub(r"{\g<name>}", call.path)
        paths.setdefault(address, {})[call.method.lower()] = _operation(name, call, view)
    for address, operations in paths.items():
        spec.path(address, operations=operations)
    spec.path("/healthz", operations={"get": _HEALTH})
    return spec.to_dict()


def _operation(name: str, call: Call, view: View) -> dict[str, Any]:
    summary, _, more = inspect.cleandoc(view.__doc__ or "").partition("\n\n")
    found: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "tags": [view.__module__.rpartition(".")[2]],
        "parameters": _parameters(call),
        "responses": _responses(call),
    }
    if more:
        found["description"] = more
    if content := _takes(call):
        found["requestBody"] = {"required": True, "content": content}
    if call.public:
        found["security"] = []
    return found


def _parameters(call: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "in": "path",
            "name": match["name"],
            "required": True,
            "schema": {"type": "integer" if match["kind"] == "int" else "string"},
        }
        for match in _PARAMETER.finditer(call.path)
    ]
    if call.query is not None:
        found.append({"in": "query", "schema": call.query})
    if call.writes:
        schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY}
        found.append({"in": "header", "name": HEADER, "schema": schema})
    return found


def _takes(call: Call) -> dict[str, Any]:
    found = {kind: {"schema": schema} for kind, schema in call.takes.items()}
    if call.body is not None:
        found["application/json"] = {"schema": call.body}
    return found


def _responses(call: Call) -> dict[str, Any]:
    content = {kind: {"schema": schema} for kind, schema in call.gives.items()}
    if call.answer is not None:
        content["application/json"] = {"schema": call.answer}
    right: dict[str, Any] = {"description": "As asked."}
    if content:
        right["content"] = content
    later = {}
    if call.later is not None:
        later["202"] = {
            "description": "Too much to wait for: a job does it.",
            "headers": {"Location": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": call.later}},
        }
    refusals = {status: f"Problem{status}" for status in sorted(_refusals(call))}
    return {str(call.status): right, **later, **refusals}


def _refusals(call: Call) -> set[str]:
    """Return the statuses by which a call may be refused."""
    found = {"422"} if call.query or call.body or call.writes else set()
    if not call.public or call.body:
        found |= {"401", "503"}
    if not call.public and "<" in call.path:
        found |= {"404"}
    if call.restricted:
        found |= {"403"}
    if call.body or call.takes:
        found |= {"413"}
    if call.body or "application/json" in call.takes:
        found |= {"400", "415"}
    if call.writes:
        found |= {"403", "404", "409", "415"}
    return found


_HEALTH = {
    "operationId": "healthz",
    "summary": "Tell how the program, its database and its clockwork are.",
    "tags": ["health"],
    "servers": [{"url": "/"}],
    "security": [],
    "responses": {
        status: {"description": text, "content": {"application/json": {"schema": Health}}}
        for status, text in (("200", "Well."), ("503", "The database does not answer."))
    },
}
