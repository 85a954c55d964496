"""The inbox and the page of a task, as people use them."""

import io
from datetime import date

import pytest

from app.services import accounts, dossier, evidence, tasks
from tests.web.visiting import BESIDE, Visitor

PLAN = {
    "cause": "制度不落实，责任未到人。",
    "goal": "全部整改到位。",
    "leader": "校长",
    "measures.0.text": "建立台账",
    "measures.0.owner": "总务主任",
    "measures.0.starts_on": "2026-03-03",
    "measures.0.ends_on": "2026-03-20",
    "measures.0.weight": "100",
}
FAULTS = "//*[@data-faults]//li"


@pytest.fixture
def case(cast):
    return cast.open_case()


@pytest.fixture
def clerk(client, clock):
    return Visitor(client, "lyxx_clerk")


@pytest.fixture
def owner(app, clock):
    return Visitor(app.test_client(), "lyxx_owner")


@pytest.fixture
def planning(cast, case):
    cast.does(case, "acknowledge")
    return cast.task(case, "draft_plan")


def at(task, *more):
    return "/".join([f"/tasks/{task.id}", *more])


def test_the_inbox_shows_what_waits_and_how_long(clerk, case):
    page = clerk.get("/inbox")

    (row,) = page.all("//a[contains(@class, 'row-task')]")
    assert "签收" in row.text_content()
    assert "还剩 2 个工作日" in row.text_content()
    assert case.number in row.text_content()


def test_what_is_overdue_is_said_in_words_and_counted(clerk, case, clock):
    from datetime import timedelta

    clock.shift(timedelta(days=6))

    page = Visitor(clerk.client, "lyxx_clerk").get("/inbox?only=overdue")

    assert "逾期 2 个工作日" in page.text


def test_an_empty_inbox_says_what_will_appear_there(client, clock):
    page = Visitor(client, "zhoulan").get("/inbox")

    assert "待办已全部办完" in page.text


@pytest.mark.parametrize("query", ["view=nonsense", "after=x", "only=x", "after=9999999_1"])
def test_a_mangled_address_shows_the_inbox_all_the_same(clerk, case, query):
    assert clerk.get(f"/inbox?{query}").title.endswith("我的待办")


def test_the_list_goes_on_where_the_page_ended(cast, client, monkeypatch):
    monkeypatch.setattr("app.web.inbox.PAGE", 2)
    numbers = {cast.open_case().number for _ in range(3)}
    clerk = Visitor(client, "lyxx_clerk")

    first = clerk.get("/inbox")
    second = clerk.get(first.one("//a[@rel='next']").get("href"))

    seen = [one.text for page in (first, second) for one in page.all("//*[@class='where']/span[1]")]
    assert (len(seen), set(seen)) == (3, numbers)


def test_a_task_comes_alone_or_beside_the_list(clerk, cast, case):
    path = at(cast.task(case, "acknowledge"))

    assert clerk.get(path).all("//nav")
    assert clerk.get(path, headers=BESIDE).all("//nav") == []


def test_somebody_elses_task_is_not_there(app, cast, case):
    stranger = Visitor(app.test_client(), "sgzx_owner")

    stranger.get(at(cast.task(case, "acknowledge")), status=404)
    stranger.post(at(cast.task(case, "acknowledge"), "complete"), status=404)


def test_a_finished_form_moves_the_case_and_says_what_comes_next(clerk, cast, case):
    answer = clerk.post(at(cast.task(case, "acknowledge"), "complete"), signed_by="华雪梅")

    assert cast.open_tasks(case) == ["draft_plan"]
    onward = clerk.get(answer.response.location, status=303)
    assert "“签收”已提交。下一环节：制定整改方案" in clerk.follow(onward).text


def test_the_next_task_follows_the_one_just_done(cast, client):
    one, other = cast.open_case(), cast.open_case()
    clerk = Visitor(client, "lyxx_clerk")

    answer = clerk.post(at(cast.task(one, "acknowledge"), "complete"), signed_by="华雪梅")

    onward = clerk.get(answer.response.location, status=303)
    assert onward.response.location == at(cast.task(other, "acknowledge"))


def test_beside_the_list_a_finished_form_leads_back_to_it(clerk, cast, case):
    answer = clerk.post(
        at(cast.task(case, "acknowledge"), "complete"),
        status=200,
        headers=BESIDE,
        signed_by="华雪梅",
        from_inbox="1",
    )

    assert answer.response.headers["HX-Redirect"] == "/inbox"


