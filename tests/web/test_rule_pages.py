"""期限规则 on pages, in the API and beside each deadline."""

from contextvars import Context
from datetime import date, timedelta

import pytest

from app import deadline_texts
from app.db import db
from app.domain.people import Unit
from app.domain.process import Timer
from app.domain.rules import Rule
from app.services import accounts, rule_sets
from tests.web.calling import Caller
from tests.web.visiting import BESIDE, Visitor

RULES = "/deadlines/rules"
HEAD = "chenjianguo"


@pytest.fixture
def head(client, clock):
    return Visitor(client, HEAD)


def in_force():
    return rule_sets.of_actor(accounts.actor(HEAD)).key


def chooses(name):
    rule_sets.choose(name, accounts.actor(HEAD))


def told_in(app, language, tell, *args):
    """What *tell* says to a program that speaks *language*."""

    def speak():
        with app.test_request_context("/api/v1/x", headers={"Accept-Language": language}):
            return tell(*args)

    return Context().run(speak)


def row(page, code):
    """The cells of one rule, by the heading of their column."""
    heads = [head.text_content() for head in page.all("//table[.//tr[@id]]//thead//th")]
    cells = page.all(f"//tr[@id='{code}']/*")
    return dict(zip(heads, (" ".join(cell.text_content().split()) for cell in cells), strict=True))


def test_the_page_shows_each_rule_with_time_start_and_law(head):
    chooses("chongqing")

    page = head.get(RULES)

    assert "重庆 · 本县执行" in page.text
    assert row(page, "T15") == {
        "编号": "T15",
        "期限": "整改情况报告",
        "多长": "10 日（自然日，遇休息日顺延）",
        "起算": "整改结束之日",
        "依据": "《重庆市教育督导条例》第二十八条",
        "届满时": "通知单位主要负责人",
        "用于流程": "问题整改",
    }
    assert row(page, "T03")["依据"] == "本办法默认（可由督导办调整）"
    assert row(page, "T03")["届满时"] == "视为送达"


def test_the_policies_are_told_too(head):
    text = head.get(RULES).text

    assert "第1次：督导办主任；第2次：总督学；第3次：督委会" in text
    assert "到期 3 个工作日前；过后提出的仍计逾期" in text
    assert "不停止任何期限，督导办决定中止的除外" in text
    assert "督导办主任；重大问题由督委会" in text


@pytest.mark.parametrize("who", ["ly_clerk", "fenxi", "zhoulan", "shenji", "xitong"])
def test_the_rules_are_no_secret(client, who):
    page = Visitor(client, who).get(RULES)

    assert page.title == "期限规则：默认"
    assert page.all(f"//nav//a[@href='{RULES}']")


def test_another_set_is_shown_beside_the_one_in_force(head):
    page = head.get(f"{RULES}/shanghai")

    assert row(page, "T01")["多长"] == "10 个工作日（休息日不计入）"
    assert page.all(f"//a[@href='{RULES}/use/shanghai']")


def test_two_sets_side_by_side_show_what_differs(head):
    page = head.get(f"{RULES}/compare?left=default&right=zhejiang")

    assert "T04" in page.text
    assert "15 日（自然日，遇休息日顺延）" in page.text
    assert "《浙江省教育督导条例》" in page.text
    assert "报送整改方案" not in page.text
    assert "报送整改方案" in head.get(f"{RULES}/compare?left=default&right=zhejiang&all=1").text


def test_a_set_compared_with_itself_has_no_difference(head):
    assert "两套规则没有不同" in head.get(f"{RULES}/compare?left=shandong&right=shandong").text


def test_choosing_a_set_says_first_what_changes_and_what_stays(head, cast):
    cast.starts_work()

    page = head.get(f"{RULES}/use/zhejiang")

    assert "正在计时的 5 个期限不变" in page.text
    assert "现行：默认" in page.text
    assert (
        "10 日（自然日，遇休息日顺延）；自收到督导意见书之日起；《浙江省教育督导条例》" in page.text
    )
    assert in_force() == "default"


def test_a_confirmed_set_is_in_force(head):
    sent = head.post(f"{RULES}/use/zhejiang", instead_of="default")

    page = head.follow(sent)
    assert "已改用“浙江”期限规则" in page.text
    assert page.title == "期限规则：浙江"
    assert in_force() == "zhejiang"


