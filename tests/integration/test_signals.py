"""异常提示: what looks like form without substance is asked about, decided on, and asked anew."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.clock import today, utcnow
from app.db import db
from app.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from app.domain.evidence import Evidence
from app.domain.signal import Signal, SignalAct, SignalState, Wording, WordingBand
from app.services import accounts
from app.services.signals import _shares, asking, texts
from app.services.signals._shares import Share, at_least, outstanding
from app.services.signals.looking import KINDS, look
from app.texts import said_in
from tests.conftest import opened

REPORT = (
    "我校高度重视，立即召开专题会议，成立由校长任组长的整改工作领导小组，制定并落实食堂留样管理制度，"
    "配备留样冰箱和专用容器，明确专人每日登记，分管校长每周抽查一次，结果在校务公开栏公示。"
)
PLAN = {
    "cause": "留样制度没有落实到人，食堂管理员更换后未交接，检查流于形式，缺少日常登记和抽查。",
    "goal": "每餐每样留足一百二十五克，冷藏四十八小时以上，登记完整，抽查合格率百分之百。",
}
OTHER = "柳塬镇人民政府"


def finds(name):
    """Look until there is no more to look at; return the questions of that kind."""
    more = True
    while more:
        _, more = look(KINDS[name])
    return list(db.session.scalars(select(Signal).filter_by(kind=name).order_by(Signal.id)))


def reports(cast, case, text=REPORT, **answers):
    cast.does(case, "rectify", report=text, **answers)
    cast.does(case, "sign_report")


@pytest.fixture
def office(cast):
    return accounts.actor("wangmin")


@pytest.fixture
def same(cast):
    """Two units whose reports say nearly the same."""
    first, second = cast.starts_work(), cast.starts_work(unit=OTHER)
    reports(cast, first)
    reports(cast, second, REPORT.replace("每周抽查一次", "每两周抽查一次"))
    return first, second


def test_the_same_words_of_two_units_are_one_question_with_the_texts_side_by_side(same):
    questions = finds("same_words")

    (reports_,) = [one for one in questions if one.key.startswith("rectify")]
    assert [fact["case"] for fact in reports_.facts] == [same[1].number, same[0].number]
    assert "2 个单位的整改情况报告有 9" in said_in(reports_.question)
    first, _ = asking.texts_of(reports_)
    assert [part.text for part in first.passages if not part.common] == ["两"]


def test_a_third_unit_joins_the_question_and_opens_it_again(cast, same, office):
    (question,) = [one for one in finds("same_words") if one.key.startswith("rectify")]
    asking.decide(question.id, office, SignalState.CLEARED, "两校同属一个集团，共同整改。")
    third = cast.starts_work(unit="白鹭洲街道办事处")
    reports(cast, third)

    again = [one for one in finds("same_words") if one.key.startswith("rectify")]

    assert [one.id for one in again] == [question.id]
    assert {fact["case"] for fact in again[0].facts} == {one.number for one in (*same, third)}
    assert again[0].state is SignalState.OPEN
    acts = [step.act for step in again[0].steps]
    assert acts == [SignalAct.FOUND, SignalAct.CLEARED, SignalAct.REOPENED]


def test_looking_twice_finds_nothing_new(same):
    before = [(one.id, one.changed_at) for one in finds("same_words")]

    assert look(KINDS["same_words"]) == (0, False)
    assert [(one.id, one.changed_at) for one in finds("same_words")] == before


def test_one_unit_may_repeat_itself(cast):
    for _ in range(2):
        reports(cast, cast.starts_work())

    assert finds("same_words") == []


def test_one_file_for_two_cases_is_asked_about_once(cast, office):
    cases = [cast.starts_work() for _ in range(2)]
    for case in cases:
        task = cast.task(case, "rectify")
        file = {"stored_as": f"{case.id:032x}", "name": "制度.pdf", "media_type": "application/pdf"}
        who = cast.whose(task)
        row = Evidence(**file, size=1, sha256="a" * 64, uploaded_at=utcnow(), uploaded_by_id=who.id)
        db.session.add(row)
        db.session.commit()
        cast.does(case, "rectify", next_step="progress", percent=50, evidence=[row.id])

    (question,) = finds("evidence_twice")

    assert [fact["case"] for fact in question.facts] == [case.number for case in cases]
    assert "制度.pdf" in said_in(question.question)
    assert question.unit_id == cases[0].lead_unit_id


def test_who_reports_minutes_after_the_plan_is_asked_how(cast):
    case = cast.starts_work()
    cast.clock.shift(timedelta(minutes=12))
    reports(cast, case)

    (question,) = finds("at_once")
    (leap,) = finds("one_leap")

    assert "12 分钟" in said_in(question.question)
    assert question.unit_id == leap.unit_id == case.lead_unit_id
    assert "100%" in said_in(leap.question)


def test_who_works_step_by_step_is_asked_nothing(cast):
    case = cast.starts_work()
    cast.passes(days=5)
    cast.does(case, "rectify", next_step="progress", percent=60)
    cast.passes(days=5)
    reports(cast, case)

    assert finds("at_once") == finds("one_leap") == []


@pytest.fixture
def few_will_do(monkeypatch):
    """Let two of two stand out, so that a test need not walk ten cases."""
    for name, value in {"LEAST": 2, "LEAST_OF_ALL": 2, "CHANCE": 0.1}.items():
        monkeypatch.setattr(_shares, name, value)


def test_a_unit_that_reports_on_the_last_day_is_asked_about(cast, few_will_do):
    late = [cast.starts_work() for _ in range(2)]
    early = [cast.starts_work(unit=OTHER) for _ in range(2)]
    cast.passes(days=3)
    for case in early:
        reports(cast, case)
    cast.until(late[0].due_on)
    for case in late:
        reports(cast, case)

    (question,) = finds("last_day")

    assert question.unit_id == late[0].lead_unit_id
    assert {fact["case"] for fact in question.facts} == {case.number for case in late}
    said = said_in(question.question)
    assert ("其中 2 件（100%）" in said, "其他单位为 0%" in said) == (True, True)


def test_reports_that_are_sent_back_again_and_again_are_asked_about(cast, few_will_do):
    for unit, result in (("柳塬镇中心小学", "r4"), (OTHER, "r1")):
        for _ in range(2):
            case = cast.awaits_verification(unit=unit)
            due = (today() + timedelta(days=9)).isoformat() if result == "r4" else None
            cast.does(case, "verify", result=result, due=due)

    (question,) = finds("returned")

    assert question.unit.name == "柳塬镇中心小学"
    assert "退回 2 次（100%）" in said_in(question.question)
    assert len(question.facts) == 2


def test_small_numbers_and_chance_ask_nothing():
    few = [(1, 7, 2, 2), (1, 8, 0, 50)]
    chance = [(1, 7, 3, 5), (1, 8, 30, 60)]
    plain = [(1, 7, 5, 6), (1, 8, 5, 60)]

    assert list(outstanding(few)) == list(outstanding(chance)) == []
    assert [one.unit_id for one in outstanding(plain)] == [7]
    assert at_least(0, 4, 0.3) == pytest.approx(1)
    assert at_least(2, 2, 0.5) == pytest.approx(0.25)
    assert Share(1, 7, 5, 6, 5, 60).rest_percent == 8


def test_only_the_office_and_the_chief_are_asked(same, office):
    (question,) = [one for one in finds("same_words") if one.key.startswith("rectify")]

    assert asking.page(accounts.actor("zhoulan"), asking.SignalFilter()).items
    for username in ("liuzheng", "zhangjing", "lyxx_head", "shenji", "sunwei"):
        with pytest.raises(NotAllowed):
            asking.get(question.id, accounts.actor(username))
    with pytest.raises(NotFound):
        asking.get(question.id + 99, office)


def test_a_decision_needs_a_reason_and_is_taken_once(same, office):
    question = finds("same_words")[0]

    with pytest.raises(Invalid) as refusal:
        asking.decide(question.id, office, SignalState.REMINDED, "  ")
    assert list(refusal.value.fields) == ["note"]
    asking.decide(question.id, office, SignalState.REMINDED, "已电话提醒两校。")
    with pytest.raises(Conflict):
        asking.decide(question.id, office, SignalState.CLEARED, "晚了一步。")
    counted = asking.counts(office)[("same_words", SignalState.REMINDED)]
    assert counted == db.session.scalar(select(func.count()).where(Signal.state == "reminded"))


def test_similar_texts_share_a_band_and_others_do_not():
    text = texts.normal(REPORT, "")
    near = texts.normal(REPORT.replace("每周抽查一次", "每两周抽查一次"), "")
    far = texts.normal("".join(PLAN.values()) * 2, "")

    assert set(texts.bands(text)) & set(texts.bands(near))
    assert not set(texts.bands(text)) & set(texts.bands(far))
    assert texts.alike(text, near) > 0.95
    assert texts.alike(text, far) == 0


def test_the_index_holds_each_text_once(same):
    finds("same_words")

    count = db.session.scalar(select(func.count(Wording.id)))
    assert count == db.session.scalar(select(func.count(Wording.submission_id.distinct())))
    bands = db.session.scalar(select(func.count()).select_from(WordingBand))
    assert bands == 16 * count


def test_the_demo_county_has_one_question_to_look_into(demo_template, tmp_path):
    file = Path(shutil.copy(demo_template, tmp_path))
    with opened(file, tmp_path):
        found = [one for name in KINDS for one in finds(name)]

    (question,) = found
    assert question.kind == "same_words"
    assert "2 个单位的督办函回复" in said_in(question.question)
