"""The ledger, a case, opening one, letters, notices, diagrams."""

from datetime import date

import pytest

from app.domain.vocabulary import Category, Mode, Severity
from tests.cast import SCHOOL
from tests.web.visiting import Visitor

NEW = {
    "unit": SCHOOL,
    "problem": "灭火器压力不足",
    "requirement": "更换灭火器",
    "category": "C04",
    "severity": "major",
    "issued_on": "2026-03-02",
    "source_level": "own",
}


@pytest.fixture
def office(client, clock):
    return Visitor(client, "wangmin")


@pytest.fixture
def case(cast):
    return cast.open_case(category=Category.C02, severity=Severity.SERIOUS, mode=Mode.DATED)


def rows(page):
    return page.all("//table[contains(@class, 'cards')]/tbody/tr")


def test_the_ledger_is_narrowed_down_by_its_address(office, case, cast):
    cast.open_case(problem="课表未公布")

    assert len(rows(office.get("/cases"))) == 2
    assert len(rows(office.get("/cases?q=课表"))) == 1
    assert len(rows(office.get("/cases?category=C02&stage=issued&severity=serious"))) == 1
    assert len(rows(office.get("/cases?open=1"))) == 2
    assert "没有符合条件的事项" in office.get("/cases?open=0").text
    assert "没有符合条件的事项" in office.get("/cases?overdue=1").text


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("stage=x", "“x”不是“stage”的有效取值"),
        ("unit=99999999999", "“99999999999”不是“unit”的有效取值"),
        ("light=1", "“1”不是“light”的有效取值"),
        ("open=maybe", "“maybe”不是“open”的有效取值"),
        ("endpoint=x", "没有“endpoint”这个筛选条件"),
        ("figure=x", "没有指标“x”"),
        ("period=2026-05-01..2026-03-01", "期间的结束（2026-03-01）早于开始（2026-05-01）"),
        ("period=days&from=2026-05-01&to=2026-03-01", "早于开始"),
        ("period=days&from=2026-05-01", "请填写期间的开始和结束"),
        ("period=0001-01-01..9999-12-31", "不是期间"),
        ("since=9999-12-31", "“9999-12-31”不是“since”的有效取值"),
        ("period=heute", "“heute”不是期间"),
        ("since=yesterday", "“yesterday”不是“since”的有效取值"),
    ],
)
def test_a_wrong_filter_is_named_and_nothing_is_asked(office, case, query, named):
    page = office.get(f"/cases?{query}", status=422)

    assert named in page.text
    assert "清除全部条件" in page.text


def test_a_mangled_place_begins_at_the_first_page(office, case):
    assert len(rows(office.get("/cases?after=zz"))) == 1


def test_an_empty_ledger_says_how_to_begin(office):
    assert "还没有整改事项" in office.get("/cases").text


def test_a_case_shows_its_road_deadlines_and_history(office, case):
    page = office.get(f"/cases/{case.number}")

    stations = [li.get("data-state") for li in page.all("//ol[@class='track']/li")]
    assert stations[0] == "here"
    assert set(stations[1:]) == {"ahead"}
    assert "签收：2个工作日" in page.text or "2 个工作日" in page.text
    assert "下达整改通知" in page.text


def test_the_road_leaves_out_what_a_case_goes_round(office, cast):
    case = cast.open_case(mode=Mode.IMMEDIATE)

    page = office.get(f"/cases/{case.number}")

    assert "制定方案" not in page.one("//ol[@class='track']").text_content()


def test_somebody_elses_case_is_not_there(client, case):
    Visitor(client, "sgzx_owner").get(f"/cases/{case.number}", status=404)


def test_a_case_is_opened_by_a_form(office, cast):
    answer = office.post("/cases/new", **NEW)

    page = office.follow(answer)
    assert "灭火器压力不足" in page.text
    assert "已下达" in page.text


def test_a_form_sent_twice_opens_one_case(office, cast):
    key = {"once_key": office.get("/cases/new").value("once_key")}

    first = office.post("/cases/new", **NEW, **key)
    again = office.post("/cases/new", **NEW, **key)

    assert again.response.location == first.response.location
    other = office.post("/cases/new", **NEW | {"location": "食堂"}, **key)
    assert other.response.location != first.response.location
    assert len(rows(office.get("/cases"))) == 2


def test_a_form_for_a_case_keeps_what_was_typed(office):
    page = office.post("/cases/new", status=422, **NEW | {"unit": "", "limit_days": "很多"})

    assert [li.text_content() for li in page.all("//*[@data-faults]//li")] == [
        "请选择“被督导单位”。",
        "整改天数：请填写数字。",
    ]
    assert page.value("problem") == "\n灭火器压力不足"
    assert page.value("limit_days") == "很多"


def test_a_number_in_use_is_refused_beside_its_field(office, case):
    page = office.post("/cases/new", status=422, **NEW | {"number": case.number})

    assert "已存在" in page.one("//*[@id='field-number-error']").text_content()


def test_the_decision_table_advises_while_one_types(office):
    page = office.post("/cases/new/advice", status=200, category="C04", severity="major")

    assert "立行立改" in page.text
    assert "个自然日" in page.text


