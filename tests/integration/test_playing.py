"""A play tells just what the real services do with the same case on the same days."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from app import scheduler
from app.clock import LOCAL
from app.db import db
from app.domain.design_terms import LineKind
from app.domain.history import Event
from app.domain.notice import Notice
from app.domain.people import Unit
from app.domain.process import Timer
from app.domain.vocabulary import Category, Severity
from app.services import deadlines
from app.services.design import drafts, playing
from app.services.design.playing import Script
from tests.cast import ANSWERS, PLANNING, REPORTING
from tests.conftest import MONDAY

MORNING = time(9)


class Lived:
    """A real case and its play, led side by side."""

    def __init__(self, cast, **facts):
        self.cast, self.moves, self.facts = cast, [], facts
        terms = {"severity": Severity, "category": Category}
        self.case = cast.open_case(**{name: terms[name](word) for name, word in facts.items()})

    def answers(self, *keys, **answers):
        for key in keys:
            task = self.cast.task(self.case, key)
            usual = dict(ANSWERS.get(task.form_key or "", {}))
            if task.form_key == "public_notice":
                usual["notice_from"] = "2026-03-02"
            self.moves.append({"do": "answer", "task": key, "answers": usual | answers})
            self.cast.does(self.case, key, **answers)
            scheduler.sweep()

    def until(self, day):
        """Let time pass as the demo county does: every clock strikes at its own moment."""
        self.moves.append({"do": "until", "day": day.isoformat()})
        end = datetime.combine(day, MORNING, LOCAL)
        while (at := deadlines.next_moment()) is not None and at <= end:
            self.cast.clock.move_to(at)
            scheduler.sweep()
        self.cast.clock.move_to(end)

    def played(self):
        county = db.session.scalars(select(Unit.id).filter_by(parent_id=None)).first()
        script = Script(MONDAY, self.facts, self.moves)
        return playing.play(drafts.bundle("rectification"), script, playing.world_of(county))

    def timers(self):
        """The deadlines of the main process: element, rule, when armed, when due."""
        query = select(Timer).where(Timer.case_id == self.case.id).order_by(Timer.id)
        main = [one for one in db.session.scalars(query) if one.process.letter_id is None]
        return {
            (one.key, one.rule, one.armed_at, one.due_at)
            for one in main
            if one.armed_at != one.disarmed_at or one.due_at > one.armed_at
        }

    def notices(self):
        """What was told, and when, of the case itself."""
        rows = db.session.scalars(select(Notice).where(Notice.case_id == self.case.id))
        return {(one.what, one.at) for one in rows if one.what not in OF_LETTERS}

    def history(self, *whats):
        query = select(Event).where(Event.case_id == self.case.id, Event.what.in_(whats))
        return [(one.at, one.params.get("reason")) for one in db.session.scalars(query)]


#: What the process of the letter itself tells; a play follows one process.
OF_LETTERS = ("draft_letter_due", "sign_letter_due")


def told(played, kind):
    return [line for line in played.lines if line.kind is kind]


def as_timers(played):
    return {
        (line.element, line.facts["rule"], line.at, datetime.fromisoformat(line.facts["until"]))
        for line in told(played, LineKind.ARMED)
    }


def as_notices(played):
    return {(line.facts["what"], line.at) for line in told(played, LineKind.NOTICE)}


def agree(lived):
    played = lived.played()

    assert played.fault is None
    assert as_timers(played) == lived.timers()
    assert as_notices(played) == lived.notices()
    letters = [(one.at, one.facts["reason"]) for one in told(played, LineKind.LETTER)]
    assert letters == lived.history("expediting_drafted")
    assert (played.case.stage, played.case.light) == (lived.case.stage, lived.case.light)
    assert sorted(one.task.key for one in played.sheets) == sorted(
        key for key in lived.cast.open_tasks(lived.case) if "letter" not in key
    )
    return played


def test_a_case_that_goes_well_is_played_as_it_goes(cast):
    lived = Lived(cast, severity="general")

    lived.answers(*PLANNING)
    lived.until(date(2026, 3, 20))
    lived.answers(*REPORTING, "verify", "approve_by_office_head")

    assert agree(lived).finished


@pytest.mark.parametrize("severity", ["general", "major"])
def test_a_case_that_drags_on_for_months_is_played_as_it_goes(cast, severity):
    lived = Lived(cast, severity=severity)

    lived.until(date(2026, 3, 9))
    lived.answers(*PLANNING[1:])
    lived.until(date(2026, 5, 12))
    lived.answers("rectify", next_step="progress", percent=60)
    lived.until(date(2026, 7, 1))
    lived.answers(*REPORTING)
    lived.answers("verify", result="r3", due="2026-08-31")
    lived.until(date(2026, 10, 20))
    lived.answers("rectify", "sign_report")

    played = agree(lived)
    assert {"case_due", "progress_missing"} <= {what for what, _ in as_notices(played)}


def test_a_serious_case_with_public_notice_and_objection_is_played_as_it_goes(cast):
    lived = Lived(cast, severity="major")

    lived.answers(*PLANNING, *REPORTING, "verify", "publish_notice")
    lived.until(date(2026, 3, 5))
    lived.answers("hear_objections", upheld="no")
    lived.until(date(2026, 3, 20))

    played = agree(lived)
    assert [one.task.key for one in played.sheets] == ["approve_by_committee"]


def test_a_play_reports_nothing_half_done_and_closes_nothing_unmet(cast):
    lived = Lived(cast, severity="general")
    lived.answers(*PLANNING, *REPORTING[:2])
    lived.answers("first_review", passed="advise_extension")
    lived.answers(*REPORTING)
    agree(lived)

    unmet = {**ANSWERS["verify"], "check_standard": "no", "checks_note": "未达标。"}
    half = {**ANSWERS["rectify"], "percent": 40, "measure_progress": []}
    for number, answers, fields in ((12, unmet, ["result"]), (8, half, ["measure_progress"])):
        key = "verify" if answers is unmet else "rectify"
        lived.moves = [*lived.moves[:number], {"do": "answer", "task": key, "answers": answers}]
        fault = lived.played().fault
        assert (fault.move, fault.element) == (number, key)
        assert set(fields) <= set(fault.error.fields)
