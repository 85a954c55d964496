"""The pages of the administrators, and one's own password."""

import pytest

from app.db import db
from app.domain.people import Unit, User
from app.services import accounts
from app.services._tries import MOST_FAILURES, TRIES
from app.services.people import passwords
from tests.web.visiting import PASSWORD, Visitor, sent

NEW = "Another-One-2"


@pytest.fixture
def keeper(client, clock):
    return Visitor(client, "xitong")


def id_of(username):
    return db.session.scalar(db.select(User.id).filter_by(username=username))


def school():
    return db.session.scalar(db.select(Unit.id).filter_by(name="柳塬镇中心小学"))


def test_the_administrators_find_the_page_and_others_do_not(client, clock):
    for username in ("xitong", "anquan", "shenji"):
        links = Visitor(client, username).get("/admin").all("//nav//a/@href")
        assert "/admin" in links
        client.delete_cookie("session")
    for path in ("/admin", "/admin/units", "/admin/record", "/admin/people/1"):
        office = Visitor(client, "wangmin").get(path, status=403)
        client.delete_cookie("session")
    assert "/admin" not in office.all("//nav//a/@href")


def test_people_are_found_by_name_unit_and_state(keeper):
    assert "刘" in keeper.get("/admin?q=liuzheng").text
    below = keeper.get(f"/admin?below={school()}")
    assert len(below.all("//tbody/tr")) == 3
    assert "没有符合条件的账号" in keeper.get("/admin?q=nobody-here").text
    for odd in ("?after=x", "?below=99999999999", "?role=king&state=odd", "?after=1"):
        keeper.get(f"/admin{odd}")


def test_lists_go_on_page_by_page(keeper):
    first = keeper.get("/admin")
    (onward,) = first.all("//a[@rel='next']/@href")

    second = keeper.get(onward)

    names = [set(page.all("//tbody//th//a/@href")) for page in (first, second)]
    assert len(names[0]) == 50
    assert names[1]
    assert not names[0] & names[1]


def test_a_new_account_gets_a_password_that_is_shown_once(client, keeper):
    typed = {"username": "newone", "name": "新人", "unit": "火星"}
    wrong = keeper.post("/admin/people/new", status=422, **typed)
    assert wrong.value("name") == "新人"
    assert wrong.one("//*[@id='unit-error']").text_content().strip()

    made = keeper.post("/admin/people/new", status=200, **typed | {"unit": "青岚县教育局"})

    password = made.one("//*[@id='one-time']").text_content()
    assert password not in keeper.get(f"/admin/people/{id_of('newone')}").text
    assert accounts.sign_in("newone", password, kind="web")


def test_who_has_a_one_time_password_does_nothing_before_changing_it(client, clock, keeper):
    password = passwords.reset(id_of("wangmin"), accounts.actor("xitong"))
    keeper.post("/logout", status=302)
    person = Visitor(client)
    person.post("/login", status=302, username="wangmin", password=password)

    assert person.get("/inbox", status=302).response.location == "/me/password"
    asked = sent(client.get, "/inbox", headers={"Accept": "application/json"})
    assert asked.status == 403
    page = person.get("/me/password")
    assert "一次性密码" in page.text
    token = page.all("//meta[@name='csrf-token']")[0].get("content")
    typed = {"csrf_token": token, "old": password, "new": NEW, "again": NEW}
    assert sent(client.post, "/me/password", data=typed).status == 303

    person.get("/inbox")


def test_ones_own_password_is_changed_by_who_knows_the_old_one(client, clock):
    person = Visitor(client, "wangmin")
    assert "/me/password" in person.get("/inbox").all("//a/@href")

    for wrong in ({"old": "x"}, {"again": "other"}, {"new": "short", "again": "short"}):
        typed = {"old": PASSWORD, "new": NEW, "again": NEW} | wrong
        page = person.post("/me/password", status=422, **typed)
        assert page.all("//input[@aria-invalid='true']")
        assert NEW not in page.body.decode()
    person.post("/me/password", old=PASSWORD, new=NEW, again=NEW)

    person.get("/inbox")
    assert accounts.sign_in("wangmin", NEW, kind="web")