def test_running_deadlines_are_not_touched_by_the_choice(head, cast):
    case = cast.starts_work()
    cast.walks(case, "rectify")
    timer = cast.task(case, "sign_report").deadline
    before = (timer.due_at, timer.article, timer.ruled_by)

    head.post(f"{RULES}/use/chongqing", instead_of="default")

    db.session.expire_all()
    timer = db.session.get_one(Timer, timer.id)
    assert (timer.due_at, timer.article, timer.ruled_by) == before


def test_a_choice_made_on_an_old_page_is_refused(head):
    chooses("shandong")

    head.post(f"{RULES}/use/zhejiang", instead_of="default", status=409)

    assert in_force() == "shandong"


@pytest.mark.parametrize("who", ["wangmin", "zhoulan", "fenxi", "ly_head"])
def test_nobody_else_chooses(client, who):
    visitor = Visitor(client, who)

    assert not visitor.get(f"{RULES}/zhejiang").all("//a[contains(@href, '/use/')]")
    visitor.get(f"{RULES}/use/zhejiang", status=403)
    visitor.post(f"{RULES}/use/zhejiang", status=403)
    assert in_force() == "default"


def test_a_choice_without_the_token_of_the_session_is_refused(head):
    answer = head.client.post(f"{RULES}/use/zhejiang", data={})

    assert answer.status_code == 400
    assert in_force() == "default"


@pytest.mark.parametrize(
    "path", ["/hunan", "/use/hunan", "/compare?left=hunan", "/compare?left=default&right=x"]
)
def test_a_set_that_is_not_there(head, path):
    head.get(RULES + path, status=404)


def test_a_stranger_signs_in_first(client):
    assert client.get(RULES).status_code == 302


def test_a_choice_for_one_county_leaves_the_others(app):
    county = Unit(name="邻县", kind="county", path="")
    db.session.add(county)
    db.session.flush()
    county.path = f"/{county.id}/"
    db.session.commit()

    chooses("chongqing")

    assert rule_sets.of_county(db.session(), county.id).key == "default"
    assert in_force() == "chongqing"


# The countdown


def test_a_task_says_its_rule_its_law_and_the_moment(client, cast):
    chooses("chongqing")
    case = cast.starts_work()
    cast.walks(case, "rectify")
    task = cast.task(case, "sign_report")

    page = Visitor(client, "lyxx_head").get(f"/tasks/{task.id}")

    assert "还剩 10 个自然日" in page.text
    assert "2026-03-12 24:00 到期" in page.text
    assert (
        "整改情况报告：整改结束之日（2026-03-02）起十日内（自然日，遇休息日顺延）"
        "——依据《重庆市教育督导条例》第二十八条"
    ) in page.text
    assert page.all(f"//a[@href='{RULES}/chongqing#T15']")


def test_what_is_counted_in_workdays_is_told_in_workdays(client, cast):
    case = cast.open_case()
    cast.walks(case, "acknowledge")

    page = Visitor(client, "lyxx_owner").get("/inbox")

    row = page.one("//ol[contains(@class, 'rows')]//span[contains(@class, 'due')]")
    assert row.text_content().strip() == "还剩 10 个工作日"
    assert "签收之日（2026-03-02）起十个工作日内（休息日不计入）" in row.get("title")
    assert "2026-03-16 24:00 到期" in row.get("title")


@pytest.mark.parametrize(
    ("days", "left"), [(5, "还剩 5 个自然日"), (10, "今日到期"), (13, "逾期 3 个自然日")]
)
def test_natural_days_are_never_told_as_workdays(client, cast, days, left):
    case = cast.starts_work()
    cast.walks(case, "rectify")
    task = cast.task(case, "sign_report")

    cast.clock.shift(timedelta(days=days))

    panel = Visitor(client, "lyxx_head").get(f"/tasks/{task.id}", headers=BESIDE)
    assert left in panel.text


def test_a_provisional_deadline_says_why(client, cast):
    cast.until(date(2026, 12, 24))
    case = cast.open_case()
    cast.walks(case, "acknowledge")
    task = cast.task(case, "draft_plan")

    page = Visitor(client, "lyxx_owner").get(f"/tasks/{task.id}")

    assert "暂定：2027年的放假安排尚未公布；公布后如有变动，期限只会延后，不会提前。" in page.text
    assert page.all("//span[@class='provisional']")


