"""Drafts: kept as they are drawn, two people at one, going back, beginning something new."""

import functools
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge
from app.services import accounts, diagrams
from app.services.design import drafts

KEY = "expediting"


@pytest.fixture
def analyst(app, clock):
    return accounts.actor("fenxi")


@pytest.fixture
def other(app, analyst):
    """A second analyst: another person of the office with the same role."""
    return replace(accounts.actor("wangmin"), roles=analyst.roles)


def text():
    return diagrams.get(KEY).xml


def renamed(name):
    return text().replace('name="督办函"', f'name="{name}"')


def test_a_draft_begins_with_the_version_in_force(analyst):
    draft = drafts.keep(KEY, analyst, revision=0)

    assert drafts.bundle(KEY) == drafts.bundle(KEY, 1)
    assert (draft.name, draft.base.version, draft.saved_by.name) == ("督办函", 1, "方析")


def test_only_what_is_given_changes(analyst):
    draft = drafts.keep(KEY, analyst, revision=0)

    drafts.keep(KEY, analyst, revision=draft.revision, forms={"sign": {"components": []}})

    assert drafts.get(KEY).xml == text()
    assert drafts.get(KEY).forms == {"sign": {"components": []}}
    assert drafts.get(KEY).decisions == dict(drafts.bundle(KEY, 1).decisions)


def test_the_draft_is_called_what_the_drawing_says(analyst):
    drafts.keep(KEY, analyst, revision=0, xml=renamed("催办"))

    assert drafts.get(KEY).name == "催办"


def test_a_broken_drawing_is_kept_all_the_same(analyst):
    broken = drafts.keep(KEY, analyst, revision=0, xml="<bpmn:definitions")

    assert (broken.xml, broken.name) == ("<bpmn:definitions", "督办函")


def test_what_is_already_so_makes_no_revision(analyst):
    first = drafts.keep(KEY, analyst, revision=0, xml=renamed("催办")).revision

    again = drafts.keep(KEY, analyst, revision=first, xml=renamed("催办"))

    assert again.revision == first


def test_who_comes_second_hears_who_was_first_and_when(analyst, other):
    seen = drafts.keep(KEY, analyst, revision=0).revision
    drafts.keep(KEY, other, revision=seen, xml=renamed("王的"))

    with pytest.raises(Conflict) as refused:
        drafts.keep(KEY, analyst, revision=seen, xml=renamed("方的"))

    assert refused.value.code == "draft_changed"
    assert str(refused.value).startswith("王敏已于2026-03-02 09:00保存了这份草稿")
    assert drafts.get(KEY).name == "王的"


def test_of_two_who_begin_the_second_is_told(analyst, other):
    drafts.keep(KEY, other, revision=0, xml=renamed("王的"))

    with pytest.raises(Conflict, match="王敏"):
        drafts.keep(KEY, analyst, revision=0, xml=renamed("方的"))


def test_a_draft_that_was_thrown_away_meanwhile_is_a_conflict(analyst):
    seen = drafts.keep(KEY, analyst, revision=0).revision
    drafts.discard(KEY, analyst, revision=seen)

    with pytest.raises(Conflict):
        drafts.keep(KEY, analyst, revision=seen, xml=renamed("方的"))


def keeps(analyst, name, note=""):
    revision = 0
    with suppress(NotFound):
        revision = drafts.get(KEY).revision
    return drafts.keep(KEY, analyst, revision=revision, xml=renamed(name), note=note)


def test_saves_in_quick_succession_are_one(analyst, clock):
    for name in "甲乙丙":
        keeps(analyst, name)
        clock.shift(timedelta(seconds=30))

    (save,) = drafts.saves(KEY)
    assert save.xml == renamed("丙")


def test_after_five_minutes_there_is_another_save(analyst, clock):
    keeps(analyst, "甲")
    clock.shift(timedelta(minutes=5))
    keeps(analyst, "乙")

    assert [one.xml for one in drafts.saves(KEY)] == [renamed("乙"), renamed("甲")]


