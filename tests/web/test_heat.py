"""流程热力图 in the demo county: every number counted by hand and followed to its tasks."""

import json
import shutil
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import text

from app.db import db
from tests.conftest import Visitor as Client
from tests.conftest import opened
from tests.web.calling import Caller
from tests.web.visiting import Visitor

PAGE = "/monitor/diagrams"
NOW = "2026-11-22 04:00:00"  # noon in Beijing
#: Open and overdue tasks by step of one process, in plain SQL.
BY_HAND = f"""
SELECT task.key, count(*), sum(task.sort_at < '{NOW}') FROM task
JOIN process ON process.id = task.process_id JOIN diagram ON diagram.id = process.diagram_id
JOIN "case" ON "case".id = task.case_id
WHERE task.closed_at IS NULL AND diagram.key = :key AND {{among}} GROUP BY task.key
"""  # noqa: S608 - the words are this file's


@pytest.fixture(scope="module")
def program(demo_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("heat")
    shutil.copy(demo_template, folder / "xiaohao.db")
    with opened(folder / "xiaohao.db", folder) as clock:
        yield clock


@pytest.fixture(scope="module")
def client(program):
    from flask import current_app

    app = current_app._get_current_object()
    app.test_client_class = Client
    return app.test_client


@pytest.fixture(scope="module")
def chief(client):
    return Visitor(client(), "zhoulan")


def by_hand(key="rectification", among="1 = 1"):
    rows = db.session.execute(text(BY_HAND.format(among=among)), {"key": key})
    return {row[0]: (row[1], row[2]) for row in rows}


def rows(page):
    """The cells of each step, by its key."""
    found = page.all("//table[@id='heat-steps']/tbody/tr")
    return {row.get("data-element"): row.findall("td") for row in found}


def shown(page):
    """The steps at which something waits: how much, and how much of it overdue."""
    cells = {key: (words(row[0]), words(row[1])) for key, row in rows(page).items()}
    return {key: (int(a), int(b)) for key, (a, b) in cells.items() if a != "0"}


def words(node):
    return " ".join(node.text_content().split())


def facts(page):
    return json.loads(page.one("//script[@id='heat-facts']").text)


@pytest.mark.parametrize("key", ["rectification", "expediting", "follow_up", "objection"])
def test_each_number_is_what_a_count_by_hand_finds(chief, key):
    assert shown(chief.get(f"{PAGE}/{key}")) == by_hand(key) != {}


def test_what_is_narrowed_down_stays_what_a_count_by_hand_finds(chief):
    asked = {"severity=major": "severity = 'major'", "period=2026-2027": "issued_on > '2026-08-31'"}
    for narrowed, among in asked.items():
        page = chief.get(f"{PAGE}?{narrowed}&by=dwell&version=1")
        assert shown(page) == by_hand(among=among) != by_hand(), narrowed


def test_each_number_leads_to_as_many_tasks(chief):
    page = chief.get(f"{PAGE}?period=2026")
    links = page.all("//div[@id='heat-numbers']//a[contains(@href, '/steps')][normalize-space()]")
    numbers = [link for link in links if words(link).isdigit()]

    assert len(numbers) == 8
    for link in numbers:
        behind = chief.get(link.get("href"))
        assert len(behind.all("//tbody/tr")) == int(words(link)), link.get("href")


def test_the_viewer_gets_the_numbers_that_the_table_has(chief):
    page = chief.get(f"{PAGE}?by=dwell")
    steps = {one["element"]: one for one in facts(page)["steps"]}

    assert [part["text"] for part in steps["rectify"]["parts"]] == ["11", "2", "5 天"]
    assert "在办 11，逾期 2，停留中位数 5 个工作日" in steps["rectify"]["label"]
    assert words(rows(page)["rectify"][2]) == "5"
    levels = [one["level"] for one in facts(page)["legend"]]
    assert levels == [1, 2, 3, 4, 5]
    assert facts(page)["file"] == "问题整改-全部版本-20261122-1200"


@pytest.mark.parametrize("sort", ["open", "overdue", "median", "p90", "measured"])
def test_the_table_is_sorted_as_asked(chief, sort):
    place = ["open", "overdue", "median", "p90", "measured"].index(sort)

    page = chief.get(f"{PAGE}?sort={sort}")

    told = [words(cells[place]) for cells in rows(page).values()]
    figures = [float(one) if one != "—" else -1 for one in told]
    assert figures == sorted(figures, reverse=True)
    assert page.one("//th[@aria-sort='descending']//a").get("href").endswith(f"sort={sort}")


def test_the_panel_of_a_step_names_the_five_that_wait_longest(chief):
    panel = chief.get(f"{PAGE}/rectification/steps/rectify/panel")
    whole = chief.get(f"{PAGE}?step=rectify")
    query = """SELECT "case".number FROM task JOIN "case" ON "case".id = task.case_id
        WHERE key = 'rectify' AND closed_at IS NULL ORDER BY opened_at, task.id LIMIT 5"""

    named = [words(one) for one in panel.all("//ol//a[@class='number']")]

    assert named == [row[0] for row in db.session.execute(text(query))]
    assert whole.one("//div[@id='step-panel']//h2").text == "实施整改"


def test_the_numbers_come_anew_without_the_page(chief):
    part = chief.get(f"{PAGE}/rectification/numbers?by=count&severity=major")

    assert part.body.decode().lstrip().startswith("<div")
    assert shown(part) == by_hand(among="severity = 'major'")


def test_the_table_goes_with_excel(chief):
    page = chief.get(f"{PAGE}/rectification/table.xlsx")

    (sheet,) = openpyxl.load_workbook(BytesIO(page.body)).worksheets
    told = {row[0]: row[1:] for row in sheet.iter_rows(min_row=3, values_only=True)}

    assert told["实施整改"] == (11, 2, 5, 10, 52)
    assert told["公示期听取异议"] == (1, 0, "—", "—", 0)


def test_a_case_shows_its_way_with_the_days_of_each_step(chief):
    page = chief.get(f"{PAGE}/rectification?case=QL-2026-ZH-01-011")
    told = [[words(cell) for cell in row] for row in page.all("//table[@id='passage']/tbody/tr")]

    assert told[0] == ["2026-09-29 15:45", "签收", "已办", "马小红", "1 个工作日"]
    assert told[-1][:3] == ["自 2026-11-12 16:10", "实施整改", "正在办理"]
    total = page.one("//table[@id='passage']/tfoot/tr")
    assert [words(cell) for cell in total] == ["各环节停留合计", "35 个工作日"]
    badge = next(one for one in facts(page)["steps"] if one["element"] == "draft_plan")
    assert [part["text"] for part in badge["parts"]] == ["2", "10-12 · 5 天"]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("?colour=red", 422, "没有“colour”这个筛选条件"),
        ("?by=size", 422, "“size”不是“by”的有效取值"),
        ("?version=two", 422, "“two”不是“version”的有效取值"),
        ("?version=99", 404, "没有流程在“rectification”第 99 版上运行"),
        ("?period=2026-05-01..2026-03-01", 422, "早于开始"),
        ("/nothing", 404, "没有名为“nothing”的流程图"),
        ("/rectification/steps/nothing", 404, "找不到"),
        ("/rectification/steps/nothing/panel", 404, "找不到"),
        ("/rectification?case=QL-1", 404, "找不到"),
    ],
)
def test_bad_addresses_are_told_which_and_why(chief, path, status, says):
    assert says in chief.get(f"{PAGE}{path}", status).text


