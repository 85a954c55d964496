"""监控总览 in the demo county: every figure counted by hand, every number followed to its cases."""

import re
import shutil
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import text

from app.db import db
from app.services import accounts, inspectors
from tests.conftest import Visitor as Client
from tests.conftest import opened
from tests.web.visiting import Visitor

OVER = "('closed_out', 'follow_up', 'terminated', 'revoked')"
RUNS = f"stage NOT IN {OVER} AND stage <> 'suspended'"
TODAY, MONTH = "2026-11-22", "2026-11-01"
#: What each big figure counts, in plain SQL; the days are those of Beijing.
BY_HAND = {
    "open": f"stage NOT IN {OVER}",
    "due_today": f"{RUNS} AND reported_done_at IS NULL AND due_on = '{TODAY}'",
    "overdue": f"{RUNS} AND reported_done_at IS NULL AND due_on < '{TODAY}'",
    "letters_out": "id IN (SELECT case_id FROM letter WHERE state IN ('issued', 'replied'))",
    "closed_out": f"date(closed_out_at, '+8 hours') BETWEEN '{MONTH}' AND '{TODAY}'",
}
LIGHTS = {one: f"{RUNS} AND light = '{one}'" for one in ("red", "yellow", "blue", "green")}
COLUMNS = (*LIGHTS.values(), "stage = 'suspended'", BY_HAND["overdue"], BY_HAND["open"])
#: What names the group of a case, by the switch of the lights.
GROUPS = {
    "unit": '(SELECT name FROM unit WHERE id = "case".lead_unit_id)',
    "department": '(SELECT name FROM unit WHERE id = "case".department_id)',
    "category": "category",
    "severity": "severity",
    "town": "(SELECT CASE town.kind WHEN 'town' THEN town.name ELSE own.name END FROM unit own"
    " LEFT JOIN unit town ON town.id = own.parent_id WHERE own.id = lead_unit_id)",
    "inspector": "(SELECT coalesce(one.name, '未指定责任督学') FROM unit LEFT JOIN user one"
    " ON one.id = unit.inspector_id WHERE unit.id = lead_unit_id)",
}
NUMBER = re.compile(r"[\d,]+")