def test_a_form_with_faults_names_each_and_keeps_what_was_typed(owner, cast, planning):
    wrong = PLAN | {"goal": "", "measures.0.owner": "", "measures.0.weight": "很重"}

    page = owner.post(at(planning, "complete"), status=422, **wrong)

    assert [li.text_content() for li in page.all(FAULTS)] == [
        "请填写“整改目标及验收标准”。",
        "整改措施第 1 行 责任人：请填写“责任人”。",
        "整改措施第 1 行 权重：请填写数字。",
    ]
    assert page.value("cause") == "\n" + PLAN["cause"]
    assert page.value("measures.0.weight") == "很重"


def test_each_fault_leads_to_its_field(owner, planning):
    page = owner.post(at(planning, "complete"), status=422, cause="原因")

    for link in page.all(FAULTS + "/a"):
        (field,) = page.all(f"//*[@id='{link.get('href')[1:]}']")
        assert field.get("aria-invalid") == "true" or field.tag == "fieldset"


def test_a_second_sender_hears_who_was_first_and_loses_nothing(app, cast, case, planning, owner):
    task_id = planning.id
    cast.does(case, "draft_plan", who="lyxx_owner")

    page = owner.post(f"/tasks/{task_id}/complete", status=409, **PLAN)

    assert "该待办已由金德胜于2026-03-02 09:00办结" in page.text
    assert PLAN["cause"] in page.text


def test_a_task_that_changed_meanwhile_is_not_overwritten(owner, cast, case, planning):
    actor = accounts.actor("lyxx_owner")
    stale = planning.revision
    tasks.claim(planning.id, actor)

    page = owner.post(at(planning, "complete"), status=409, revision=stale, **PLAN)

    assert page.value("cause") == "\n" + PLAN["cause"]
    assert cast.open_tasks(case) == ["draft_plan"]


def test_a_row_is_added_and_removed_without_javascript(owner, planning):
    two = owner.post(at(planning, "complete"), status=200, _add="measures", **PLAN)
    one = owner.post(
        at(planning, "complete"),
        status=200,
        _remove="measures.0",
        **PLAN,
        **{"measures.1.text": "第二项"},
    )

    rows = "//*[@data-rows]/*"
    assert len(two.all(rows)) == 2
    assert (len(one.all(rows)), one.value("measures.0.text")) == (1, "\n第二项")


def test_a_draft_comes_back(owner, planning):
    answer = owner.post(at(planning, "draft"), status=200, cause="写到一半")

    assert answer.response.json == {"at": "09:00"}
    page = owner.get(at(planning))
    assert page.value("cause") == "\n写到一半"
    assert "已恢复 2026-03-02 09:00 自动保存的草稿" in page.text


def test_the_server_says_which_fields_a_choice_hides(owner, cast, case, planning):
    cast.walks(case, "draft_plan", "sign_plan", "review_plan", "approve_plan")
    rectify = cast.task(case, "rectify")

    going_on = owner.post(at(rectify, "preview"), status=200, next_step="progress")
    finished = owner.post(at(rectify, "preview"), status=200, next_step="report")

    assert "rectify_closing" in going_on.response.json["hidden"]
    assert "rectify_closing" not in finished.response.json["hidden"]


def test_a_claimed_task_is_its_holders_until_released(clerk, cast, case):
    path = at(cast.task(case, "acknowledge"))

    clerk.post(path + "/claim")
    assert "由我办理" in clerk.get(path).text
    clerk.post(path + "/release")

    assert "由我办理" not in clerk.get(path).text


def test_a_task_cannot_be_handed_to_just_anybody(clerk, cast, case):
    page = clerk.post(
        at(cast.task(case, "acknowledge"), "hand-over"), status=403, username="wangmin"
    )

    assert "不能转交" in page.text


def test_who_may_only_look_is_told_why(app, cast, case):
    office = Visitor(app.test_client(), "wangmin")

    page = office.get(at(cast.task(case, "acknowledge")))

    assert "该待办由“单位联络员”办理" in page.text
    assert page.all("//form[contains(@action, '/complete')]") == []


def test_a_done_task_shows_what_was_answered(clerk, cast, case):
    task = cast.task(case, "acknowledge")
    clerk.post(at(task, "complete"), signed_by="华雪梅")

    page = clerk.get(at(task))

    assert "华雪梅" in page.one("//section[@id='tab-form']").text_content()


def test_files_sent_without_javascript_are_kept(owner, planning):
    page = owner.post(
        at(planning, "complete"),
        status=422,
        emergency_plan__file=(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "预案.pdf"),
    )

    assert "预案.pdf" in page.text
    assert page.value("emergency_plan").isdecimal()


def test_a_file_of_somebody_else_is_refused(owner, planning, app):
    other = Visitor(app.test_client(), "wangmin")
    sent = other.post("/evidence", status=201, file=(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "a.pdf"))

    page = owner.post(
        at(planning, "complete"), status=422, **PLAN, emergency_plan=str(sent.response.json["id"])
    )

    assert "请先上传" in page.text


