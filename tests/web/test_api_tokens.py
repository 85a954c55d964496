from datetime import timedelta

from tests.web.calling import PASSWORD, Caller


def test_a_token_opens_the_api(client, clock):
    me = Caller(client, "wangmin").get("/me")

    assert me["user"]["username"] == me["username"] == "wangmin"
    assert "office" in me["roles"]
    assert me["unit"]
    assert me["counts"] == {"mine": 0, "claimable": 0, "overdue": 0, "today": 0, "unread": 0}


def test_without_a_token_nothing_is_told_and_the_way_in_is_named(client):
    stranger = Caller(client)

    refused = stranger.response("GET", "/me")

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.content_type == "application/problem+json"
    assert refused.json["code"] == "unauthenticated"


def test_a_cookie_is_no_token(client, clock):
    token = Caller(client).post("/tokens", 201, json={"username": "wangmin", "password": PASSWORD})[
        "token"
    ]
    with client.session_transaction() as session:
        session["_user_id"] = token

    assert client.get("/api/v1/me").status_code == 401


def test_a_wrong_password_is_refused_in_the_readers_language(client, clock):
    body = {"username": "wangmin", "password": "guess"}

    refused = Caller(client).post("/tokens", 401, json=body)

    assert refused["code"] == "login_refused"
    assert "密码" in refused["detail"]


def test_a_token_ends_when_it_is_given_back(client, clock):
    caller = Caller(client, "wangmin")

    caller.call("DELETE", "/tokens/current", 204)

    assert caller.get("/me", 401)["code"] == "unauthenticated"


def test_a_token_ends_by_itself(client, clock):
    caller = Caller(client, "wangmin")

    clock.shift(timedelta(hours=12, seconds=1))

    assert caller.get("/me", 401)["status"] == 401


def test_a_post_needs_no_csrf_token(app, clock):
    app.config["WTF_CSRF_ENABLED"] = True

    assert Caller(app.test_client(), "wangmin").get("/me")