def test_a_save_with_a_note_stays(analyst):
    keeps(analyst, "甲", note="初稿")
    keeps(analyst, "乙")

    assert [(one.note, one.xml) for one in drafts.saves(KEY)] == [
        ("", renamed("乙")),
        ("初稿", renamed("甲")),
    ]


def test_what_two_people_keep_is_never_one_save(analyst, other):
    keeps(analyst, "甲")
    keeps(other, "乙")

    assert [one.by.name for one in drafts.saves(KEY)] == ["王敏", "方析"]


def test_going_back_keeps_what_was_there(analyst, clock):
    keeps(analyst, "甲", note="初稿")
    draft = keeps(analyst, "乙")
    first = drafts.saves(KEY)[-1]

    drafts.go_back(KEY, first.id, analyst, revision=draft.revision)

    assert drafts.get(KEY).name == "甲"
    assert [one.xml for one in drafts.saves(KEY)] == [renamed(name) for name in "甲乙甲"]
    assert drafts.saves(KEY)[0].note == "← 2026-03-02 09:00"


def test_a_save_of_another_process_is_not_found(analyst):
    keeps(analyst, "甲")
    drafts.keep("objection", analyst, revision=0)

    with pytest.raises(NotFound):
        drafts.saved("objection", drafts.saves(KEY)[0].id)


def test_a_discarded_draft_leaves_the_version_in_force(analyst):
    draft = keeps(analyst, "甲")

    drafts.discard(KEY, analyst, revision=draft.revision)

    assert drafts.find(KEY) is None
    assert drafts.bundle(KEY) == drafts.bundle(KEY, 1)


def test_a_draft_somebody_went_on_with_is_not_thrown_away(analyst, other):
    seen = keeps(analyst, "甲").revision
    keeps(other, "乙")

    with pytest.raises(Conflict):
        drafts.discard(KEY, analyst, revision=seen)


def test_only_analysts_draw(app):
    head = accounts.actor("chenjianguo")

    for act in (
        lambda: drafts.keep(KEY, head, revision=0),
        lambda: drafts.begin("lending", "借阅", head),
        lambda: drafts.discard(KEY, head, revision=1),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_no_database_holds_is_refused(analyst):
    for odd in ("\0", "\ud800"):
        with pytest.raises(Invalid):
            drafts.keep(KEY, analyst, revision=0, forms={"plan": {"components": [odd]}})
        with pytest.raises(Invalid):
            drafts.keep(KEY, analyst, revision=0, note=odd)
    with pytest.raises(TooLarge):
        drafts.keep(KEY, analyst, revision=0, xml="x" * 4_000_001)


MISSHAPEN = [{"components": 5}, {"components": [1]}, [], {"components": [{"values": 1}]}]


def test_what_no_form_looks_like_is_refused_by_its_name(analyst):
    for form in MISSHAPEN:
        with pytest.raises(Invalid, match="表单“plan”"):
            drafts.keep(KEY, analyst, revision=0, forms={"plan": form})


def test_what_is_nested_without_end_is_refused(analyst):
    deep = functools.reduce(lambda inner, _: [inner], range(900), "x")

    with pytest.raises(Invalid, match="嵌套"):
        drafts.keep(KEY, analyst, revision=0, forms={"plan": {"odd": deep}})


def test_nobody_draws_on_what_is_not_there(analyst):
    with pytest.raises(NotFound):
        drafts.keep("nothing", analyst, revision=0)
    with pytest.raises(NotFound):
        drafts.bundle(KEY, 7)


def test_a_new_process_can_run_as_it_begins(analyst):
    draft = drafts.begin(" lending ", "图书  <借阅>", analyst)

    assert (draft.key, draft.name, draft.base) == ("lending", "图书 <借阅>", None)
    assert [one for one in diagrams.lint(drafts.bundle("lending")) if one.severity == "error"] == []


@pytest.mark.parametrize("key", ["", "New", "new", "1st", "a b", "a", "x" * 64, KEY, "流程"])
def test_a_new_process_needs_a_name_of_its_own(analyst, key):
    with pytest.raises(Invalid) as refused:
        drafts.begin(key, "借阅", analyst)

    assert list(refused.value.fields) == ["key"]
