"""通知: folded lines, reading them one by one, the settings of where else to be told, the proof."""

import re
from collections.abc import Iterator

import pytest

from app.domain.vocabulary import Channel
from app.messages import Writer, kinds
from app.services import accounts, deliveries, notices, subscriptions
from config.outgoing import Host, Outgoing
from tests.receivers import Hook, hook
from tests.web.calling import Caller
from tests.web.visiting import Visitor

SECRET = "a-secret-of-some-length"


@pytest.fixture
def outside(app) -> Iterator[Hook]:
    with hook() as made:
        hosts = (Host("127.0.0.1", "http", made.port, inner=True),)
        deliveries.configure(Outgoing(hosts=hosts), Writer("http://127.0.0.1"))
        yield made


@pytest.fixture
def address(outside):
    return f"http://127.0.0.1:{outside.port}/hook"


@pytest.fixture
def office(client) -> Visitor:
    return Visitor(client, "wangmin")


@pytest.fixture
def reddened(cast):
    """Three cases whose lights have all changed on the same days."""
    made = [cast.starts_work() for _ in range(3)]
    cast.passes(days=40)
    return made


def test_what_is_alike_and_of_one_day_is_one_line(reddened, office):
    page = office.get("/notices")
    told = notices.page(accounts.actor("wangmin"), limit=500)

    lines = page.all("//section[contains(@class, 'paper')]/ul/li")
    assert len(lines) < told.total
    assert "预警灯变化 3 项" in page.text or "预警灯变为红灯 3 项" in page.text
    bell = page.one("//header//a[@href='/notices']").text_content()
    assert int(re.search(r"\d+", bell)[0]) == notices.unread_lines(accounts.actor("wangmin"))


def test_opening_a_notice_leads_to_its_case_and_marks_it_read(reddened, office):
    actor = accounts.actor("wangmin")
    one = notices.page(actor).items[-1]
    before = notices.unread(actor)

    moved = office.get(f"/notices/{one.id}", status=302)

    assert moved.response.location == f"/cases/{one.case.number}"
    assert notices.unread(actor) == before - 1
    assert notices.get(one.id, actor).read_at is not None


def test_a_deadline_that_ran_out_leads_to_the_task(cast, client):
    case = cast.starts_work()
    cast.passes(days=40)
    owner = Visitor(client, "lyxx_owner")
    told = notices.page(accounts.actor("lyxx_owner")).items
    one = next(found for found in told if found.what in ("case_due", "progress_missing"))

    moved = owner.get(f"/notices/{one.id}", status=302)

    assert moved.response.location == f"/tasks/{cast.task(case, 'rectify').id}"


def test_somebody_elses_notice_is_not_there(reddened, client):
    one = notices.page(accounts.actor("wangmin")).items[0]

    Visitor(client, "lyxx_head").get(f"/notices/{one.id}", status=404)

    assert notices.get(one.id, accounts.actor("wangmin")).read_at is None


def test_a_line_is_marked_read_alone_and_then_all_of_it(reddened, office):
    actor = accounts.actor("wangmin")
    first = notices.page(actor).items[0]

    office.post("/notices/read", id=str(first.id))
    assert notices.get(first.id, actor).read_at is not None
    assert notices.unread(actor) > 0
    office.post("/notices/read")

    assert notices.unread(actor) == 0
    assert "没有未读通知" in office.get("/notices?only=unread").text


