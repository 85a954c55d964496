"""Signing in and out, the language, and who may see what."""

import pytest

from app.domain.people import IDLE_FOR
from app.services import founding
from tests.web.visiting import PASSWORD, Visitor, sent


def test_a_stranger_is_asked_to_sign_in_and_comes_back(client):
    stranger = Visitor(client)

    answer = stranger.get("/cases?open=1", status=302)

    assert answer.response.location == "/login?next=/cases?open%3D1"
    signed_in = stranger.post(
        "/login", status=302, username="wangmin", password=PASSWORD, next="/cases?open=1"
    )
    assert signed_in.response.location == "/cases?open=1"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_nobody_is_sent_to_another_site(client, elsewhere):
    answer = Visitor(client).post(
        "/login", status=302, username="wangmin", password=PASSWORD, next=elsewhere
    )

    assert answer.response.location == "/inbox"


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(client):
    known = Visitor(client).post("/login", status=401, username="wangmin", password="x")
    unknown = Visitor(client).post("/login", status=401, username="nobody", password="x")

    told = "//*[@role='alert']"
    assert known.one(told).text_content() == unknown.one(told).text_content()
    assert known.value("username") == "wangmin"


def test_a_form_without_the_sessions_token_is_refused(client):
    Visitor(client, "wangmin")

    assert sent(client.post, "/logout").status == 400


def test_signing_out_ends_the_login(client):
    person = Visitor(client, "wangmin")

    person.post("/logout", status=302)

    person.get("/inbox", status=302)


def test_a_login_left_alone_ends(client, clock):
    person = Visitor(client, "wangmin")

    clock.shift(IDLE_FOR * 2)

    person.get("/inbox", status=302)


def test_whoever_is_asked_to_sign_in_is_told_why(client, clock):
    stranger = Visitor(client).get("/login?next=/cases")
    elsewhere = Visitor(client).get("/login?next=https://elsewhere.example/")
    person = Visitor(client, "wangmin")
    clock.shift(IDLE_FOR * 1.1)
    expired = person.follow(person.get("/cases", status=302))

    assert "请先登录" in stranger.text
    assert "请先登录" not in elsewhere.text
    assert "登录已过期" in expired.text


def test_a_page_that_refreshes_by_itself_keeps_nobody_signed_in(client, clock):
    person = Visitor(client, "wangmin")
    clock.shift(IDLE_FOR * 0.7)
    person.get("/monitor", headers={"X-By-Itself": "1"})

    clock.shift(IDLE_FOR * 0.7)

    person.get("/inbox", status=302)


def test_a_part_of_a_page_sends_the_whole_browser_to_the_login(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/tasks/7"}

    answer = client.get("/tasks/7", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=/tasks/7"


def test_a_script_is_told_that_the_login_has_ended(client):
    answer = client.get("/inbox", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json) == (401, {"detail": "登录已过期，请重新登录。"})


@pytest.mark.parametrize(
    ("username", "first"),
    [("wangmin", "/inbox"), ("fenxi", "/designer"), ("xitong", "/monitor/incidents")],
)
def test_who_signs_in_begins_where_the_work_is(client, username, first):
    visitor = Visitor(client, username)

    assert visitor.get("/", status=302).response.location == first
    assert first in {link.get("href").split("?")[0] for link in visitor.get(first).all("//nav//a")}


def test_who_keeps_the_program_running_finds_the_jobs(client):
    links = Visitor(client, "xitong").get("/monitor/incidents").all("//nav//a/@href")

    assert "/jobs" in links


def test_the_language_is_remembered_with_the_person(client):
    person = Visitor(client, "wangmin")

    person.post("/locale", status=302, locale="en")
    person.post("/logout", status=302)

    again = Visitor(client, "wangmin").get("/inbox")
    assert again.one("/html").get("lang") == "en"


def test_only_the_office_sees_the_offices_pages(client):
    clerk = Visitor(client, "lyxx_clerk")

    for path in ("/cases/new", "/cases/import", "/follow-ups"):
        assert clerk.get(path, status=403).title == "您无权办理此事项"
    assert "立案下达" not in clerk.get("/inbox").text


def test_every_page_carries_the_headers_that_protect_it(client):
    answer = client.get("/login")

    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "HX-Request" in answer.headers["Vary"]


def test_no_page_runs_a_script_of_its_own(client):
    page = Visitor(client, "wangmin").get("/inbox")

    inline = page.all("//script[not(@src) and @type != 'application/json']")
    assert inline == []
    assert page.all("//@*[starts-with(name(), 'on')]") == []


def test_built_files_may_be_kept_because_their_address_changes(client):
    page = Visitor(client).get("/login")
    (address,) = page.all("//script[@type='module']/@src")

    answer = client.get(address)

    assert "?v=" in address
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    answer.close()


def test_an_unknown_page_says_so(client):
    page = Visitor(client, "wangmin").get("/nope", status=404)

    assert page.title == "找不到这个页面"


def test_the_first_administrator_is_made_through_a_link_that_works_once(app, client):
    token = founding.invite()
    person = Visitor(client)
    told = {"county": "清溪县", "username": "admin", "name": "管理员", "token": token}
    told |= {"case_prefix": "q-x", "letter_prefix": "清教督办函"}

    wrong = person.post("/setup", status=422, password="Strong-password-1", **told)
    assert "2—8 个大写字母" in wrong.one("//*[@id='case_prefix-error']").text_content()
    told["case_prefix"] = "qx"

    weak = person.post("/setup", status=422, password="short", **told)
    assert weak.value("county") == "清溪县"
    person.post("/setup", password="Strong-password-1", **told)

    person.get(f"/setup?token={token}", status=404)
    person.post("/login", status=302, username="admin", password="Strong-password-1")
    assert "清溪县教育督导办公室" in person.get("/inbox").text