@pytest.fixture(scope="module")
def program(demo_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("overview")
    shutil.copy(demo_template, folder / "xiaohao.db")
    with opened(folder / "xiaohao.db", folder) as clock:
        yield clock


@pytest.fixture(scope="module")
def visitor(program):
    """Let somebody sign in; each person once."""
    from flask import current_app

    app = current_app._get_current_object()
    app.test_client_class = Client
    seated = {}

    def seat(username):
        if username not in seated:
            seated[username] = Visitor(app.test_client(), username)
        return seated[username]

    return seat


@pytest.fixture(scope="module")
def chief(visitor):
    return visitor("zhoulan")


def ask(what, where):
    """Ask the table of cases; rows of what was found."""
    query = f'SELECT {what} FROM "case" WHERE {where}'  # noqa: S608 - the words are this file's
    return [tuple(row) for row in db.session.execute(text(query))]


def count(condition, among="1 = 1"):
    return ask("count(*)", f"({condition}) AND {among}")[0][0]


def number(words):
    return int(words.replace(",", ""))


def figures(page):
    """The big figures of a page, by their keys."""
    tiles = page.all("//li[contains(@class, 'big-figure')]")
    return {one.get("id").removeprefix("figure-"): one.find(".//b").text for one in tiles}


def rows(page, chart):
    """The table under a chart: for each name the numbers beside it."""
    found = {}
    for row in page.all(f"//gov-chart[@id='{chart}']//tbody/tr"):
        name, *cells = [cell.text_content().strip() for cell in row]
        found[name] = [number(cell) for cell in cells]
    return found


def links(page):
    """Every number of the page that leads to cases, with where it leads."""
    for link in page.all("//div[@id='overview']//a[starts-with(@href, '/cases?')]"):
        shown = (link.find(".//b") if link.find(".//b") is not None else link).text_content()
        if NUMBER.fullmatch(shown.strip()):
            yield link.get("href"), number(shown.strip())


def astray(chief, found):
    """Follow each link once; return those that show another number of cases."""
    texts = {link: chief.get(link).text for link in {link for link, _ in found}}
    return [(link, n) for link, n in found if f"共 {n} 件" not in texts[link]]


def test_each_big_figure_is_what_a_count_by_hand_finds(chief):
    shown = figures(chief.get("/monitor"))

    assert {key: number(shown[key]) for key in BY_HAND} == {
        key: count(condition) for key, condition in BY_HAND.items()
    }
    assert number(shown["open"]) > number(shown["overdue"]) > 0


def test_the_relapse_rate_tells_what_it_is_made_of(chief):
    page = chief.get("/monitor")
    back, again = count("followed_up_at IS NOT NULL"), count("cycle > 1")

    assert figures(page)["relapsed"] == f"{again / back:.0%}"
    assert f"反弹 {again} ÷ 已回头看 {back}" in page.text


def test_the_case_that_is_overdue_longest_is_named(chief):
    page = chief.get("/monitor")
    ((days,),) = ask(f"julianday('{TODAY}') - julianday(min(due_on))", BY_HAND["overdue"])

    link = page.one("//li[@id='figure-overdue']/a[contains(@class, 'note')]")

    assert link.text == f"最长逾期 {int(days)} 天"
    assert chief.get(link.get("href")).status == 200


def test_the_parts_add_up_to_what_is_open(chief):
    page = chief.get("/monitor")
    parts = {
        one.get("data-part-of"): number(one.find("b").text)
        for one in page.all("//a[@data-part-of]")
    }

    assert parts == {
        "within": count(f"{RUNS} AND reported_done_at IS NULL AND due_on >= '{TODAY}'"),
        "overdue": count(BY_HAND["overdue"]),
        "awaiting": count(f"{RUNS} AND reported_done_at IS NOT NULL"),
        "suspended": count("stage = 'suspended'"),
    }
    assert sum(parts.values()) == count(BY_HAND["open"])


@pytest.mark.parametrize("by", GROUPS)
def test_the_lights_are_counted_by(chief, by):
    shown = rows(chief.get(f"/monitor?by={by}&all=1"), "lights")
    sums = ", ".join(f"sum({condition})" for condition in COLUMNS)
    counted = [list(row) for row in ask(f"{GROUPS[by]}, {sums}", f"{BY_HAND['open']} GROUP BY 1")]

    assert sorted(shown.values()) == sorted(row[1:] for row in counted)
    if by not in ("category", "severity"):  # these are shown by their names
        assert shown == {row[0]: row[1:] for row in counted}


@pytest.mark.parametrize("by", GROUPS)
def test_every_number_leads_to_as_many_cases(chief, by):
    found = list(links(chief.get(f"/monitor?by={by}&all=1")))

    assert len(found) > 20
    assert astray(chief, found) == []


def test_the_worst_stand_first_and_ten_of_them(chief):
    page, whole = chief.get("/monitor"), chief.get("/monitor?all=1")
    shown, every = rows(page, "lights"), rows(whole, "lights")

    assert list(shown) == list(every)[:10]
    assert len(every) > 10
    assert f"显示全部 {len(every)} 个" in page.text
    assert "显示全部" not in whole.text
    order = [[-light for light in row[:3]] for row in every.values()]
    assert order == sorted(order)


def test_the_trend_is_what_happened_from_monday_to_sunday(chief):
    shown = rows(chief.get("/monitor"), "weeks")

    days = ("issued_on", "date(closed_out_at, '+8 hours')", "date(overdue_at, '+8 hours')")
    for name, row in shown.items():
        monday = name[:10]
        sunday = f"date('{monday}', '+6 days')"
        assert row == [count(f"{day} BETWEEN '{monday}' AND {sunday}") for day in days], name
    assert len(shown) == 26
    assert list(shown)[-1] == "2026-11-16 至 11-22"


def test_the_busiest_steps_are_those_where_tasks_are_open(chief):
    shown = rows(chief.get("/monitor"), "steps")
    query = (
        "SELECT name, count(*), sum(due_at < '2026-11-22 04:00:00') FROM task"
        " WHERE closed_at IS NULL AND case_id IS NOT NULL GROUP BY name"
    )

    assert shown == {name: [n, late or 0] for name, n, late in db.session.execute(text(query))}


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("severity=major", "severity = 'major'"),
        ("level=higher", "source_level = 'higher'"),
        ("period=2026-2027-1", "issued_on BETWEEN '2026-09-01' AND '2027-01-31'"),
        ("period=2026-09-10..2026-10-10", "issued_on BETWEEN '2026-09-10' AND '2026-10-10'"),
        ("period=2025", "issued_on BETWEEN '2025-01-01' AND '2025-12-31'"),
    ],
)
def test_everything_is_narrowed_down(chief, asked, meant):
    page = chief.get(f"/monitor?{asked}")

    shown = {key: number(found) for key, found in figures(page).items() if key in BY_HAND}
    assert shown == {key: count(condition, meant) for key, condition in BY_HAND.items()}
    issued = sum(row[0] for row in rows(page, "weeks").values())
    assert issued == count("issued_on >= '2026-05-25'", meant)