def test_the_office_proves_who_was_told_by_which_way_and_who_read_it(cast, office, address):
    head = accounts.actor("lyxx_head")
    wish = subscriptions.Wish(channel=Channel.WEBHOOK, address=address, secret=SECRET)
    subscriptions.save(head, wish)
    case = cast.closes_out()
    deliveries.sweep()
    notices.mark_read(accounts.actor("lyxx_clerk"))

    page = office.get(f"/cases/{case.number}/notices")

    rows = {row.xpath("./td[1]")[0].text_content().split()[0]: row.text_content()
            for row in page.all("//tbody/tr")}  # fmt: skip
    by_name = {name: " ".join(text.split()) for name, text in rows.items()}
    assert "通用回调 2026-03-02 09:00 已发送" in by_name[head.name]
    assert by_name[head.name].endswith("未读")
    assert by_name[accounts.actor("lyxx_clerk").name].endswith("—2026-03-02 09:00")
    links = office.get(f"/cases/{case.number}").all("//main//a/@href")
    assert f"/cases/{case.number}/notices" in links


def test_only_the_office_sees_that_proof(reddened, client):
    Visitor(client, "lyxx_head").get(f"/cases/{reddened[0].number}/notices", status=403)


@pytest.mark.parametrize(
    ("username", "told", "untold"),
    [
        ("xitong", "XIAOHAO_SMTP_URL", "请联系系统管理员"),
        ("wangmin", "请联系系统管理员", "XIAOHAO_SMTP_URL"),
    ],
)
def test_without_a_mail_server_each_is_told_what_he_can_do(client, outside, username, told, untold):
    page = Visitor(client, username).get("/me/notices")

    mail = page.one("//section[@id='email']").text_content()
    assert told in mail
    assert untold not in mail
    assert page.all("//section[@id='email']//form") == []
    assert page.all("//details[contains(@class, 'menu')]//a[@href='/me/notices']")


def save(office: Visitor, status: int = 303, **changes):
    wanted = [kind for _, them in kinds() for kind, _ in them]
    form = {
        "address": "",
        "secret": SECRET,
        "mode": "each",
        "active": "1",
        "kind": wanted,
        "quiet_from": "21:00",
        "quiet_until": "07:30",
    }
    return office.post("/me/notices/webhook", status=status, **form | changes)


def test_a_channel_is_set_tried_out_and_forgotten(office, outside, address):
    save(office, address=address)
    (kept,) = subscriptions.listing(accounts.actor("wangmin"))
    assert (kept.muted, kept.quiet_from.hour, kept.secret) == ([], 21, SECRET)
    assert SECRET not in office.get("/me/notices").response.get_data(as_text=True)

    office.post("/me/notices/webhook/test")
    page = office.get("/me/notices")
    assert "测试消息已通过“通用回调”发出" in page.text
    assert outside.calls[0].json["kind"] == "test"

    office.post("/me/notices/webhook/remove")
    assert subscriptions.listing(accounts.actor("wangmin")) == []


def test_a_test_that_fails_says_why(office, outside, address):
    save(office, address=address)
    outside.answers.append((500, {}, b""))

    office.post("/me/notices/webhook/test")
    assert "对方拒绝接收" in office.get("/me/notices").text
    office.post("/me/notices/webhook/test")
    assert "一分钟内只能发送一条" in office.get("/me/notices").text


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"address": "https://evil.example.com/"}, ("address", "没有允许向该主机发送")),
        ({"address": "javascript:alert(1)"}, ("address", "网址不正确")),
        ({"secret": "short"}, ("secret", "至少 16 个字符")),
        ({"quiet_until": ""}, ("quiet_until", "同时填写起止时间")),
        ({"quiet_from": "25:99"}, ("quiet_from", "时间应如 21:00")),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(office, outside, address, changes, wrong):
    field, words = wrong
    page = save(office, status=422, **{"address": address} | changes)

    fault = page.one(f"//*[@id='webhook-{field}-error']").text_content()
    assert words in fault
    assert page.one(f"//*[@id='webhook-{field}']").get("aria-invalid") == "true"
    assert subscriptions.listing(accounts.actor("wangmin")) == []


def test_leaving_the_secret_empty_keeps_it_and_unticked_kinds_are_muted(office, outside, address):
    save(office, address=address)
    save(office, address=address, secret="", kind=["light_changed"], mode="digest", quiet_from="",
         quiet_until="")  # fmt: skip

    (kept,) = subscriptions.listing(accounts.actor("wangmin"))
    assert (kept.secret, kept.digest, kept.quiet) == (SECRET, True, None)
    assert "light_changed" not in kept.muted
    assert "case_due" in kept.muted


