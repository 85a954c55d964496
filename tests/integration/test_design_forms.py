"""Forms and decision tables of a draft, on both databases: kept, refused, never lost."""

import json

import pytest

from app.domain.errors import DraftChanged, Invalid, NotAllowed
from app.services import diagrams
from app.services.design import decisions, drafts, forms, standing

KEY = "rectification"


@pytest.fixture
def analyst(actor, county):
    return actor("fenxi")


def retitled(title):
    return {**standing.of(KEY).content.forms["sign"], "title": title}


def test_a_form_is_kept_in_the_draft_and_not_in_force(analyst):
    forms.keep(standing.of(KEY), "sign", retitled("签批"), analyst)

    assert drafts.get(KEY).forms["sign"]["title"] == "签批"
    assert "title" not in drafts.bundle(KEY, 1).forms["sign"]
    assert forms.title_of(standing.of(KEY), "sign") == "签批"


def test_only_an_analyst_changes_forms_and_tables(actor, county):
    head, now = actor("chenjianguo"), standing.of(KEY)

    with pytest.raises(NotAllowed):
        forms.keep(now, "sign", retitled("签批"), head)
    with pytest.raises(NotAllowed):
        decisions.keep(now, "light", "<a/>", head)
    with pytest.raises(NotAllowed):
        forms.drop(now, "sign", head)


def test_who_was_faster_is_told_to_the_second(analyst):
    early = standing.of(KEY)
    forms.keep(early, "sign", retitled("签批"), analyst)
    later = standing.of(KEY)

    with pytest.raises(DraftChanged, match="方析"):
        standing.require_same(
            later,
            later.content.forms["sign"],
            revision=early.revision,
            seen=standing.digest(early.content.forms["sign"]),
        )


def test_work_on_another_part_of_the_draft_is_no_conflict(analyst):
    early = standing.of(KEY)
    seen = standing.digest(early.content.forms["plan"])
    forms.keep(early, "sign", retitled("签批"), analyst)
    later = standing.of(KEY)

    standing.require_same(later, later.content.forms["plan"], revision=early.revision, seen=seen)

    forms.keep(later, "plan", {**later.content.forms["plan"], "title": "方案"}, analyst)
    assert drafts.get(KEY).forms["sign"]["title"] == "签批"


def test_a_form_in_use_stays_and_one_that_is_not_goes(analyst):
    with pytest.raises(NotAllowed, match="负责人签批方案"):
        forms.drop(standing.of(KEY), "sign", analyst)

    forms.begin(standing.of(KEY), "spare", "备用", analyst)
    forms.drop(standing.of(KEY), "spare", analyst)

    assert "spare" not in drafts.get(KEY).forms


def test_a_form_is_copied_from_another_process(analyst):
    made = forms.copy(standing.of(KEY), "", ("follow_up", "follow_up_check"), analyst)

    assert drafts.get(KEY).forms[made]["components"]
    with pytest.raises(Invalid):
        forms.copy(standing.of(KEY), "", ("follow_up", "follow_up_check"), analyst)


def test_a_file_with_foreign_components_is_refused_by_name(analyst):
    file = {"id": "visit", "components": [{"type": "image", "key": "logo"}]}

    with pytest.raises(Invalid) as refused:
        forms.take(standing.of(KEY), "visit", json.dumps(file).encode(), analyst)

    assert "image" in refused.value.fields["file"][0]


def test_a_form_or_table_with_errors_is_kept_but_never_published(analyst):
    broken = {"components": [{"type": "textfield", "key": "x"}, {"type": "textfield", "key": "x"}]}
    forms.keep(standing.of(KEY), "spare", broken, analyst)
    table = standing.of(KEY).content.decisions["light"].replace('"blue"', "blue")
    decisions.keep(standing.of(KEY), "light", table, analyst)

    found = {one.code for one in diagrams.lint(drafts.bundle(KEY)) if one.severity == "error"}

    assert found == {"form/duplicate_key", "decision/name"}


def test_a_table_that_the_program_asks_stays(analyst):
    with pytest.raises(NotAllowed):
        decisions.drop(standing.of(KEY), "light", analyst)


def test_a_new_table_runs_at_once(analyst):
    key = decisions.begin(standing.of(KEY), "choice", "选择", analyst)
    now = standing.of(KEY)

    assert decisions.check(now, key, decisions.text_of(now, key)) == []
    assert decisions.try_out(decisions.text_of(now, key), {"severity": "major"}).rows == (1,)
    decisions.drop(now, key, analyst)
    assert key not in drafts.get(KEY).decisions