def test_narrowed_down_every_number_leads_to_as_many_cases(chief):
    found = list(links(chief.get("/monitor?by=town&period=2026-2027-1&severity=serious")))

    assert len(found) > 10
    assert astray(chief, found) == []


@pytest.mark.parametrize(
    ("username", "own"),
    [
        ("zhangjing", "department_id = (SELECT id FROM unit WHERE name = '青岚县教育局')"),
        ("sgzx_head", "lead_unit_id = (SELECT id FROM unit WHERE name = '石鼓坪镇初级中学')"),
    ],
)
def test_each_sees_their_own(visitor, username, own):
    page = visitor(username).get("/monitor")

    shown = {key: number(found) for key, found in figures(page).items() if key in BY_HAND}
    assert shown == {key: count(condition, own) for key, condition in BY_HAND.items()}


def test_who_has_no_cases_is_told_so(visitor):
    page = visitor("fenxi").get("/monitor")

    assert "您的角色不查看具体事项" in page.text
    assert figures(page) == {}


def test_a_refresh_brings_the_figures_alone(chief):
    page = chief.get(
        "/monitor?by=town", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )

    assert page.all("//nav | //form") == page.all("//nav[@aria-label='预警灯的排列']")
    assert "更新于 12:00:00" in page.text
    assert page.one("//div[@id='overview']").get("hx-get") == "/monitor?by=town"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("by=colour", "“colour”不是“by”的有效取值"),
        ("colour=red", "没有“colour”这个筛选条件"),
        ("period=2026-03-01..2026-02-01", "期间的结束（2026-02-01）早于开始（2026-03-01）"),
        ("all=2", "“2”不是“all”的有效取值"),
    ],
)
def test_what_means_nothing_is_named(chief, asked, told):
    assert told in chief.get(f"/monitor?{asked}", status=422).text


def book(page):
    return openpyxl.load_workbook(BytesIO(page.body))


def test_the_workbook_holds_what_the_page_shows(chief):
    page = chief.get("/monitor?by=town&all=1")
    response = chief.get("/monitor/overview.xlsx?by=town")
    whole = book(response)

    assert whole.sheetnames == [
        *("总体", "责任单位", "乡镇街道", "主管部门", "问题类别", "严重程度", "责任督学"),
        *("每周趋势", "环节"),
    ]
    # Names stand over their figures.
    assert whole["总体"]["B2"].alignment.horizontal == "right"
    assert whole["总体"].print_title_rows == "$1:$2"
    for chart, sheet in (("lights", "乡镇街道"), ("weeks", "每周趋势"), ("steps", "环节")):
        lines = [list(line) for line in whole[sheet].iter_rows(min_row=3, values_only=True)]
        kept = {name: figures for name, *figures in lines if name != "合计（全部）"}
        assert kept == rows(page, chart)
    assert "监控总览_2026-11-22.xlsx" in response.response.headers["Content-Disposition"] or (
        "%E7%9B%91" in response.response.headers["Content-Disposition"]
    )


def test_the_workbook_of_one_picture_is_one_sheet(chief):
    one = book(chief.get("/monitor/overview.xlsx?part=lights&by=category&severity=major"))

    assert one.sheetnames == ["问题类别"]
    assert one["问题类别"]["A1"].value == "在办事项的预警灯，按问题类别，2026-11-22（重大）"
    assert (
        "没有“colours”这一部分" in chief.get("/monitor/overview.xlsx?part=colours", status=422).text
    )


