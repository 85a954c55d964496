"""流程设计 in the browser: the home, a new process, submitting, reviewing, versions, saves."""

import pytest

from app.services import accounts, diagrams
from app.services.design import drafts, publishing
from tests.web.visiting import Visitor

KEY = "expediting"


@pytest.fixture
def analyst(client, clock):
    return Visitor(client, "fenxi")


@pytest.fixture
def head(client, clock):
    return Visitor(client, "chenjianguo")


def keeps(name="催办", xml=None):
    xml = xml or diagrams.get(KEY, 1).xml.replace('name="督办函"', f'name="{name}"')
    found = drafts.find(KEY)
    revision = found.revision if found else 0
    return drafts.keep(KEY, accounts.actor("fenxi"), revision=revision, xml=xml, note=name)


def submits():
    draft = keeps()
    author = accounts.actor("fenxi")
    return publishing.submit(KEY, author, revision=draft.revision, note="省厅新规")


def test_an_analyst_begins_with_the_processes(analyst):
    assert analyst.get("/", 302).response.location == "/designer"
    page = analyst.get("/designer")

    assert page.title == "流程设计"
    assert "问题整改" in page.text
    assert "新建流程" in page.text


def test_the_head_of_the_office_sees_what_waits_for_review(head):
    submits()

    page = head.get("/designer")

    assert "第 2 版 · 待审核" in page.text
    assert "流程审核" in page.text
    counts = page.all("//nav[@aria-label='主导航']//a[@href='/designer']/span[@class='count']")
    assert [one.text for one in counts] == ["1"]
    assert "新建流程" not in page.text


def test_the_pages_are_for_those_who_draw_or_judge(client, clock):
    office = Visitor(client, "wangmin")

    for path in ("", "/new", f"/{KEY}/versions", f"/{KEY}/1/review", f"/{KEY}/saves"):
        assert office.get(f"/designer{path}", 403).title


def test_a_new_process_is_begun(analyst):
    page = analyst.post("/designer/new", name="借阅", key="lending")

    assert page.response.location.startswith("/designer/lending")
    assert "尚未生效" in analyst.get("/designer").text
    assert "从第" not in analyst.get("/designer/lending/versions").text


def test_what_was_typed_wrong_comes_back(analyst):
    page = analyst.post("/designer/new", 422, name="借阅", key=KEY)

    assert "已有使用这个标识的流程" in page.text
    assert page.value("name") == "借阅"


def test_a_draft_is_submitted_with_a_reason(analyst):
    draft = keeps()

    empty = analyst.post(f"/designer/{KEY}/submit", 422, revision=draft.revision, note="")
    sent = analyst.post(f"/designer/{KEY}/submit", revision=draft.revision, note="新规")

    assert "请写明为什么修改" in empty.text
    assert sent.response.location == f"/designer/{KEY}/2/review"
    assert "您是送审人" in analyst.get(f"/designer/{KEY}/2/review").text


def test_a_draft_with_errors_shows_them_instead(analyst):
    keeps(xml=diagrams.get(KEY, 1).xml.replace('formKey="expediting_letter"', 'formKey="none"'))

    page = analyst.get(f"/designer/{KEY}/submit")

    assert "改正后才能送审" in page.text
    assert page.all("//textarea") == []


def test_a_stale_page_submits_nothing(analyst):
    keeps()

    page = analyst.post(f"/designer/{KEY}/submit", 409, revision="0", note="新规")

    assert "方析" in page.text


def test_the_reviewer_sees_the_facts_and_approves(head):
    submits()

    page = head.get(f"/designer/{KEY}/2/review")
    head.post(f"/designer/{KEY}/2/approve", effective_on="", note="同意")

    assert "省厅新规" in page.text
    assert "检查结果" in page.text
    assert page.value("effective_on") == "2026-03-02"
    assert "第 2 版已生效" in head.get(f"/designer/{KEY}/2/review").text


def test_a_day_that_is_none_comes_back(head):
    submits()

    for day in ("morgen", "2026-02-28"):
        page = head.post(f"/designer/{KEY}/2/approve", 422, effective_on=day, note="同意")

        assert page.value("effective_on") == day
        assert page.value("note").strip() == "同意"


