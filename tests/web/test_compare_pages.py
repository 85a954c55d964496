"""比较: the page without JavaScript, its text and its deadlines; and the same for programs."""

import pytest

from app.services import accounts, diagrams
from app.services.design import drafts
from tests.web.calling import Caller
from tests.web.visiting import Visitor

PAGE = "/designer/rectification/compare"
CALL = "/diagrams/rectification"


@pytest.fixture
def analyst(client, clock):
    return Visitor(client, "fenxi")


@pytest.fixture
def caller(client, clock):
    return Caller(client, "fenxi")


@pytest.fixture
def draft(app, clock):
    """A draft with a shorter deadline under a number of its own, and a hostile name."""
    xml = diagrams.get("rectification").xml
    for old, new in (
        (">workdays(10)<", ">workdays(8)<"),
        ('value="T05"', 'value="X05"'),
        ('name="催报方案"', 'name="&lt;script&gt;alert(1)&lt;/script&gt;"'),
    ):
        xml = xml.replace(old, new, 1)
    return drafts.keep("rectification", accounts.actor("fenxi"), revision=0, xml=xml)


def test_the_draft_is_compared_with_the_version_in_force(analyst, draft):
    page = analyst.get(PAGE)

    assert page.title == "问题整改：比较"
    assert "共 3 处改动" in page.text
    assert "“制定整改方案”的期限由10个工作日改为8个工作日" in page.text
    assert [option.get("value") for option in page.all("//option[@selected]")] == ["1", "draft"]


def test_what_somebody_wrote_stays_text(analyst, draft):
    assert b"<script>alert" not in analyst.get(PAGE).body
    assert b"&amp;lt;script&amp;gt;alert" in analyst.get(f"{PAGE}?view=text").body


def test_the_text_of_the_drawings_is_compared_line_by_line(analyst, draft):
    page = analyst.get(f"{PAGE}?view=text")

    signs = [one.get("data-sign") for one in page.all("//pre/span")]
    assert signs.count("-") == 3 + 1
    assert "workdays(8)" in page.text


def test_a_process_with_one_version_differs_in_nothing(analyst):
    assert "本流程目前只有一个版本" in analyst.get(PAGE).text
    assert "流程图的原文相同" in analyst.get(f"{PAGE}?view=text").text


def test_deadlines_of_real_cases_stand_side_by_side(client, cast, draft):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    page = Visitor(client, "chenjianguo").get(f"{PAGE}?view=deadlines")

    assert "在办流程 1 个" in page.text
    row = page.one(f"//tr[th/a[text()='{case.number}']]").text_content()
    assert "2026-03-16 24:00" in row
    assert "2026-03-12 24:00" in row
    assert "早 2 个工作日" in row


def test_no_case_open_is_told_as_such(analyst, draft):
    assert "没有在办的流程" in analyst.get(f"{PAGE}?view=deadlines").text


def test_a_draft_that_cannot_run_says_what_to_mend(analyst, draft):
    broken = draft.xml.replace('targetRef="sign_plan"', 'targetRef="nowhere"')
    actor = accounts.actor("fenxi")
    drafts.keep("rectification", actor, revision=draft.revision, xml=broken)

    page = analyst.get(f"{PAGE}?view=deadlines")

    assert "期限差异现在算不出" in page.text


def test_the_same_version_twice_asks_for_another(analyst, draft):
    assert "两边是同一个版本" in analyst.get(f"{PAGE}?from=1&to=1").text


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("from=9", 404, "找不到这个页面"),
        ("to=draft", 404, "没有正在绘制的草稿"),
        ("from=x", 422, "请用版本号，或用 draft 表示草稿。"),
        ("view=x", 404, "找不到这个页面"),
        ("view=deadlines&effect=x", 422, "没有这样的筛选条件。"),
    ],
)
def test_what_is_asked_wrongly_is_refused(analyst, query, status, words):
    assert words in analyst.get(f"{PAGE}?{query}", status).text


def test_the_drawings_are_given_out_one_by_one(analyst, draft):
    assert analyst.get(f"{PAGE}/1.bpmn").body == diagrams.get("rectification").xml.encode()
    assert b"workdays(8)" in analyst.get(f"{PAGE}/draft.bpmn").body


def test_others_have_nothing_to_compare(client, clock):
    Visitor(client, "wangmin").get(PAGE, 403)
    Caller(client, "wangmin").get(f"{CALL}/compare", 403)
    Caller(client, "wangmin").get(f"{CALL}/deadline-difference", 403)


def test_a_program_reads_the_changes(caller, draft):
    found = caller.get(f"{CALL}/compare")

    assert (found["from"], found["to"]) == ("1", "draft")
    first = next(one for one in found["changes"] if one["aspect"] == "timer")
    assert (first["element"], first["before"], first["after"]) == (
        "plan_due",
        "workdays(10)",
        "workdays(8)",
    )
    assert first["labels"] == {"part": "流程图", "act": "修改", "weight": "实质"}


def test_a_program_reads_the_changes_in_english(caller, draft):
    found = caller.get(f"{CALL}/compare", headers={"Accept-Language": "en"})

    message = next(one["message"] for one in found["changes"] if one["aspect"] == "timer")
    assert "Draft the rectification plan" in message
    assert "8 workday(s)" in message


def test_a_program_reads_the_deadlines_page_by_page(caller, cast, draft):
    for _ in range(2):
        cast.does(cast.open_case(), "acknowledge")

    first = caller.get(f"{CALL}/deadline-difference?limit=1")
    second = caller.get(f"{CALL}/deadline-difference?limit=1&cursor={first['next']}")

    assert first["groups"][0]["counts"]["earlier"] == 2
    assert [one["workdays"] for one in first["items"] + second["items"]] == [-2, -2]
    assert second["next"] is None


@pytest.mark.parametrize("query", ["cursor=x", "effect=x", "from=0", "limit=0"])
def test_a_program_that_asks_wrongly_is_told(caller, draft, query):
    refused = caller.get(f"{CALL}/deadline-difference?{query}", 422)

    assert query.partition("=")[0] in refused["errors"]