def test_a_program_gets_the_same(program, chief):
    from flask import current_app

    client = Client(current_app._get_current_object())
    login = {"username": "zhoulan", "password": "Qinglan-2026"}
    token = client.post("/api/v1/tokens", json=login).json["token"]

    answer = client.get(
        "/api/v1/monitor/overview?by=town", headers={"Authorization": f"Bearer {token}"}
    ).json

    page = chief.get("/monitor?by=town&all=1")
    shown = figures(page)
    assert answer["counts"]["open"] == number(shown["open"])
    assert answer["closed_out_this_month"] == number(shown["closed_out"])
    assert answer["longest_overdue"]["days"] == 25
    assert [one["name"] for one in answer["groups"]] == list(rows(page, "lights"))
    assert [one["overdue"] for one in answer["weeks"]] == [
        row[2] for row in rows(page, "weeks").values()
    ]
    assert {one["name"]: [one["open"], one["overdue"]] for one in answer["steps"]} == rows(
        page, "steps"
    )


def test_a_program_says_who_looks_after_a_school(program):
    from flask import current_app

    client = Client(current_app._get_current_object())
    asked = {"school": "青岚县特殊教育学校", "inspector": "tangbo"}

    def put(username, body):
        login = {"username": username, "password": "Qinglan-2026"}
        token = client.post("/api/v1/tokens", json=login).json["token"]
        headers = {"Authorization": f"Bearer {token}"}
        return client.put("/api/v1/monitor/inspectors", json=body, headers=headers)

    answer = put("wangmin", asked)

    (school,) = [one for one in answer.json["items"] if one["name"] == asked["school"]]
    assert (school["inspector"], school["inspector_name"]) == ("tangbo", "唐博")
    assert put("zhoulan", asked).status_code == 403
    assert put("wangmin", asked | {"inspector": "limei"}).json["errors"]["inspector"]
    assert put("wangmin", asked | {"school": "不存在"}).json["errors"]["school"]
    assert put("wangmin", asked | {"inspector": ""}).status_code == 200


@pytest.mark.parametrize(
    ("username", "page"), [("zhoulan", "/monitor"), ("liuzheng", "/monitor"), ("wangmin", "/inbox")]
)
def test_who_watches_begins_with_how_all_stands(visitor, username, page):
    assert visitor(username).get("/", status=302).response.location == page


def test_the_office_says_who_looks_after_a_school(visitor):
    office, page = visitor("wangmin"), visitor("wangmin").get("/monitor/inspectors")
    name = page.one("//select[@aria-labelledby = //th[contains(., '特殊教育学校')]/@id]").get(
        "name"
    )
    school = name.removeprefix("school-")
    people = {
        one.username: one.id for one in inspectors.of_county(accounts.actor("wangmin").county_id)
    }

    office.post("/monitor/inspectors", **{name: people["luoyun"], f"was-{school}": ""})

    kept = {one.name: one for one in inspectors.schools(accounts.actor("wangmin"))}
    assert kept["青岚县特殊教育学校"].inspector.username == "luoyun"
    # What somebody else changed meanwhile stays: the page was opened when nobody was assigned.
    office.post("/monitor/inspectors", **{name: "", f"was-{school}": ""})
    db.session.rollback()
    assert kept["青岚县特殊教育学校"].inspector.username == "luoyun"
    office.post("/monitor/inspectors", **{name: "", f"was-{school}": people["luoyun"]})


def test_only_the_office_says_so_and_only_of_inspectors(visitor):
    school = inspectors.schools(accounts.actor("wangmin"))[0].id
    nobody = {f"school-{school}": accounts.actor("limei").id}

    visitor("sunwei").post("/monitor/inspectors", status=403, **nobody)
    told = visitor("wangmin").post("/monitor/inspectors", status=422, **nobody)
    visitor("wangmin").post("/monitor/inspectors", status=404, **{"school-1": ""})
    visitor("lyxx_head").get("/monitor/inspectors", status=404)

    assert "不是本县的责任督学" in told.text
