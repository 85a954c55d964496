"""Accounts by the API."""

import pytest

from app.db import db
from app.domain.people import User
from tests.web.calling import PASSWORD, Caller

NEW = "Another-One-2"


@pytest.fixture
def keeper(client, clock):
    return Caller(client, "xitong")


def id_of(username):
    return db.session.scalar(db.select(User.id).filter_by(username=username))


def test_accounts_are_listed_page_by_page_and_narrowed(keeper):
    first = keeper.get("/users?limit=5")
    second = keeper.get(f"/users?limit=5&cursor={first['next']}")
    clerks = keeper.get("/users?role=unit_clerk&q=lyxx")

    ids = [one["id"] for one in first["items"] + second["items"]]
    assert ids == sorted(set(ids), reverse=True)
    assert [one["username"] for one in clerks["items"]] == ["lyxx_clerk"]
    assert clerks["items"][0]["roles"] == ["unit_clerk"]
    keeper.get("/users?cursor=odd", 422)


def test_an_account_is_made_changed_closed_and_opened(client, keeper):
    body = {"username": "newone", "name": "新人", "unit": "青岚县教育局"}
    made = keeper.post("/users", 201, json=body)
    user = made["user"]["id"]
    assert keeper.post("/users", 422, json=body)["errors"].keys() == {"username"}
    body = {"username": "newone", "password": made["password"]}
    assert Caller(client).post("/tokens", 401, json=body)["code"] == "password_temporary"

    keeper.call("PATCH", f"/users/{user}", 200, json={"unit": "柳塬镇中心小学"})
    keeper.post(f"/users/{user}/deactivate")
    assert keeper.get(f"/users/{user}")["active"] is False
    keeper.post(f"/users/{user}/reactivate")
    reset = keeper.post(f"/users/{user}/password", json={"password": NEW})

    assert reset["password"] == NEW
    assert reset["user"]["must_change_password"] is True
    changes = keeper.get("/account-changes?limit=2")
    assert [one["what"] for one in changes["items"]] == ["password_reset", "reactivated"]
    assert changes["total"] == 5
    assert keeper.get("/users/999999", 404)


def test_roles_are_set_by_whoever_grants_them(client, keeper):
    path = f"/users/{id_of('lyxx_clerk')}/roles"
    keeper.call("PUT", path, 403, json={"roles": ["unit_owner"]})
    granter = Caller(client, "anquan")

    set_to = granter.call("PUT", path, 200, json={"roles": ["unit_owner", "unit_head"]})

    assert set_to["user"]["roles"] == ["unit_head", "unit_owner"]
    wrong = granter.call("PUT", path, 422, json={"roles": ["unit_owner", "system_admin"]})
    assert wrong["errors"].keys() == {"roles"}


def test_a_closed_account_has_no_tokens_left(client, keeper):
    clerk = Caller(client, "lyxx_clerk")

    keeper.post(f"/users/{id_of('lyxx_clerk')}/deactivate")

    clerk.get("/me", 401)


def test_ones_own_password_ends_all_other_tokens(client, clock):
    here, elsewhere = Caller(client, "wangmin"), Caller(client, "wangmin")
    here.post("/me/password", 422, json={"old": "x", "new": NEW})

    here.post("/me/password", 204, json={"old": PASSWORD, "new": NEW})

    here.get("/me")
    elsewhere.get("/me", 401)


def test_units_are_listed_added_changed_and_closed(keeper):
    first = keeper.get("/units?limit=3")
    onward = keeper.get(f"/units?limit=3&cursor={first['next']}")
    assert not {one["id"] for one in first["items"]} & {one["id"] for one in onward["items"]}

    body = {"name": "新小学", "kind": "school", "parent": "柳塬镇人民政府"}
    unit = keeper.post("/units", 201, json=body)["id"]
    keeper.post("/units", 422, json=body)
    body = {"name": "新一小", "department": "青岚县教育局"}
    changed = keeper.call("PUT", f"/units/{unit}", 200, json=body)
    assert (changed["name"], changed["department"]) == ("新一小", "青岚县教育局")
    assert keeper.post(f"/units/{unit}/deactivate")["active"] is False
    assert keeper.post(f"/units/{unit}/reactivate")["active"] is True
    keeper.post(f"/units/{first['items'][0]['id']}/deactivate", 422)


@pytest.mark.parametrize("path", ["/users", "/units", "/account-changes"])
def test_it_is_the_administrators_business(client, clock, path):
    Caller(client, "wangmin").get(path, 403)
    assert Caller(client, "shenji").get(path)["total"] >= 0
