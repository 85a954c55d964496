"""A program that calls the API and takes its description at its word."""

import re
from typing import Any

from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator

from app.api.openapi import description

PASSWORD = "Qinglan-2026"
ROOT = "/api/v1"


class Caller:
    """Somebody signed in; every answer is compared with the description of its call."""

    def __init__(self, client: FlaskClient, username: str | None = None) -> None:
        self.client, self.headers = client, {}
        if username is not None:
            body = {"username": username, "password": PASSWORD}
            token = self.post("/tokens", 201, json=body)["token"]
            self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        return self.call("GET", path, status, **options)

    def post(self, path: str, status: int = 200, **options: Any) -> Any:
        return self.call("POST", path, status, **options)

    def call(self, method: str, path: str, status: int, **options: Any) -> Any:
        response = self.response(method, path, **options)
        assert response.status_code == status, response.get_data(as_text=True)
        conforms(method, path, response)
        return response.json if "json" in (response.content_type or "") else response.data

    def response(self, method: str, path: str, **options: Any) -> Any:
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.open(ROOT + path, method=method, headers=headers, **options)


def conforms(method: str, path: str, response: Any) -> None:
    """Compare an answer with what the description promises of that call."""
    document = description()
    operation = operation_of(method, path)
    promised = operation["responses"][str(response.status_code)]
    if "$ref" in promised:
        promised = document["components"]["responses"][promised["$ref"].rpartition("/")[2]]
    kinds = promised.get("content", {})
    if not kinds:
        assert response.data == b""
        return
    kind = response.content_type.partition(";")[0]
    if kind in kinds and "json" in kind:
        schema = {**kinds[kind]["schema"], "components": document["components"]}
        OAS31Validator(schema).validate(response.json)
    else:
        assert kind in kinds or "application/octet-stream" in kinds


def operation_of(method: str, path: str) -> dict[str, Any]:
    """Return the description of the call that *path* belongs to, plain addresses first."""
    path = path.partition("?")[0]
    paths = description()["paths"]
    for template in sorted(paths, key=lambda one: one.count("{")):
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in paths[template]:
            return paths[template][method.lower()]
    raise AssertionError(f"{method} {path} is not described")


def feedback(**changes: Any) -> dict[str, Any]:
    """Return the body that opens a case at a school."""
    return {
        "unit": "柳塬镇中心小学",
        "problem": "食堂留样不规范",
        "requirement": "规范留样",
        "category": "C05",
        "severity": "general",
        "issued_on": "2026-03-02",
    } | changes
