"""From draft to version in force: two people, a day, a way back, and what the program brings."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from app import scheduler
from app.clock import LOCAL
from app.db import db, transaction
from app.domain.errors import Conflict, Invalid, InvalidDiagram, NotAllowed, NotFound, WrongStage
from app.services import accounts, bundles, diagrams, notices
from app.services.design import drafts, overview, publishing, taking_effect

KEY = "expediting"
FILE = Path(__file__).parents[2] / "bpmn" / "expediting.bpmn"
WHY = "省厅新规第十条"


@pytest.fixture
def analyst(app, clock):
    return accounts.actor("fenxi")


@pytest.fixture
def head(app, clock):
    return accounts.actor("chenjianguo")


def text():
    return FILE.read_text(encoding="utf-8")


def renamed(name):
    return text().replace('name="督办函"', f'name="{name}"')


def submitted(analyst, name="催办", note=WHY):
    found = drafts.find(KEY)
    xml = renamed(name)
    draft = drafts.keep(KEY, analyst, revision=found.revision if found else 0, xml=xml)
    return publishing.submit(KEY, analyst, revision=draft.revision, note=note).version


def states():
    return {one.version: one.state.value for one in overview.versions(KEY)}


def acts(version):
    found = reversed(overview.history(KEY, version))
    return [(one.act.value, one.by.name if one.by else None, one.note) for one in found]


def in_force():
    return diagrams.published(db.session(), KEY).version


def at(day, hour=0, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=LOCAL)


def test_a_submitted_draft_is_a_version_that_waits(analyst):
    version = submitted(analyst)

    made = diagrams.get(KEY, version)
    assert (made.version, made.state, made.name, made.note) == (2, "draft", "催办", WHY)
    assert acts(2) == [("submitted", "方析", WHY)]
    assert drafts.find(KEY) is None
    assert in_force() == 1


def test_a_submission_says_why(analyst):
    with pytest.raises(Invalid) as refused:
        submitted(analyst, note="  ")

    assert refused.value.fields == {"note": ["请写明为什么修改。"]}
    assert drafts.get(KEY).name == "催办"


def test_all_errors_are_listed_and_nothing_is_submitted(analyst):
    xml = text().replace('formKey="sign"', 'formKey="sing"').replace('"office_head"', '"boss"')
    draft = drafts.keep(KEY, analyst, revision=0, xml=xml.replace("chief", "chef"))

    with pytest.raises(InvalidDiagram) as refused:
        publishing.submit(KEY, analyst, revision=draft.revision, note=WHY)

    assert {one.severity for one in refused.value.problems} == {"error"}
    assert len(refused.value.problems) > 1
    assert states() == {1: "published"}


def test_what_is_in_force_already_is_nothing_to_submit(analyst):
    draft = drafts.keep(KEY, analyst, revision=0)

    with pytest.raises(Invalid, match="内容与第1版（已发布）相同"):
        publishing.submit(KEY, analyst, revision=draft.revision, note=WHY)


def test_a_draft_that_somebody_went_on_with_is_not_submitted(analyst):
    seen = drafts.keep(KEY, analyst, revision=0).revision
    drafts.keep(KEY, analyst, revision=seen, xml=renamed("催办"))

    with pytest.raises(Conflict):
        publishing.submit(KEY, analyst, revision=seen, note=WHY)


def test_a_second_person_puts_it_in_force_at_once(analyst, head):
    submitted(analyst)

    publishing.approve(KEY, 2, head, note="已比较")

    assert states() == {1: "retired", 2: "published"}
    assert acts(2)[1:] == [("approved", "陈建国", "已比较"), ("published", "陈建国", "")]
    assert acts(1)[-1] == ("retired", "陈建国", "")
    assert in_force() == 2


def test_nobody_approves_what_they_submitted(analyst):
    submitted(analyst)

    with pytest.raises(NotAllowed, match="不同人员"):
        publishing.approve(KEY, 2, analyst)

    assert states()[2] == "draft"


def test_only_those_who_judge_judge(analyst):
    submitted(analyst)
    office = accounts.actor("wangmin")

    for act in (
        lambda: publishing.approve(KEY, 2, office),
        lambda: publishing.send_back(KEY, 2, office, reason="不行"),
        lambda: publishing.restore(KEY, 1, office, reason="不行"),
        lambda: publishing.withdraw(KEY, 2, office, reason="不行"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_version_of_a_later_day_takes_effect_on_its_day(analyst, head, clock):
    submitted(analyst)
    publishing.approve(KEY, 2, head, effective_on=date(2026, 3, 5))

    clock.move_to(at(4, 23, 59))
    before = taking_effect.sweep(), in_force()
    clock.move_to(at(5))
    after = taking_effect.sweep(), in_force()

    assert (before, after) == ((0, 1), (1, 2))
    assert acts(2)[-1] == ("published", None, "")
    assert diagrams.get(KEY, 2).effective_at == at(5)
    assert taking_effect.sweep() == 0


def test_the_clockwork_puts_in_force_what_is_due(app, analyst, head, clock):
    submitted(analyst)
    publishing.approve(KEY, 2, head, effective_on=date(2026, 3, 5))
    clock.move_to(at(5))

    clockwork = scheduler.start(app)
    for job in clockwork.get_jobs():
        job.func()
    clockwork.shutdown(wait=True)

    assert in_force() == 2


def test_a_running_process_stays_on_its_version(cast, analyst, head):
    case = cast.open_case()
    xml = diagrams.get("rectification").xml.replace('name="制定整改方案"', 'name="编制整改方案"')
    draft = drafts.keep("rectification", analyst, revision=0, xml=xml)
    publishing.submit("rectification", analyst, revision=draft.revision, note=WHY)
    publishing.approve("rectification", 2, head)

    cast.does(case, "acknowledge")

    assert cast.task(case, "draft_plan").name == "制定整改方案"


def test_an_approval_is_taken_back_before_its_day(analyst, head, clock):
    submitted(analyst)
    publishing.approve(KEY, 2, head, effective_on=date(2026, 3, 5))

    publishing.withdraw(KEY, 2, head, reason="文件推迟印发")
    clock.move_to(at(6))

    assert taking_effect.sweep() == 0
    assert states() == {1: "published", 2: "draft"}
    assert acts(2)[-1] == ("withdrawn", "陈建国", "文件推迟印发")


def test_what_no_longer_passes_does_not_take_effect(analyst, head, clock):
    submitted(analyst)
    publishing.approve(KEY, 2, head, effective_on=date(2026, 3, 5))
    with transaction() as session:
        session.merge(diagrams.get(KEY, 2)).xml = "<bpmn:definitions"
    clock.move_to(at(5))

    assert taking_effect.sweep() == 0

    assert (states()[2], in_force()) == ("draft", 1)
    assert acts(2)[-1][:2] == ("withdrawn", None)
    assert diagrams.get(KEY, 2).approver_id is None
    assert [one.what for one in notices.page(head).items] == ["version_submitted"] * 2


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2027, 3, 4)])
def test_a_day_that_is_over_or_too_far_will_not_do(analyst, head, day):
    submitted(analyst)

    with pytest.raises(Invalid) as refused:
        publishing.approve(KEY, 2, head, effective_on=day)

    assert list(refused.value.fields) == ["effective_on"]


def test_an_older_version_never_follows_a_newer(analyst, head, clock):
    submitted(analyst, "甲")
    publishing.approve(KEY, 2, head, effective_on=date(2026, 3, 9))
    submitted(analyst, "乙")

    with pytest.raises(Invalid) as refused:
        publishing.approve(KEY, 3, head)
    publishing.approve(KEY, 3, head, effective_on=date(2026, 3, 10))
    clock.move_to(at(11))
    taking_effect.sweep()

    assert "第2版定于2026-03-09 00:00生效" in refused.value.fields["effective_on"][0]
    assert states() == {1: "retired", 2: "retired", 3: "published"}


def test_a_returned_version_is_a_draft_again(analyst, head):
    submitted(analyst)

    publishing.send_back(KEY, 2, head, reason="缺依据")

    draft = drafts.get(KEY)
    assert (draft.name, draft.base.version, draft.saved_by.name) == ("催办", 2, "方析")
    assert [one.note for one in drafts.saves(KEY)] == ["v2 ↩ 缺依据"]
    assert acts(2)[-1] == ("returned", "陈建国", "缺依据")
    assert submitted(analyst, "催办函") == 3


def test_a_returned_version_never_replaces_another_draft(analyst, head):
    submitted(analyst)
    drafts.keep(KEY, analyst, revision=0, xml=renamed("另一份"))

    publishing.send_back(KEY, 2, head, reason="缺依据")

    assert drafts.get(KEY).name == "另一份"
    assert drafts.saves(KEY)[0].xml == renamed("催办")


def test_authors_take_their_own_back(analyst):
    submitted(analyst)

    publishing.send_back(KEY, 2, analyst, reason="漏了一处")

    assert acts(2)[-1] == ("withdrawn", "方析", "漏了一处")
    assert drafts.get(KEY).name == "催办"


def test_a_retired_version_is_restored(analyst, head):
    submitted(analyst)
    publishing.approve(KEY, 2, head)

    publishing.restore(KEY, 1, analyst, reason="新规暂缓")

    assert states() == {1: "published", 2: "retired"}
    assert acts(1)[-1] == ("restored", "方析", "新规暂缓")
    assert in_force() == 1


def test_each_act_has_its_time(analyst, head):
    submitted(analyst)

    for act in (publishing.withdraw, publishing.restore):
        with pytest.raises(WrongStage):
            act(KEY, 2, head, reason="不行")
    publishing.approve(KEY, 2, head)
    with pytest.raises(WrongStage):
        publishing.approve(KEY, 2, head)
    with pytest.raises(NotFound):
        publishing.approve(KEY, 7, head)


def test_a_new_process_runs_once_approved(analyst, head):
    draft = drafts.begin("lending", "借阅", analyst)
    publishing.submit("lending", analyst, revision=draft.revision, note=WHY)
    with pytest.raises(NotFound):
        diagrams.published(db.session(), "lending")

    publishing.approve("lending", 1, head)

    assert diagrams.published(db.session(), "lending").name == "借阅"
    assert drafts.bundle("lending").xml == draft_text("lending")


def draft_text(key):
    return diagrams.get(key, 1).xml


def test_a_draft_knows_when_something_came_into_force_without_it(analyst, head):
    submitted(analyst, "甲")
    draft = drafts.keep(KEY, analyst, revision=0, xml=renamed("乙"))
    assert not overview.newer_than_base(draft.base, diagrams.get(KEY))

    publishing.approve(KEY, 2, head)

    assert overview.newer_than_base(drafts.get(KEY).base, diagrams.get(KEY))


def test_who_may_review_sees_how_much_waits(analyst, head):
    submitted(analyst)

    assert [overview.to_review(who) for who in (head, analyst)] == [1, 0]


# What comes with the program: at each start its diagrams are published.


def shipped(name=None):
    bundle = bundles.read(FILE)
    return diagrams.publish(replace(bundle, xml=renamed(name)) if name else bundle)


def test_a_new_program_brings_a_new_version(analyst):
    made = shipped("督办通知")

    assert (made.version, states()) == (2, {1: "retired", 2: "published"})
    assert acts(2) == [("imported", None, diagrams.SHIPPED), ("published", None, "")]


def test_a_start_never_overrides_what_an_analyst_published(analyst, head):
    submitted(analyst)
    publishing.approve(KEY, 2, head)

    same = shipped()

    assert (same.version, states()) == (1, {1: "retired", 2: "published"})


def test_what_a_new_program_brings_waits_where_people_draw_themselves(analyst, head):
    submitted(analyst)
    publishing.approve(KEY, 2, head)

    made = shipped("督办通知")
    shipped("督办通知")

    assert (made.version, in_force()) == (3, 2)
    assert states() == {1: "retired", 2: "published", 3: "draft"}
    assert acts(3) == [("imported", None, diagrams.SHIPPED)]
    assert publishing.approve(KEY, 3, analyst).state == "published"


def test_a_new_program_never_overtakes_what_waits_for_its_day(analyst, head):
    submitted(analyst)
    publishing.approve(KEY, 2, head, effective_on=date(2026, 3, 5))

    assert shipped("督办通知").state == "draft"
    assert in_force() == 1


def test_a_shipped_version_that_was_returned_stays_so(analyst, head):
    submitted(analyst)
    publishing.approve(KEY, 2, head)
    shipped("督办通知")

    publishing.send_back(KEY, 3, head, reason="不用")

    assert shipped("督办通知").state == "returned"
    assert drafts.find(KEY) is None