def test_a_verdict_says_why(head):
    submits()

    empty = head.post(f"/designer/{KEY}/2/return", 422, reason=" ")
    head.post(f"/designer/{KEY}/2/return", reason="缺依据")

    assert "请写明退回的理由" in empty.text
    assert "缺依据" in head.get(f"/designer/{KEY}/versions").text


def test_a_version_waits_for_its_day_and_is_withdrawn_and_restored(head):
    submits()

    head.post(f"/designer/{KEY}/2/approve", effective_on="2026-03-09")
    assert "2026-03-09 00:00 生效" in head.get("/designer").text
    head.post(f"/designer/{KEY}/2/withdraw", reason="推迟")
    head.post(f"/designer/{KEY}/2/approve", effective_on="2026-03-02")
    head.post(f"/designer/{KEY}/1/restore", reason="暂缓")

    assert diagrams.get(KEY).version == 1
    text = head.get(f"/designer/{KEY}/versions").text
    assert "恢复使用陈建国暂缓" in text


def test_saves_are_looked_at_and_gone_back_to(analyst):
    keeps("甲")
    draft = keeps("乙")
    first = drafts.saves(KEY)[-1].id

    assert "甲" in analyst.get(f"/designer/{KEY}/saves").text
    assert "甲" in analyst.get(f"/designer/{KEY}/saves/{first}").text
    drawing = analyst.get(f"/designer/{KEY}/saves/{first}.bpmn").body.decode()
    assert 'name="甲"' in drawing
    path = f"/designer/{KEY}/saves/{first}/go-back"
    analyst.post(path, revision=draft.revision)

    assert drafts.get(KEY).name == "甲"
    analyst.get(f"/designer/{KEY}/saves/99999", 404)


def test_a_draft_is_discarded(analyst):
    draft = keeps()

    page = analyst.post(f"/designer/{KEY}/discard", revision=draft.revision)

    assert page.response.location == f"/designer/{KEY}/versions"
    assert drafts.find(KEY) is None
    analyst.get("/designer/nothing/versions", 404)


@pytest.mark.parametrize(("username", "sees"), [("fenxi", True), ("cwxx_head", False)])
def test_only_those_who_draw_are_shown_what_was_never_in_force(client, clock, username, sees):
    submits()

    assert ("待审核" in Visitor(client, username).get("/diagrams").text) is sees


def test_reviewers_are_told_of_a_version_and_its_author_of_what_was_decided(client, clock):
    made = submits()

    head = Visitor(client, "chenjianguo")
    page = head.get("/notices")
    assert "“催办”第2版等待审核" in page.text
    told = page.all("//main//a[starts-with(@href, '/notices/')]/@href")[0]
    assert head.get(told, 302).response.location == f"/designer/{KEY}/2/review"

    publishing.send_back(KEY, made.version, accounts.actor("chenjianguo"), reason="写明条款")
    author = Visitor(client, "fenxi")
    assert "第2版被退回修改" in author.get("/notices").text
    assert "等待审核" not in author.get("/notices").text


def test_a_review_says_what_differs_and_leads_to_it(head):
    submits()

    page = head.get(f"/designer/{KEY}/2/review")

    assert "与现行版本比较" in page.text
    assert "本版还没有用在办事项演练过。" in page.text
    assert f"/designer/{KEY}/compare?to=2" in page.all("//main//a/@href")


def test_without_a_draft_submitting_leads_to_the_versions(analyst):
    for path in ("submit", "saves"):
        assert analyst.get(f"/designer/{KEY}/{path}", 303).response.location == (
            f"/designer/{KEY}/versions"
        )
        analyst.get(f"/designer/unknown/{path}", 404)


def test_a_finding_leads_to_its_step_on_the_board(analyst):
    xml = diagrams.get(KEY, 1).xml.replace('camunda:formKey="expedite"', "", 1)
    broken = xml.replace(' camunda:candidateGroups="office"', "", 1)
    keeps(xml=broken)

    page = analyst.get(f"/designer/{KEY}/submit")

    assert "现为：未选择" in page.text
    assert [one for one in page.all("//main//a/@href") if one.startswith(f"/designer/{KEY}#")]
