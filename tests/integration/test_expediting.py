"""Expediting letters: drafted by one, signed by another, numbered, served, answered, judged."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from app.clock import LOCAL
from app.db import db
from app.domain.errors import NotAllowed, NotFound, SeparationOfDuties
from app.domain.process import Submission
from app.domain.vocabulary import LetterState, Role, Rung, Stage
from app.services import accounts, letters

LATE = date(2026, 4, 3)
NUMBER = "教督办函〔2026〕{}号"
TO_ISSUE = ("draft_letter", "sign_letter")
TO_REPLY = (*TO_ISSUE, "acknowledge_letter", "reply_letter")


@pytest.fixture
def case(cast):
    """A case that is overdue, so that the office is asked for a letter."""
    case = cast.starts_work()
    cast.until(LATE)
    return case


def test_a_letter_goes_from_its_draft_to_its_settlement(cast, case):
    cast.walks(case, *TO_REPLY, "assess_reply")

    (letter,) = cast.letters(case)
    assert letter.state is LetterState.SETTLED
    assert (letter.number, letter.issued_on) == (NUMBER.format(1), LATE)
    assert None not in (letter.signed_at, letter.served_at, letter.replied_at)
    assert cast.open_tasks(case) == ["rectify"]


def test_an_issued_letter_is_the_first_rung_and_moves_no_deadline(cast, case):
    due_on = case.due_on

    cast.walks(case, *TO_ISSUE)

    assert case.rung is Rung.EXPEDITING_LETTER
    assert (case.due_on, case.stage) == (due_on, Stage.RECTIFYING)


def test_a_letter_has_no_number_until_it_is_signed(cast, case):
    cast.does(case, "draft_letter")
    assert cast.letters(case)[0].number is None

    cast.does(case, "sign_letter", signed="no")

    assert cast.letters(case)[0].number is None
    assert cast.open_tasks(case) == ["draft_letter", "rectify"]


def test_numbers_have_no_gap_where_letters_were_returned_or_not_sent(cast, case):
    others = [cast.starts_work() for _ in range(2)]
    cast.passes(days=40)
    cast.does(case, "draft_letter")
    cast.does(case, "sign_letter", signed="no")
    cast.does(others[0], "draft_letter", decision="skip", skip_reason="昨日已报送整改报告。")

    cast.walks(others[1], *TO_ISSUE)
    cast.walks(case, *TO_ISSUE)

    assert [cast.letters(one)[0].number for one in (others[1], case, others[0])] == [
        NUMBER.format(1),
        NUMBER.format(2),
        None,
    ]


def test_numbers_begin_anew_with_the_year(cast, clock, case):
    cast.walks(case, *TO_ISSUE)
    clock.move_to(datetime(2027, 1, 4, 9, tzinfo=LOCAL))
    other = cast.starts_work()

    cast.until(date(2027, 3, 1))
    cast.walks(other, *TO_ISSUE)

    assert cast.letters(other)[0].number == "教督办函〔2027〕1号"


def test_who_drafted_a_letter_may_not_sign_it(cast, case):
    cast.hires("both", Role.OFFICE, Role.CHIEF)
    cast.does(case, "draft_letter", "both")

    with pytest.raises(SeparationOfDuties):
        cast.does(case, "sign_letter", "both")

    cast.does(case, "sign_letter", "zhoulan")
    assert cast.letters(case)[0].state is LetterState.ISSUED


def test_only_the_chief_signs(cast, case):
    cast.does(case, "draft_letter")

    with pytest.raises(NotAllowed):
        cast.does(case, "sign_letter", "chenjianguo")


def test_the_office_may_decide_not_to_send_and_says_why(cast, case):
    cast.does(case, "draft_letter", decision="skip", skip_reason="昨日已报送整改报告。")

    assert cast.letters(case)[0].state is LetterState.SKIPPED
    assert cast.open_tasks(case) == ["rectify"]
    reasons = [one.answers.get("skip_reason") for one in db.session.scalars(select(Submission))]
    assert "昨日已报送整改报告。" in reasons


def test_a_letter_not_signed_for_is_deemed_served_after_a_workday(cast, case):
    cast.walks(case, *TO_ISSUE)

    cast.until(date(2026, 4, 8), time(0))  # 3 April is a Friday, the 6th a holiday

    assert cast.letters(case)[0].served_at == datetime(2026, 4, 8, tzinfo=LOCAL)
    assert "letter_deemed_served" in cast.told(case)
    assert cast.open_tasks(case) == ["rectify", "reply_letter"]


def test_a_late_reply_is_asked_for_and_still_taken(cast, case):
    cast.walks(case, *TO_ISSUE, "acknowledge_letter")

    cast.passes(days=20)
    assert "timer_fired" in cast.told(case)
    cast.does(case, "reply_letter")

    assert cast.letters(case)[0].state is LetterState.REPLIED


def test_a_reply_that_will_not_do_brings_a_letter_of_its_own_number(cast, case):
    cast.walks(case, *TO_REPLY)

    cast.does(case, "assess_reply", satisfied="no", opinion="措施不具体。")
    cast.walks(case, *TO_ISSUE)

    first, second = cast.letters(case)
    assert (first.number, first.state) == (NUMBER.format(1), LetterState.REPLIED)
    assert (second.number, second.state) == (NUMBER.format(2), LetterState.ISSUED)
    assert first.reply


def test_a_second_letter_that_is_not_sent_leaves_the_first_as_it_was(cast, case):
    cast.walks(case, *TO_REPLY)
    cast.does(case, "assess_reply", satisfied="no", opinion="措施不具体。")

    cast.does(case, "draft_letter", decision="skip", skip_reason="改为约谈，不再发函。")

    states = [letter.state for letter in cast.letters(case)]
    assert states == [LetterState.REPLIED, LetterState.SKIPPED]


def test_a_unit_sees_a_letter_when_it_is_issued_and_not_before(cast, case):
    head, (letter,) = accounts.actor("lyxx_head"), cast.letters(case)
    cast.does(case, "draft_letter")
    assert letters.page(head).total == 0
    with pytest.raises(NotFound):
        letters.get(letter.id, head)

    cast.does(case, "sign_letter")

    assert [one.id for one in letters.page(head).items] == [letter.id]
    assert letters.page(accounts.actor("sgzx_head")).items == []


def test_the_draft_names_the_case_and_the_days(cast, case):
    (letter,) = cast.letters(case)

    assert case.number in letter.subject
    assert "已逾期2日" in letter.subject
    assert case.requirement in letter.demand
    assert (letter.to, letter.cc) == (case.lead_unit.name, case.department.name)