def test_a_unit_sees_its_own_and_an_analyst_is_told_who_may(client):
    owner, analyst = Visitor(client(), "sgzx_owner"), Visitor(client(), "fenxi")

    own = "lead_unit_id = (SELECT unit_id FROM user WHERE username = 'sgzx_owner')"
    assert shown(owner.get(PAGE)) == by_hand(among=own)
    assert "您的角色不查看具体事项" in analyst.get(PAGE).text
    owner.get(f"{PAGE}/rectification?case=QL-2026-ZH-01-011", 404)


def test_programs_get_the_same_numbers_tasks_and_ways(client):
    office = Caller(client(), "wangmin")

    heat = office.get("/diagrams/rectification/heat?severity=major")
    steps = {one["step"]: (one["open"], one["overdue"]) for one in heat["steps"] if one["open"]}
    tasks = office.get("/diagrams/rectification/heat/rectify?overdue=1&limit=1")
    way = office.get("/cases/QL-2026-ZH-01-011/passage")

    assert steps == by_hand(among="severity = 'major'")
    assert [one["key"] for one in tasks["items"]] == ["rectify"]
    assert tasks["next"] is not None
    assert sum(stop["workdays"] or 0 for stop in way["stops"]) == 35
    office.get("/diagrams/rectification/heat?period=2027-2026", 422)
    office.get("/diagrams/nothing/heat", 404)


def test_where_nothing_waits_the_list_of_what_waits_is_empty(client):
    clerk = Visitor(client(), "lyxx_clerk")

    assert not clerk.get(f"{PAGE}/rectification/steps").all("//main//td//a")