def test_the_page_of_a_case_says_the_rule_of_each_clock(head, cast):
    case = cast.starts_work()

    text = head.get(f"/cases/{case.number}").text

    assert "整改到期：2026-04-01（督导意见书、整改通知载明的期限）——依据《教育督导条例》" in text
    assert "逾期启动督办：整改期限届满之日（2026-04-01）起一个工作日内（休息日不计入）" in text
    assert "蓝灯：2026-04-01 之前 10 日（自然日）" in text
    assert "进展填报：每 1 个月（按月计算，遇休息日顺延）" in text


# In words


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "一"),
        (2, "二"),
        (10, "十"),
        (15, "十五"),
        (20, "二十"),
        (30, "三十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (180, "一百八十"),
        (1000, "一千"),
        (2008, "二千零八"),
        (3650, "三千六百五十"),
        (0, "零"),
    ],
)
def test_numbers_are_written_as_laws_write_them(number, written):
    assert deadline_texts.in_chinese(number) == written


@pytest.mark.parametrize(
    ("rule", "chinese", "english"),
    [
        ("days(10, stays)", "自然日，遇休息日不顺延", "calendar days; a last day off stays"),
        ("workdays(2)", "休息日不计入", "days off not counted"),
        ("hours(2)", "按时刻计算", "by the clock"),
    ],
)
def test_the_manner_of_counting(app, rule, chinese, english):
    span = Rule.parse(rule).span

    assert told_in(app, "zh", deadline_texts.manner, span) == chinese
    assert told_in(app, "en", deadline_texts.manner, span) == english


@pytest.mark.parametrize(
    ("province", "code", "sentence"),
    [
        (
            "chongqing",
            "T15",
            "Rectification report: within 10 days of the end of rectification (calendar days; "
            "a last day off moves to the next workday) — basis: Chongqing Regulations on "
            "Education Supervision, Art. 28",
        ),
        (
            "shanghai",
            "T01",
            "Plea: within 10 workdays of the end of the inspection (days off not counted) — "
            "basis: Shanghai Regulations on Education Supervision",
        ),
    ],
)
def test_a_rule_is_said_in_english(app, province, code, sentence):
    limit = rule_sets.get(province).limits[code]

    assert told_in(app, "en", deadline_texts.limit_text, limit) == sentence


# The API


def test_the_api_lists_the_sets_and_says_which_is_in_force(client):
    found = Caller(client, "wangmin").get("/rule-sets")["items"]

    assert [one["key"] for one in found if one["in_force"]] == ["default"]
    assert {"key": "zhejiang", "name": "浙江", "in_force": False} in found


def test_the_api_gives_a_set_with_its_law(client):
    found = Caller(client, "ly_clerk").get("/rule-sets/chongqing")

    (limit,) = [one for one in found["limits"] if one["code"] == "T15"]
    assert limit["text"].endswith("——依据《重庆市教育督导条例》第二十八条")
    assert (limit["number"], limit["unit"], limit["roll"]) == (10, "days", True)
    assert found["objection"]["stops"] == []
    assert found["extension"]["approvers"] == ["office_head", "chief", "committee"]


def test_the_api_has_no_set_that_is_not_there(client):
    answer = Caller(client, "wangmin").get("/rule-sets/hunan", status=404)

    assert answer["code"] == "not_found"


def test_the_api_chooses_a_set(client):
    caller = Caller(client, HEAD)

    caller.post("/rule-sets/shandong/choose", json={"instead_of": "default"})

    assert in_force() == "shandong"
    caller.post("/rule-sets/zhejiang/choose", 409, json={"instead_of": "default"})


def test_the_api_refuses_others_the_choice(client):
    Caller(client, "wangmin").post("/rule-sets/shandong/choose", 403, json={})

    assert in_force() == "default"


def test_the_api_says_by_which_rule_a_task_and_a_timer_are_due(client, cast):
    chooses("chongqing")
    case = cast.starts_work()
    cast.walks(case, "rectify")
    caller = Caller(client, "lyxx_head")

    (task,) = caller.get("/tasks")["items"]
    timers = caller.get(f"/cases/{case.number}/timers")["items"]

    (timer,) = [one for one in timers if one["code"] == "T15"]
    assert task["deadline"]["unit"] == timer["unit"] == "days"
    assert task["deadline"]["rule_text"] == timer["rule_text"]
    assert timer["rule_text"].endswith("——依据《重庆市教育督导条例》第二十八条")
    assert timer["ruled_by"] == "chongqing"
