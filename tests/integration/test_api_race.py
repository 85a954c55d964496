"""Programs that send at the same time, on real connections."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from app.db import db
from app.domain.case import Case
from tests.cast import ANSWERS
from tests.web.calling import Caller, feedback


def at_once(app, *sends):
    """Return the statuses of calls sent at the same time, each from a thread of its own."""

    def send(caller, path, options):
        return caller.response("POST", path, **options).status_code

    with ThreadPoolExecutor(len(sends)) as pool:
        return sorted(pool.map(lambda one: send(*one), sends))


def test_a_write_that_is_sent_twice_at_once_is_done_once(app, clock):
    office = Caller(app.test_client(), "wangmin")
    options = {"json": feedback(), "headers": {"Idempotency-Key": "k1"}}

    statuses = at_once(app, *[(office, "/cases", options)] * 4)

    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    db.session.rollback()  # look again: what was read before the race is old
    assert db.session.scalar(select(func.count(Case.id))) == 1


def test_of_two_who_complete_a_task_at_once_one_is_told_of_the_other(app, cast):
    case = cast.open_case()
    path = f"/tasks/{cast.task(case, 'acknowledge').id}/complete"
    clerk = Caller(app.test_client(), "lyxx_clerk")
    options = {"json": {"answers": ANSWERS["acknowledge"]}}

    assert at_once(app, *[(clerk, path, options)] * 3) == [200, 409, 409]


def test_of_two_who_begin_a_draft_at_once_one_is_told_of_the_other(app, clock):
    analyst = Caller(app.test_client(), "fenxi")

    def keep(text):
        body = {"revision": 0, "xml": text}
        return analyst.response("PUT", "/diagrams/expediting/draft", json=body).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(keep, ("<one", "<other"))) == [200, 409]


def test_versions_that_are_approved_at_once_never_leave_two_in_force(app, clock):
    analyst, head = (Caller(app.test_client(), name) for name in ("fenxi", "chenjianguo"))
    text = analyst.get("/diagrams/expediting/1").decode()
    for name in ("甲", "乙"):
        xml = text.replace('name="督办函"', f'name="{name}"').encode()
        analyst.post("/diagrams", 201, data=xml, content_type="application/xml")

    approvals = [(head, f"/diagrams/expediting/{n}/publish", {"json": {}}) for n in (2, 3)]
    statuses = at_once(app, *approvals)

    db.session.rollback()
    states = [one["state"] for one in head.get("/diagrams")["items"] if one["key"] == "expediting"]
    assert statuses == [200, 200]
    assert sorted(states) == ["published", "retired", "retired"]
