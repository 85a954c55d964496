"""Reading a ledger's file: which kinds, where the headings stand, what the cells say."""

import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from app.domain.errors import Invalid, TooLarge
from app.domain.vocabulary import Category, Mode, Severity, SourceLevel
from app.services import ledger_cells as cells
from app.services import ledger_files
from app.services._ledger_rows import places_of
from app.services.ledger_cells import Unreadable
from app.services.ledger_columns import COLUMNS, recognise
from app.services.ledger_template import template

HEADINGS = ["被督导单位", "具体问题", "整改要求", "程度"]
FIRST = ["柳塬镇中心小学", "安全出口上锁", "立即拆除", "重大"]
SAMPLE = Path(__file__).parents[2] / "config" / "demo" / "sample_items.json"


def xlsx(*rows, title="台账", before=()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for name in before:
        book.create_sheet(name, 0)
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return saved(book)


def saved(book) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rezipped(data: bytes, changes: dict[str, bytes]) -> bytes:
    """Return the archive with some parts put in or replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", 8) as new:
        parts = {name: old.read(name) for name in old.namelist()} | changes
        for name, content in parts.items():
            new.writestr(name, content)
    return file.getvalue()


def found(data: bytes, name: str):
    sheet = ledger_files.read(data, name)
    return sheet.headings, [(row.number, list(row.cells)) for row in sheet.rows]


# Where the table stands.


def test_a_workbook_is_read_from_its_heading_row():
    assert found(xlsx(HEADINGS, FIRST), "台账.xlsx") == (HEADINGS, [(2, FIRST)])


def test_the_headings_may_stand_below_a_merged_title_and_blank_rows():
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"] = "青岚县2026年秋季开学专项督导问题整改台账"
    sheet.merge_cells("A1:D1")
    for place, (heading, cell) in enumerate(zip(HEADINGS, FIRST, strict=True), start=1):
        sheet.cell(3, place, heading)
        sheet.cell(5, place, cell)

    assert found(saved(book), "台账.xlsx") == (HEADINGS, [(5, FIRST)])


def test_sheets_without_headings_are_passed_over():
    assert found(xlsx(HEADINGS, FIRST, before=["封面"]), "台账.xlsx") == (HEADINGS, [(2, FIRST)])


def test_headings_under_group_headings_are_taken_from_the_fuller_line():
    rows = [["单位", None, "问题", None], HEADINGS, FIRST]

    assert found(xlsx(*rows), "台账.xlsx") == (HEADINGS, [(3, FIRST)])


def test_a_wrong_size_declared_by_the_file_does_not_hide_cells():
    data = xlsx(HEADINGS, FIRST)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    changed = sheet.replace(b'<dimension ref="A1:D2"/>', b'<dimension ref="A1"/>')
    assert changed != sheet

    assert found(rezipped(data, {"xl/worksheets/sheet1.xml": changed}), "t.xlsx")[1] == [(2, FIRST)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_as_excel_in_china_writes_it(encoding, delimiter):
    lines = [delimiter.join(["台账"]), delimiter.join(HEADINGS), "", delimiter.join(FIRST)]

    assert found("\r\n".join(lines).encode(encoding), "台账.CSV") == (HEADINGS, [(4, FIRST)])


def test_a_line_break_inside_a_csv_cell_does_not_shift_the_row_numbers():
    text = '单位,问题\n甲,"第一行\n第二行"\n乙,无\n'

    assert found(text.encode(), "t.csv")[1] == [(2, ["甲", "第一行\n第二行"]), (3, ["乙", "无"])]


def test_json_is_a_list_of_objects_whose_keys_are_headings():
    items = [{"org": "甲", "problem": "一"}, {"org": "乙", "severity": "一般"}]

    assert found(json.dumps(items).encode(), "t.json") == (
        ["org", "problem", "severity"],
        [(1, ["甲", "一"]), (2, ["乙", None, "一般"])],
    )


def test_the_sample_ledger_has_24_rows_and_eight_columns_we_do_not_use():
    sheet = ledger_files.read(SAMPLE.read_bytes(), SAMPLE.name)

    assert len(sheet.rows) == 24
    assert places_of(sheet.headings)[1] == (
        *("no", "org_type", "town", "category_name"),
        *("mode_name", "raw_due", "demo_state", "note"),
    )


def test_the_template_has_all_columns_and_no_rows():
    sheet = ledger_files.read(template(), "模板.xlsx")

    assert list(places_of(sheet.headings)[0]) == [column.field for column in COLUMNS]
    assert sheet.rows == []


def test_the_template_is_as_wide_as_a_page():
    for sheet in openpyxl.load_workbook(io.BytesIO(template())).worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")


def test_the_example_in_the_template_reads_without_fault():
    examples = [(column, column.example) for column in COLUMNS if column.example]

    assert [column.read(example) for column, example in examples if not column.read(example)] == []


# What is refused.


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.xlsx"),
        (b"PK\x03\x04 nonsense", "a.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx"),
        (xlsx(HEADINGS, FIRST)[:-200], "a.xlsx"),
        (xlsx(["姓名", "电话"], ["甲", "1"]), "a.xlsx"),
        (b"", "a.csv"),
        (b"\xff\xff\xff", "a.csv"),
        ("单位,问题\n甲,\"没有收尾".encode(), "a.csv"),
        (b"{}", "a.json"),
        (b"[1]", "a.json"),
        (b'[{"org": NaN, "problem": 1}]', "a.json"),
        (b"[" * 100_000, "a.json"),
        (xlsx(HEADINGS, FIRST), "a.xls"),
        (xlsx(HEADINGS, FIRST), "台账"),
    ],
)  # fmt: skip
def test_what_is_no_ledger_is_refused_in_a_sentence(data, name):
    with pytest.raises(Invalid, match=r"。$"):
        ledger_files.read(data, name)


@pytest.mark.parametrize(
    "changes",
    [
        {"xl/vbaProject.bin": b"x"},
        {"docProps/core.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
        {"docProps/core.xml": "<?xml version='1.0'?><!DOCTYPE a><a/>".encode("utf-16")},
        {"xl/externalLinks/externalLink1.xml": b"<externalLink><ddeLink/></externalLink>"},
        {"../../etc/cron.d/x": b"x"},
    ],
)
def test_a_workbook_that_could_do_harm_is_refused(changes):
    data = rezipped(xlsx(HEADINGS, FIRST), changes)

    with pytest.raises(Invalid):
        ledger_files.read(data, "台账.xlsx")


def test_a_file_over_ten_megabytes_is_refused_unread():
    with pytest.raises(TooLarge, match="10 MB"):
        ledger_files.read(b" " * (ledger_files.LARGEST + 1), "a.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused():
    bomb = rezipped(xlsx(HEADINGS, FIRST), {"xl/media/image1.bin": b"\0" * 61_000_000})
    assert len(bomb) < 100_000

    with pytest.raises(TooLarge):
        ledger_files.read(bomb, "a.xlsx")


@pytest.mark.parametrize(("count", "fits"), [(5000, True), (5001, False), (5100, False)])
def test_five_thousand_rows_fit(count, fits):
    data = "\n".join(["单位,问题"] + ["甲,乙"] * count).encode()

    if fits:
        assert len(ledger_files.read(data, "a.csv").rows) == count
    else:
        with pytest.raises(TooLarge):
            ledger_files.read(data, "a.csv")


def test_endless_blank_rows_are_refused():
    data = "单位,问题\n" + "\n" * 100_000

    with pytest.raises(TooLarge, match="空行"):
        ledger_files.read(data.encode(), "a.csv")


def test_objects_with_endlessly_different_keys_are_refused():
    items = [{f"k{n}": 1} for n in range(201)]

    with pytest.raises(TooLarge):
        ledger_files.read(json.dumps(items).encode(), "a.json")


# What columns are called.


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("督导项目/来源", "inspection"),
        ("反馈(下达)日期", "issued_on"),
        ("整改时限（日）", "limit"),
        ("* 被 督 导 单 位", "unit"),
        ("存在问题：", "problem"),
        ("整改时限日期", "due_on"),
        ("competent_dept", "department"),
        ("协同单位", "co_units"),
        ("Ｏｒｇ", "unit"),
    ],
)
def test_columns_are_recognised_by_their_usual_names(heading, field):
    assert recognise(heading).field == field


@pytest.mark.parametrize("heading", ["序号", "备注", "整改措施", "no", "", None, 3])
def test_other_columns_are_left_alone(heading):
    assert recognise(heading) is None


def test_no_heading_means_two_columns():
    names = [name for column in COLUMNS for name in (column.heading, *column.synonyms)]

    assert len(set(names)) == len(names)


# What cells say.


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 9, 3),
        datetime(2026, 9, 3, 8, 30),  # noqa: DTZ001 - as a spreadsheet has it
        46268,
        46268.0,
        "46268",
        20260903,
        "2026-09-03",
        "2026-9-3",
        "2026/9/3",
        "2026.9.3",
        "2026年9月3日",
        " 2026 年 9 月 3 日 ",
        "２０２６年９月３日",
        "2026-09-03 00:00:00",
        "2026-09-03T08:30:00+08:00",
    ],
)
def test_a_day_is_read_in_any_usual_form(cell):
    assert cells.day(cell) == date(2026, 9, 3)


@pytest.mark.parametrize(
    "cell",
    ["2026年2月30日", "9月3日", "下周", "1899-12-30", "2026-13-01", 1, True, "26.9.3", [1], 1e300],
)
def test_what_is_no_day_is_refused(cell):
    with pytest.raises(Unreadable, match=r"。$"):
        cells.day(cell)


@pytest.mark.parametrize(
    ("cell", "limit"),
    [
        ("30日", 30),
        ("60 天", 60),
        ("６０天", 60),
        ("15个自然日内", 15),
        ("限30日以内完成", 30),
        (90, 90),
        (7.0, 7),
        ("至2028-08-31", date(2028, 8, 31)),
        ("2026年10月30日前", date(2026, 10, 30)),
        (datetime(2026, 10, 28), date(2026, 10, 28)),  # noqa: DTZ001 - as a spreadsheet has it
        (46268, date(2026, 9, 3)),
    ],
)
def test_a_limit_is_days_or_a_date(cell, limit):
    assert cells.limit(cell) == limit


@pytest.mark.parametrize("cell", ["0日", "9999天", "15个工作日", "尽快", "三个月", -3, 1.5, True])
def test_what_is_no_limit_is_refused(cell):
    with pytest.raises(Unreadable, match=r"。$"):
        cells.limit(cell)


@pytest.mark.parametrize(
    "cell", ["C04", "c4", "Ｃ０４", "校园安全", " 校园 安全 ", "C04 校园安全", "C04-校园安全"]
)
def test_a_category_is_read_by_code_or_name(cell):
    assert cells.category(cell) is Category.C04


def test_quotes_and_explanations_do_not_matter_to_a_category():
    assert cells.category('教育教学与"双减"') is Category.C03
    assert cells.category("依法规范办学（招生/编班/收费）") is Category.C02


@pytest.mark.parametrize("cell", ["C15", "C04 食品与卫生健康", "安全", "其他", True])
def test_an_unknown_or_contradictory_category_is_refused(cell):
    with pytest.raises(Unreadable, match=r"。$"):
        cells.category(cell)


def test_words_of_the_vocabularies_are_read_by_label_and_by_usual_synonyms():
    assert [cells.mode(cell) for cell in ("LXLG", "限期", "分阶段整改", "长期坚持")] == list(Mode)
    assert [cells.severity(cell) for cell in ("一般", " 较重", "重大问题")] == list(Severity)
    assert [cells.source_level(cell) for cell in ("本级", "上级督导")] == list(SourceLevel)


def test_an_unknown_word_is_answered_with_those_that_are_known():
    with pytest.raises(Unreadable, match="应填写：一般、较重、重大。"):
        cells.severity("严重的")


@pytest.mark.parametrize("cell", ["A/1", "a b?c", "x" * 41, "QL-2026-ZB-12x", "<b>"])
def test_a_number_that_would_not_fit_an_address_is_refused(cell):
    with pytest.raises(Unreadable):
        cells.number(cell)


def test_text_loses_odd_characters_and_keeps_its_lines():
    assert cells.words(20)(" 一\r\n二\x07\x0b ") == "一\n二"
    assert cells.words(20)(["甲", "乙"]) == "甲、乙"


def test_text_that_is_too_long_is_refused_with_its_length():
    with pytest.raises(Unreadable, match="不超过 3 字，现有 4 字"):
        cells.words(3)("一二三四")


def test_yes_and_no_are_read_in_their_usual_forms():
    assert [cells.flag(cell) for cell in ("是", "√", True, 1)] == [True] * 4
    assert [cells.flag(cell) for cell in ("否", "×", False, 0)] == [False] * 4
    with pytest.raises(Unreadable):
        cells.flag("也许")
