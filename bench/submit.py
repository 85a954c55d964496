"""A submit through HTTP: login, CSRF token, form rules, history, the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextvars import Context
from time import process_time
from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.clock import today
from app.db import db
from app.domain.process import Task
from app.domain.vocabulary import Category, Severity
from app.services import accounts, opening

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ROUNDS = 60


def milliseconds(app: Flask, password: str) -> float:
    """Return the median CPU time of submitting 签收 in milliseconds."""
    app.config["WTF_CSRF_ENABLED"] = True
    tasks = _tasks()
    meter = Meter(app.wsgi_app)
    app.wsgi_app = meter  # type: ignore[method-assign]
    try:
        # From outside: a request must not share the application context of this program.
        taken = sorted(Context().run(_submits, app.test_client(), password, tasks, meter))
    finally:
        app.wsgi_app = meter.application  # type: ignore[method-assign]
    return taken[len(taken) // 2] * 1000


class Meter:
    """Measures what the server spends on a request, without what the client does."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        #: CPU seconds of the last request.
        self.taken = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, and note how long it took."""
        started = process_time()
        answer = list(self.application(environ, start_response))
        self.taken = process_time() - started
        return answer


def _submits(client: FlaskClient, password: str, tasks: list[int], meter: Meter) -> list[float]:
    _sign_in(client, "lyxx_clerk", password)
    return [_submit(client, task, meter) for task in tasks]


def _sign_in(client: FlaskClient, username: str, password: str) -> None:
    page = client.get("/login").get_data(as_text=True)
    form = {"username": username, "password": password, "csrf_token": _token(page)}
    answer = client.post("/login", data=form)
    if answer.status_code != 302:
        raise RuntimeError(f"sign-in answered {answer.status_code}")


def _token(page: str) -> str:
    match = _TOKEN.search(page)
    if match is None:
        raise RuntimeError("the page has no CSRF token")
    return match[1]


def _tasks() -> list[int]:
    """Open as many cases; return their first tasks."""
    feedback = opening.Feedback(
        unit="柳塬镇中心小学",
        problem="安全出口上锁",
        requirement="立即拆除",
        category=Category.C01,
        severity=Severity.GENERAL,
        issued_on=today(),
    )
    made = opening.open_cases([feedback] * ROUNDS, accounts.actor("wangmin"))
    query = select(Task.id).where(Task.case_id.in_([case.id for case in made]))
    return list(db.session.scalars(query.where(Task.key == "acknowledge")))


def _submit(client: FlaskClient, task: int, meter: Meter) -> float:
    token = _token(client.get(f"/tasks/{task}").get_data(as_text=True))
    form = {"signed_by": "李老师", "csrf_token": token}
    answer = client.post(f"/tasks/{task}/complete", data=form)
    if answer.status_code not in (302, 303):
        raise RuntimeError(f"the submit answered {answer.status_code}")
    return meter.taken
