"""The ledger in a browser: its address, the columns, views of one's own, files out and back."""

import re
from io import BytesIO
from urllib.parse import parse_qs, urlparse

import openpyxl
import pytest

from tests.web.visiting import Visitor, sent


@pytest.fixture
def office(client, cast):
    cast.open_case(problem="食堂留样不规范", responsible="校长")
    return Visitor(client, "wangmin")


def headings(page):
    return [cell.text_content() for cell in page.all("//table//thead//th")]


def asked_by(page):
    """Return what the address asks for, to which an answer leads."""
    return {k: v[0] for k, v in parse_qs(urlparse(page.response.location).query).items()}


def test_the_ledger_has_its_27_columns_and_a_link_to_each_case(office):
    page = office.get("/ledger")

    assert len(headings(page)) == 27
    assert headings(page)[:2] == ["序号", "问题编号"]
    assert page.all("//td//a[contains(@href, '/cases/QL-2026')]")
    assert "共 1 件" in page.text


@pytest.mark.parametrize(
    ("layout", "columns", "foot"),
    [("notice", 14, "接收单位负责人"), ("application", 13, "主管部门负责人"), ("control", 11, "")],
)
def test_the_sheets_of_the_offices_have_their_own_heads_and_feet(office, layout, columns, foot):
    page = office.get(f"/ledger?layout={layout}")

    assert len(headings(page)) == columns
    assert foot in page.text


def test_columns_are_chosen_and_moved_and_the_address_says_so(office):
    chosen = sent(office.client.get, "/ledger?column=number&column=problem&column=remark")
    assert asked_by(chosen)["columns"] == "number,problem,remark"

    page = office.follow(chosen)
    later = page.all("//a[@aria-label='“问题编号”后移']")[0].get("href")

    assert headings(office.get(later)) == ["具体问题", "问题编号", "备注"]


def test_a_view_is_kept_put_first_and_forgotten(office):
    kept = office.post(
        "/ledger/views?layout=ledger&columns=number,remark&q=食堂", name="我的", first="1"
    )
    assert headings(office.follow(sent(office.client.get, kept.response.location))) == [
        "问题编号",
        "备注",
    ]

    bare = sent(office.client.get, "/ledger")
    assert asked_by(bare)["q"] == "食堂"
    view = asked_by(bare)["view"]
    assert len(headings(office.get("/ledger?layout=ledger"))) == 27

    office.post(f"/ledger/views/{view}/remove")
    assert office.get("/ledger").status == 200


def test_a_view_is_nobody_elses(office, client):
    kept = office.post("/ledger/views?columns=number", name="我的")
    view = asked_by(kept)["view"]

    other = Visitor(client, "zhaolei")

    other.get(f"/ledger?view={view}", status=404)
    other.post(f"/ledger/views/{view}/remove", status=404)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("columns=number,nonsense", "nonsense"),
        ("layout=nonsense", "nonsense"),
        ("nonsense=1", "nonsense"),
        ("period=2026-05-01..2026-03-01", "早于开始"),
        ("figure=nonsense", "nonsense"),
        ("sort=nonsense", "nonsense"),
    ],
)
def test_what_means_nothing_is_named(office, query, words):
    assert words in office.get(f"/ledger?{query}", status=422).text


def test_what_is_narrowed_down_to_nothing_says_so(office):
    assert "没有符合条件的事项" in office.get("/ledger?q=无此问题").text


def test_an_export_goes_out_is_changed_and_comes_back(office):
    page = office.post("/ledger/export?layout=ledger", status=200, format="xlsx")
    assert re.search("filename.*xlsx", page.response.headers["Content-Disposition"])
    book = openpyxl.load_workbook(BytesIO(page.body))
    book.worksheets[0]["AA4"] = "县长批示"
    changed = BytesIO()
    book.save(changed)

    page = office.post(
        "/ledger/return", status=200, file=(BytesIO(changed.getvalue()), "台账.xlsx")
    )
    assert "县长批示" in page.text
    (key,) = [box.get("value") for box in page.all("//input[@name='change'][@checked]")]
    done = office.post("/ledger/return/apply", change=key, stamp=page.value("stamp"))

    assert "已修改 1 处" in office.follow(done).text
    assert "县长批示" in office.get("/ledger?columns=remark").text
    page = office.post("/ledger/return/apply", status=404, change=key, stamp=page.value("stamp"))
    assert "已过期" in page.text


def test_what_is_wrong_with_a_file_is_told_by_cell_and_nothing_can_be_applied(office):
    page = office.post("/ledger/export", status=200, format="xlsx")
    book = openpyxl.load_workbook(BytesIO(page.body))
    book.worksheets[0]["G4"] = "=1+1"
    changed = BytesIO()
    book.save(changed)

    page = office.post(
        "/ledger/return", status=200, file=(BytesIO(changed.getvalue()), "台账.xlsx")
    )

    cells = [cell.text_content().strip() for cell in page.all("//table//tbody/tr[1]/*")]
    assert cells[:3] == ["问题整改台账", "4", "G"]
    assert not page.all("//input[@name='change']")


def test_a_csv_file_is_given_out(office):
    page = office.post("/ledger/export?columns=number,problem", status=200, format="csv")

    assert page.body.decode("utf-8-sig").splitlines()[0] == "问题编号,具体问题"


def test_those_without_cases_are_told_so(client, clock):
    assert "您的角色不查看具体事项" in Visitor(client, "fenxi").get("/ledger").text


def test_the_ledger_reads_well_in_english(office):
    office.post("/locale", status=302, locale="en", next="/ledger")

    page = office.get("/ledger?layout=control")

    assert headings(page)[:3] == ["No.", "Looked at on", "Looked at by"]
    assert not re.search("[\u4e00-\u9fff]", " ".join(headings(page)))