def test_an_account_is_changed_closed_and_opened_again(keeper):
    page = f"/admin/people/{id_of('lyxx_clerk')}"
    refused = keeper.post(page, status=422, name="李新", unit="火星")
    assert refused.value("name") == "李新"
    keeper.post(page, name="李新", unit="柳塬镇初级中学")
    assert "李新" in keeper.get(page).text

    assert "立即结束" in keeper.get(f"{page}/deactivate").text
    keeper.post(f"{page}/deactivate")
    assert "已经停用" in keeper.get(page).text
    keeper.post(f"{page}/reactivate")

    told = keeper.get("/admin/record").text
    for what in ("更正姓名", "调到柳塬镇初级中学", "停用账号", "账号已恢复"):
        assert what in told


def test_nobody_closes_the_page_behind_themselves(keeper):
    own = f"/admin/people/{id_of('xitong')}"

    assert "不能停用自己的账号" in keeper.post(f"{own}/deactivate", status=422).text
    assert "最后一名" in keeper.post(f"/admin/people/{id_of('anquan')}/deactivate", status=422).text


def test_the_security_administrator_grants_the_roles(client, keeper):
    page = f"/admin/people/{id_of('lyxx_clerk')}"
    assert keeper.get(page).all("//input[@name='role']") == []
    keeper.post(f"{page}/roles", status=403, role="unit_owner")
    keeper.post("/logout", status=302)

    granter = Visitor(client, "anquan")
    wrong = granter.post(f"{page}/roles", status=422, role=["unit_owner", "audit_admin"])
    assert len(wrong.all("//input[@name='role'][@checked]")) == 2
    granter.post(f"{page}/roles", role=["unit_owner", "unit_head"])
    granter.post(f"{page}/roles", status=422, role=["king"])

    assert {str(role) for role in accounts.actor("lyxx_clerk").roles} == {"unit_owner", "unit_head"}
    assert granter.get("/", status=302).response.location == "/admin"


def test_units_are_added_renamed_and_closed(keeper):
    facts = {"name": "新小学", "kind": "school", "parent": "柳塬镇人民政府", "department": ""}
    keeper.post("/admin/units/new", status=422, **facts | {"kind": "county"})
    keeper.post("/admin/units/new", status=422, **facts | {"parent": ""})
    made = keeper.post("/admin/units/new", **facts).response.location

    keeper.post(made, name="新一小", department="青岚县教育局")
    keeper.post(made, status=422, name="柳塬镇中心小学", department="")
    keeper.post(f"{made}/deactivate")
    assert "已经停用" in keeper.get(made).text
    assert "新一小" in keeper.get("/admin/units?state=inactive").text
    keeper.post(f"{made}/reactivate")

    full = keeper.post(f"/admin/units/{school()}/deactivate", status=422)
    assert "在用的账号 3 个" in full.text
    assert keeper.get("/admin/units").all("//tbody/tr")


def test_a_county_chooses_what_its_numbers_begin_with(keeper):
    county = f"/admin/units/{accounts.actor('xitong').county_id}"
    assert keeper.get(county).value("case_prefix") == "QL"

    wrong = keeper.post(f"{county}/numbers", status=422, case_prefix="q-", letter_prefix="函")
    assert wrong.value("case_prefix") == "q-"
    keeper.post(f"{county}/numbers", case_prefix="QLX", letter_prefix="青教督办函")

    assert keeper.get(county).value("letter_prefix") == "青教督办函"
    assert "QLX" in keeper.get("/admin/record").text


def test_an_address_that_guesses_is_barred_and_told_so(client, clock):
    far = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}}
    stranger = Visitor(client)
    body = {"csrf_token": stranger.token(), "username": "nobody", "password": "x"}

    told = [sent(client.post, "/login", data=body, **far).text for _ in range(MOST_FAILURES + 1)]
    known = {**body, "username": "wangmin", "password": PASSWORD}
    barred = sent(client.post, "/login", data=known, **far)
    near = sent(client.post, "/login", data=known)
    TRIES.forget("203.0.113.9")

    assert "网络地址" not in told[-2]
    assert "网络地址" in told[-1]
    assert (barred.status, near.status) == (401, 302)


def test_the_pages_read_in_english(client, keeper):
    keeper.post("/locale", status=302, locale="en")

    for path in ("/admin", "/admin/units", "/admin/record", "/admin/people/new", "/me/password"):
        page = keeper.get(path)
        words = "".join(page.all("//main//h1//text() | //main//label/text()"))
        assert not any("一" <= sign <= "鿿" for sign in words), words