@pytest.mark.parametrize(
    "typed",
    [{}, {"category": "C99", "severity": "major"}, {"issued_on": "x", "limit_days": "-5"}],
)
def test_advice_on_half_a_form_is_no_error(office, typed):
    assert "决策表" in office.post("/cases/new/advice", status=200, **typed).text


def test_a_closed_out_case_is_drawn_for_follow_up(client, cast, case):
    close_out(cast, case)
    office = Visitor(client, "wangmin")

    page = office.get(f"/follow-ups?case={case.number}")
    assert page.one("//input[@type='checkbox']").get("checked") is not None
    office.post("/follow-ups", case=case.number, reason="随机抽查", lead="tangbo")

    assert cast.open_tasks(case) == ["check"]


def test_a_draw_that_breaks_a_rule_says_which(client, cast, case):
    close_out(cast, case)
    office = Visitor(client, "wangmin")

    nothing = office.post("/follow-ups", status=422, reason="随机抽查", lead="tangbo")
    verifier = office.post(
        "/follow-ups", status=403, case=case.number, reason="随机抽查", lead="sunwei"
    )

    assert "请至少选择一件" in nothing.text
    assert "报结、核查、审定、回头看须由不同人员办理" in verifier.text
    assert verifier.value("reason") == "随机抽查"


def close_out(cast, case):
    """Walk the case to its end, whatever authority it takes."""
    for _ in range(30):
        waiting = cast.open_tasks(case)
        if not waiting:
            return
        if waiting == ["hear_objections"]:
            cast.passes(days=12)
        else:
            cast.does(case, waiting[0])
    raise AssertionError(waiting)


def test_an_overdue_case_has_a_letter_that_nobody_has_signed(client, cast, case):
    cast.does(case, "acknowledge")
    cast.walks(case, "draft_plan", "sign_plan", "review_plan", "approve_plan")
    cast.until(date(2026, 6, 30))

    office = Visitor(client, "wangmin")
    listed = office.get("/letters")
    letter = listed.all("//table//a[contains(@href, '/letters/')]/@href")[0]

    page = office.get(letter)
    assert "尚未审签，不具效力" in page.text
    assert SCHOOL in page.text


def test_letters_go_on_on_a_second_page(monkeypatch, client, cast):
    monkeypatch.setattr("app.web.letters.PAGE", 1)
    for case in (cast.open_case(), cast.open_case()):
        cast.walks(case, "acknowledge", "draft_plan", "sign_plan", "review_plan", "approve_plan")
    cast.until(date(2026, 6, 30))
    office = Visitor(client, "wangmin")

    first = office.get("/letters")
    second = office.get(first.all("//a[@rel='next']/@href")[0])

    links = [page.all("//td/a[contains(@href, '/letters/')]/@href") for page in (first, second)]
    assert [len(one) for one in links] == [1, 1]
    assert links[0] != links[1]
    assert "共 2 件" in first.text
    assert not second.all("//a[@rel='next']")


def test_a_unit_sees_no_letter_before_it_is_sent(office, client, cast, case):
    cast.does(case, "acknowledge")
    cast.walks(case, "draft_plan", "sign_plan", "review_plan", "approve_plan")
    cast.until(date(2026, 6, 30))

    assert "没有督办函" in Visitor(client, "lyxx_head").get("/letters").text


def test_notices_are_listed_and_marked_as_read(client, cast, case):
    cast.does(case, "acknowledge")
    cast.until(date(2026, 3, 31))
    head = Visitor(client, "lyxx_head")
    before = head.get("/notices")

    head.post("/notices/read")

    assert before.all("//li[contains(@class, 'unread')]")
    assert head.get("/notices").all("//li[contains(@class, 'unread')]") == []


def test_a_diagram_is_shown_with_its_steps(office):
    page = office.get("/diagrams/rectification/1")

    assert "签收" in page.text
    assert office.get("/diagrams").title == "流程图"
    office.get("/diagrams/rectification/99", status=404)
    office.get("/diagrams/nonsense/1.bpmn", status=404)


def test_a_drawing_comes_in_the_readers_language(office):
    chinese = office.get("/diagrams/rectification/1.bpmn").body.decode()
    office.post("/locale", status=302, locale="en")

    english = office.get("/diagrams/rectification/1.bpmn").body.decode()

    assert 'name="签收"' in chinese
    assert 'name="Acknowledge"' in english


def test_the_words_of_the_trade_are_explained(office):
    assert "从台账上销去" in office.get("/help").text


def test_a_school_with_nothing_open_is_told_so(client, clock):
    page = Visitor(client, "lyxx_clerk").get("/cases?open=1")

    assert "没有未销号的事项" in page.text


@pytest.mark.parametrize("username", ["fenxi", "xitong"])
def test_who_sees_no_cases_is_not_led_to_them(client, clock, username):
    visitor = Visitor(client, username)
    page = visitor.get("/inbox")

    assert page.all("//nav//a[starts-with(@href, '/cases') or starts-with(@href, '/ledger')]") == []
    assert "您的角色不查看具体事项" in visitor.get("/cases").text


def test_a_phone_leads_to_every_page_too(office):
    page = office.get("/inbox")
    wide, narrow = (
        page.all(f"//nav[@aria-label='{name}']//a/@href") for name in ("主导航", "全部页面")
    )

    assert "/cases/new" in narrow
    assert narrow == wide