def test_an_unknown_channel_is_not_there(office):
    office.post("/me/notices/pigeon", status=404)


def test_every_kind_of_notice_can_be_muted():
    from app.texts import NOTICES

    offered = [kind for _, them in kinds() for kind, _ in them]

    assert sorted(offered) == sorted(NOTICES)
    assert all("%(" not in title for _, them in kinds() for _, title in them)


def test_a_program_reads_notices_and_marks_them(reddened, client):
    office = Caller(client, "wangmin")
    listed = office.get("/notices?unread=1&limit=2")
    first = listed["items"][0]
    assert (first["read_at"], first["deliveries"], len(listed["items"])) == (None, [], 2)
    assert first["case"] in {case.number for case in reddened}

    read = office.post(f"/notices/{first['id']}/read")["read_at"]

    assert read is not None
    assert office.post(f"/notices/{first['id']}/read")["read_at"] == read
    assert office.get("/notices?unread=1")["total"] == listed["total"] - 1
    more = office.get(f"/notices?unread=true&cursor={listed['next']}")
    assert first["id"] not in [one["id"] for one in more["items"]]


def test_a_program_sees_no_notice_of_others_and_no_proof(reddened, client):
    one = notices.page(accounts.actor("wangmin")).items[0]
    school = Caller(client, "lyxx_head")

    school.post(f"/notices/{one.id}/read", 404)
    assert school.get(f"/cases/{reddened[0].number}/notices", 403)["code"] == "not_allowed"
    proof = Caller(client, "wangmin").get(f"/cases/{reddened[0].number}/notices")["items"]
    assert {"wangmin"} <= {line["username"] for line in proof}


def test_a_program_sets_the_channels_of_its_person(client, outside, address):
    office = Caller(client, "wangmin")
    one = {"channel": "webhook", "address": address, "secret": SECRET, "quiet_from": "21:00",
           "quiet_until": "07:30", "muted": ["light_changed"]}  # fmt: skip

    put = office.call("PUT", "/me/subscriptions", 200, json={"items": [one]})

    assert put == office.get("/me/subscriptions")
    (kept,) = put["items"]
    assert (kept["has_secret"], kept["quiet_until"], kept["muted"]) == (
        True,
        "07:30",
        ["light_changed"],
    )
    assert "secret" not in kept
    assert office.call("PUT", "/me/subscriptions", 200, json={"items": []})["items"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "https://10.0.0.1/"}, "items.0.address"),
        ({"channel": "email", "address": "a@example.cn"}, "items.0.address"),
        ({"secret": "short"}, "items.0.secret"),
        ({"channel": "pigeon"}, "items.0.channel"),
        ({"quiet_from": "9pm"}, "items.0.quiet_from"),
        ({"quiet_from": "21:00"}, "items.0.quiet_until"),
        ({"muted": ["x" * 60]}, "items.0.muted.0"),
    ],
)
def test_a_program_is_told_which_field_is_wrong(client, outside, address, changes, field):
    office = Caller(client, "wangmin")
    item = {"channel": "webhook", "address": address, "secret": SECRET} | changes

    refused = office.call("PUT", "/me/subscriptions", 422, json={"items": [item]})

    assert list(refused["errors"]) == [field]
    assert office.get("/me/subscriptions")["items"] == []


def test_one_channel_twice_is_refused_whole(client, outside, address):
    office = Caller(client, "wangmin")
    item = {"channel": "webhook", "address": address, "secret": SECRET}

    refused = office.call("PUT", "/me/subscriptions", 422, json={"items": [item, item]})

    assert list(refused["errors"]) == ["items.1.channel"]
    assert office.get("/me/subscriptions")["items"] == []