def test_a_harmful_file_is_refused_in_words(owner):
    answer = owner.post("/evidence", status=422, file=(io.BytesIO(b"MZ"), "a.exe"))

    assert "不接受此类文件" in answer.response.json["detail"]


def test_the_diagram_shows_where_the_case_stands(clerk, cast, case):
    page = clerk.get(at(cast.task(case, "acknowledge")))

    facts = page.one("//gov-diagram/script").text
    drawing = page.one("//gov-diagram").get("src")
    assert '"element": "acknowledge"' in facts
    assert b"<bpmn:process" in clerk.get(drawing).body


def test_steps_and_forms_come_in_english(clerk, cast, case):
    clerk.post("/locale", status=302, locale="en")

    page = clerk.get(at(cast.task(case, "acknowledge")))

    assert page.title == "Acknowledge"
    assert "Acknowledged by" in page.text


def test_a_plan_that_is_sent_back_comes_with_its_words(owner, cast, case, planning):
    cast.does(case, "draft_plan", cause="制度不落实，责任未到人。")
    cast.does(case, "sign_plan", signed="no", opinion="请写明责任人和完成时间。")

    page = owner.get(at(cast.task(case, "draft_plan")))

    assert page.value("cause").strip() == "制度不落实，责任未到人。"
    assert page.value("measures.0.starts_on")
    assert "按退回意见修改" in page.text


def test_whoever_judges_a_mended_plan_starts_afresh(cast, case, planning, app):
    for opinion in ("请写明责任人和完成时间。", "仍未写明完成时间，请补充。"):
        cast.does(case, "draft_plan")
        cast.does(case, "sign_plan", signed="no", opinion=opinion)
    cast.does(case, "draft_plan")

    page = Visitor(app.test_client(), "lyxx_head").get(at(cast.task(case, "sign_plan")))

    assert not page.value("opinion").strip()
    assert "按退回意见修改" not in page.text


REPORT = {
    "next_step": "report",
    "progress_on": "2026-03-02",
    "percent": "100",
    "measure_progress.0.measure": "1",
    "measure_progress.0.percent": "100",
    "progress": "已逐项完成整改，建立台账并公示，落实到人，每周检查一次，形成长效机制。",
    "report": "已完成。",
    "evidence_list": "一、台账",
    "conclusion": "done",
    "mechanism": "每周检查。",
}


def handed_in(name):
    return evidence.store(io.BytesIO("台账".encode()), name, accounts.actor("lyxx_owner")).id


def test_a_report_that_is_sent_back_comes_with_its_files(owner, cast):
    case = cast.starts_work()
    owner.post(at(cast.task(case, "rectify"), "complete"), **REPORT, evidence=handed_in("台账.txt"))
    cast.does(case, "sign_report", signed="no", opinion="请补充说明。")

    page = owner.get(at(cast.task(case, "rectify")))
    (kept,) = page.all("//gov-upload[@name='evidence']//input[@type='hidden']")
    assert page.one("//gov-upload[@name='evidence']//a").text == "台账.txt"

    files = [kept.get("value"), str(handed_in("补充.txt"))]
    owner.post(at(cast.task(case, "rectify"), "complete"), **REPORT, evidence=files)
    assert cast.open_tasks(case) == ["sign_report"]
    assert [file.name for file in dossier.evidence_of(case)] == ["补充.txt", "台账.txt"]


def test_why_a_report_came_back_stands_open_above_it(owner, cast):
    case = cast.starts_work()
    cast.walks(case, "rectify", "sign_report")
    cast.does(case, "first_review", passed="no", opinion="佐证材料不足。")

    page = owner.get(at(cast.task(case, "rectify")))

    (shown,) = page.all("//details[@class='previous'][@open]")
    assert "佐证材料不足。" in shown.text_content()


def test_what_is_no_photograph_is_not_taken_for_one(owner, cast):
    case = cast.starts_work()
    words = str(handed_in("说明.txt"))

    page = owner.post(at(cast.task(case, "rectify"), "complete"), 422, **REPORT, photos_after=words)

    assert "“说明.txt”不是这一项要的文件，请移除后上传：.jpg、.jpeg、.png。" in page.text


def test_a_second_letter_begins_with_its_own_words(app, cast):
    case = cast.starts_work()
    cast.until(date(2026, 4, 3))
    cast.does(case, "draft_letter", subject="第一封函的事由。")
    cast.walks(case, "sign_letter", "acknowledge_letter", "reply_letter")
    cast.does(case, "assess_reply", satisfied="no", opinion="证明材料不足。")

    page = Visitor(app.test_client(), "wangmin").get(at(cast.task(case, "draft_letter")))

    assert page.value("subject").strip() == cast.letters(case)[-1].subject
    assert "按退回意见修改" not in page.text
