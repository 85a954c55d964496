"""演练与迁移: the pages and calls by which an analyst carries cases over, with a second person."""

import pytest

from app.db import db
from app.services.design import drafts, publishing
from tests import redrawing
from tests.redrawing import KEY, version_of
from tests.web.calling import Caller
from tests.web.visiting import Visitor

PAGE = f"/designer/{KEY}/rehearsal"
SELECT = "map-1-rectify"


@pytest.fixture
def case(cast):
    return cast.starts_work()


@pytest.fixture
def analyst(case, client):
    return Visitor(client, "fenxi")


@pytest.fixture
def head(case, app, client):
    return Visitor(app.test_client(), "chenjianguo")


@pytest.fixture
def made(case):
    """A version in which the unit's work goes by another id."""
    return redrawing.renamed("rectify", "put_right")


def rehearsed(visitor, version, **fields):
    return visitor.follow(visitor.post(PAGE, version=version, **fields))


def planned(visitor, version, **fields):
    path = f"/designer/{KEY}/plans"
    return visitor.post(path, version=version, note="环节改名", **fields).response.location


def test_a_version_is_rehearsed_and_says_which_element_needs_a_place(analyst, made):
    page = analyst.get(f"{PAGE}?version={made.version}")
    assert "还没有演练过" in page.text

    page = rehearsed(analyst, made.version)

    assert "0 件可以迁移，1 件不能原样迁移" in page.text
    assert "新版本中没有“实施整改”" in page.text
    chosen = page.one(f"//select[@name='{SELECT}']/option[@selected]")
    assert chosen.get("value") == "put_right"


def test_the_cases_of_a_group_are_listed_and_the_office_head_may_open_them(head, case, made):
    page = rehearsed(head, made.version)

    page = head.get(page.one("//section[@aria-labelledby='result-title']//a").get("href"))

    link = page.one("//section[@id='cases']//th/a")
    assert link.text == case.number
    head.get(link.get("href"))


def test_with_a_place_for_the_element_the_rehearsal_is_fine(analyst, case, made):
    page = rehearsed(analyst, made.version, **{SELECT: "put_right"})

    assert "1 件可以迁移" in page.text
    assert page.one(f"//select[@name='{SELECT}']/option[@selected]").get("value") == "put_right"


def test_a_plan_is_kept_by_one_and_carried_out_by_another(analyst, head, case, made):
    rehearsed(analyst, made.version)
    path = planned(analyst, made.version, **{SELECT: "put_right"})
    assert "请另一位业务分析员或督导办主任执行" in analyst.get(path).text
    analyst.post(f"{path}/apply", status=403)

    head.post(f"{path}/apply")

    page = head.get(path)
    assert "已迁移 1 件，未迁移 0 件" in page.text
    assert case.number in page.text
    assert version_of(case) == made.version
    head.post(f"{path}/undo")
    assert "已撤回 1 件，0 件不能撤回" in head.get(path).text


def test_a_plan_without_a_reason_comes_back_as_it_was_typed(analyst, made):
    rehearsed(analyst, made.version)

    page = analyst.post(f"/designer/{KEY}/plans", status=422, version=made.version, note=" ")

    assert "请写明为什么迁移" in page.text


def test_a_draft_that_cannot_run_is_not_rehearsed_and_the_page_says_why(analyst, case):
    drafts.keep(KEY, redrawing.analyst(), revision=0, xml="<broken/>")

    page = analyst.post(PAGE, status=422)

    assert "流程图有错误，改正后才能演练" in page.text


def test_a_version_or_process_that_is_not_there_is_not_found(analyst, case):
    analyst.get("/designer/nothing/rehearsal", 404)
    analyst.post(PAGE, status=404, version=99)
    analyst.get(f"/designer/{KEY}/plans/99", 404)


def test_the_modeler_is_told_how_many_cases_stand_where(analyst, case):
    assert analyst.get(f"/designer/{KEY}/cases").response.json == {"rectify": 1}


@pytest.mark.parametrize("path", [PAGE, f"/designer/{KEY}/cases", f"/designer/{KEY}/plans/1"])
def test_others_stay_out(app, client, case, path):
    Visitor(client, "wangmin").get(path, 403)


