"""Calls: one declaration gives the route, the checks before it, and its description.

A view takes what its address holds, and ``query`` and ``body`` as far as the call declares them; it
returns what the call's schema writes, or a finished response.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial, update_wrapper
from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import Schema

from app.api.once import once
from app.api.reading import LARGEST_JSON, read_body, read_query

api = Blueprint("api", __name__, url_prefix="/api/v1")

View = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the API, as declared above its view."""

    method: str
    path: str
    answer: Schema | None = None
    status: int = 200
    #: What it answers with 202 where the work goes on after the answer.
    later: Schema | None = None
    query: Schema | None = None
    body: Schema | None = None
    #: OpenAPI content by media type, of a body or an answer that is no JSON.
    takes: Mapping[str, Any] = field(default_factory=dict)
    gives: Mapping[str, Any] = field(default_factory=dict)
    #: Of the body, in bytes; more is refused before it is read.
    largest: int = LARGEST_JSON
    #: Whether it refuses those who see its object but not this part of it.
    restricted: bool = False
    #: Whether strangers may call it.
    public: bool = False
    #: Whether it changes anything that should not be changed twice.
    writes: bool = False

    def __call__(self, view: View) -> View:
        """Register *view* for this call."""
        CALLS[view.__name__] = (self, view)
        respond = update_wrapper(partial(self.respond, view), view)
        api.add_url_rule(self.path, view.__name__, respond, methods=[self.method])
        return view

    def respond(self, view: View, **given: Any) -> Response:
        """Read the request, let *view* answer it, write the answer."""
        request.max_content_length = self.largest
        if self.query is not None:
            given["query"] = read_query(self.query)
        if self.body is not None:
            given["body"] = read_body(self.body)
        run = partial(self._run, view, given)
        return once(run) if self.writes else run()

    def _run(self, view: View, given: Mapping[str, Any]) -> Response:
        result = view(**given)
        if isinstance(result, Response):
            return result
        if self.answer is None:
            return Response(status=self.status)
        response = jsonify(self.answer.dump(result))
        response.status_code = self.status
        return response


#: Every call with its view, by the view's name: what the description is written from.
CALLS: dict[str, tuple[Call, View]] = {}