def test_the_calls_do_the_same(app, client, case, made):
    analyst, head = Caller(client, "fenxi"), Caller(client, "chenjianguo")
    root = f"/diagrams/{KEY}"
    assert analyst.get(f"{root}/cases") == {"elements": {"rectify": 1}}

    found = analyst.post(f"{root}/rehearsals", 201, json={"version": made.version})
    assert (found["counts"]["needs_mapping"], found["groups"][0]["element"]) == (1, "rectify")
    (finding,) = analyst.get(f"/rehearsals/{found['id']}/findings")["items"]
    assert (finding["case"], finding["verdict"]) == (case.number, "needs_mapping")
    assert analyst.get(f"{root}/rehearsals?version={made.version}")["id"] == found["id"]
    sent = {"version": made.version, "note": "改名", "mapping": {"1": {"rectify": "put_right"}}}
    plan = analyst.post(f"{root}/plans", 201, json=sent)
    assert analyst.post(f"/plans/{plan['id']}/apply", 403)["code"] == "own_plan"
    assert head.post(f"/plans/{plan['id']}/apply")["result"] == "已迁移 1 件，未迁移 0 件。"
    (one,) = head.get(f"/plans/{plan['id']}/cases?outcome=moved")["items"]
    assert (one["case"], one["from_version"]) == (case.number, 1)
    assert head.post(f"/plans/{plan['id']}/undo")["result"] == "已撤回 1 件，0 件不能撤回。"
    assert head.get(f"{root}/plans")["items"][0]["state"] == "applied"


@pytest.mark.parametrize(
    "wrong",
    [{"mapping": {"x": {}}}, {"mapping": {"1": {"a": 2}}}, {"mapping": []}, {"keeps_timers": 7}],
)
def test_a_call_with_a_strange_mapping_is_refused_by_field(client, case, wrong):
    found = Caller(client, "fenxi").post(f"/diagrams/{KEY}/rehearsals", 422, json=wrong)

    assert list(found["errors"]) == list(wrong)


def test_strangers_and_others_may_not_call(client, case):
    Caller(client).post(f"/diagrams/{KEY}/rehearsals", 401, json={})
    Caller(client, "wangmin").post(f"/diagrams/{KEY}/rehearsals", 403, json={})


def test_the_job_page_leads_on_to_the_result(analyst, case, made):
    rehearsed(analyst, made.version)

    page = analyst.get("/jobs/1")

    assert page.one(f"//a[contains(@href, '{PAGE}')]") is not None
    db.session.rollback()


def test_what_was_chosen_for_the_draft_holds_for_the_version_made_of_it(analyst, case):
    author, new = redrawing.analyst(), redrawing.renamed_drawn("rectify", "put_right")
    revision = drafts.keep(KEY, author, revision=0, xml=new.xml).revision
    rehearsed(analyst, "", **{SELECT: "put_right", "keeps_timers": "no"})
    version = publishing.submit(KEY, author, revision=revision, note="环节改名").version

    page = analyst.get(f"{PAGE}?version={version}")
    assert "这里沿用" in page.text
    page = rehearsed(analyst, **fields_of(page.one("//form[.//button='开始演练']")))

    assert "1 件可以迁移" in page.text
    assert chosen_on(page) == "put_right"
    assert page.one("//input[@name='keeps_timers'][@checked]").get("value") == "no"


def fields_of(form):
    """Return what a form would send; the token is the visitor's own."""
    fields = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    return {name: value for name, value in fields.items() if name != "csrf_token"}


def chosen_on(page):
    return page.one(f"//select[@name='{SELECT}']/option[@selected]").get("value")


def test_an_element_with_another_id_and_another_name_is_proposed(analyst, case):
    made = redrawing.renamed("rectify", "put_right", ('name="实施整改"', 'name="落实整改措施"'))

    page = rehearsed(analyst, made.version)

    assert chosen_on(page) == "put_right"


def test_an_element_that_is_to_have_no_place_is_not_given_one_again(analyst, made):
    page = rehearsed(analyst, made.version, **{SELECT: ""})

    assert "1 件不能原样迁移" in page.text
    assert page.all(f"//select[@name='{SELECT}']/option[@selected]") == []


def test_a_draft_that_is_just_being_redrawn_still_shows_its_last_rehearsal(analyst, case):
    new = redrawing.renamed_drawn("rectify", "put_right")
    draft = drafts.keep(KEY, redrawing.analyst(), revision=0, xml=new.xml)
    rehearsed(analyst, "")
    drafts.keep(KEY, redrawing.analyst(), revision=draft.revision, xml="<broken")

    assert "新版本中没有“实施整改”" in analyst.get(PAGE).text
