"""The diagrams that come with the program, walked from end to end with the real engine."""

import json
from pathlib import Path

import pytest

from app import engine
from app.domain.form import variables_in
from app.engine.step import Source

BPMN = Path("bpmn")
TABLES = {name: (BPMN / f"{name}.dmn").read_text() for name in ("authority", "change_authority")}
FORMS = {path.stem: json.loads(path.read_text()) for path in (BPMN / "forms").glob("*.form")}
SOURCES = {path.stem: Source(path.stem, path.read_text(), TABLES) for path in BPMN.glob("*.bpmn")}
CASE = {
    "severity": "general", "mode": "dated", "category": "C01", "source_level": "own", "cycle": 1,
    "government": False, "due": "2026-12-31", "blue_days": 20, "yellow_days": 10,
    "progress_every": "every(months(1))", "plan_returns": 0, "reassigned": False,
}  # fmt: skip
#: How each task is completed on the happy path.
USUAL = {
    "sign_plan": {"signed": "yes"}, "review_plan": {"passed": "yes"},
    "approve_plan": {"passed": "yes"}, "rectify": {"next_step": "report"},
    "sign_report": {"signed": "yes"}, "first_review": {"passed": "yes"},
    "dispatch": {"verify_method": "on_site", "lead_verifier": "wang", "verify_days": 15},
    "verify": {"result": "r1"}, "publish_notice": {"notice_from": "2026-12-01"},
    "hear_objections": {"upheld": "no"}, "approve_by_office_head": {"approved": "yes"},
    "approve_by_chief": {"approved": "yes"}, "approve_by_committee": {"approved": "yes"},
    "draft_letter": {"decision": "send"}, "sign_letter": {"signed": "yes"},
    "assess_reply": {"satisfied": "yes"}, "confirm_relapse": {"confirmed": "yes"},
}  # fmt: skip


class Walk:
    """A running process, moved by the keys of its tasks and timers."""

    def __init__(self, key, **variables):
        self.program = engine.compile(SOURCES[key])
        self.tasks, self.timers, self.done, self.effects = {}, {}, [], []
        self._take(engine.start(self.program, variables))

    def do(self, key, **answers):
        """Complete the open task *key*; it may answer only what its form declares."""
        task = self.tasks[key]
        answers = answers or USUAL.get(key, {})
        assert answers.keys() <= variables_in(FORMS[task.form]).keys()
        self.done.append(key)
        assert len(self.done) < 50, "going round in circles"
        return self._take(engine.complete(self.program, self.state, task.id, answers))

    def until(self, key):
        """Complete task after task in the usual way, until *key* is open."""
        while key not in self.tasks:
            self.do(*self.tasks)
        return self

    def fire(self, key):
        """Let the timer *key* run out."""
        return self._take(engine.fire(self.program, self.state, self.timers[key].id))

    @property
    def open(self):
        return list(self.tasks)

    def _take(self, step):
        self.state, self.finished = step.state, step.finished
        waiting = engine.waiting(self.program, step.state)
        self.tasks = {task.key: task for task in waiting.opened}
        self.timers = {timer.key: timer for timer in waiting.armed}
        self.news = [(effect.topic, dict(effect.params)) for effect in step.effects]
        self.effects += [topic for topic, _ in self.news]
        return self


def case(**variables):
    return Walk("rectification", **{**CASE, **variables})


def letter():
    return Walk("expediting", reason="overdue", round=1)


def follow_up(result):
    walk = Walk("follow_up", severity="serious", lead_verifier="wang")
    return walk.do("check", result=result)


# Rectification --------------------------------------------------------------------------------


def test_a_dated_case_goes_from_notice_to_close_out():
    walk = case().until("approve_by_office_head").do("approve_by_office_head")

    assert walk.done == [
        "acknowledge", "draft_plan", "sign_plan", "review_plan", "approve_plan", "rectify",
        "sign_report", "first_review", "dispatch", "verify", "approve_by_office_head",
    ]  # fmt: skip
    assert walk.effects == ["close_out"]
    assert walk.finished


def test_what_can_be_put_right_at_once_needs_no_plan():
    walk = case(mode="immediate").do("acknowledge")

    assert walk.open == ["rectify"]


def test_a_relapsed_case_starts_with_rectifying():
    assert case(cycle=2).open == ["rectify"]


def test_a_notice_nobody_acknowledges_is_deemed_served():
    walk = case().fire("acknowledge_due")

    assert walk.effects == ["deem_served"]
    assert walk.open == ["draft_plan"]


def test_a_late_plan_is_reminded_of_and_then_expedited():
    walk = case().until("draft_plan").fire("plan_due").fire("plan_expediting")

    assert walk.effects == ["remind", "start_expediting"]
    assert walk.open == ["draft_plan"]


def test_the_head_sends_a_plan_back_without_its_being_counted():
    walk = case().until("sign_plan").do("sign_plan", signed="no").do("draft_plan")
    walk.do("sign_plan", signed="no")

    assert walk.open == ["draft_plan"]
    assert walk.effects == []


@pytest.mark.parametrize("second", ["review_plan", "approve_plan"])
def test_a_plan_returned_twice_is_expedited(second):
    walk = case().until("review_plan").do("review_plan", passed="no")
    assert walk.effects == []

    walk.until(second).do(second, passed="no")

    assert walk.news == [("start_expediting", {"reason": "plan_returned"})]
    assert walk.open == ["draft_plan"]


def test_progress_is_reported_as_often_as_there_is_any():
    walk = case(mode="immediate").do("acknowledge")
    for _ in range(3):
        walk.do("rectify", next_step="progress").fire("progress_missing")

    assert walk.open == ["rectify"]
    assert walk.effects == ["remind"] * 3


def test_the_clocks_of_rectifying_count_to_the_deadline_of_the_case():
    walk = case().until("rectify")

    assert {key: timer.rule for key, timer in walk.timers.items()} == {
        "progress_missing": "every(months(1))",
        "turning_blue": "before(2026-12-31, days(20))",
        "turning_yellow": "before(2026-12-31, days(10))",
        "rectify_due": "2026-12-31",
        "rectify_expediting": "after(2026-12-31, workdays(1))",
    }


def test_a_case_grows_blue_yellow_overdue_and_is_expedited_while_work_goes_on():
    walk = case().until("rectify").fire("turning_blue").fire("turning_yellow").fire("rectify_due")
    walk.fire("rectify_expediting")

    assert walk.effects == ["update_light"] * 3 + ["remind", "start_expediting"]
    assert walk.open == ["rectify"]


@pytest.mark.parametrize(("key", "answer"), [("sign_report", "signed"), ("first_review", "passed")])
def test_a_report_that_does_not_convince_goes_back(key, answer):
    walk = case().until(key).do(key, **{answer: "no"})

    assert walk.open == ["rectify"]


@pytest.mark.parametrize(
    ("result", "effects"),
    [
        ("r2", []),
        ("r3", []),
        ("r4", [("start_expediting", {"reason": "not_done"})]),
        (
            "r5",
            [
                ("record_clue", {"kind": "false_report"}),
                ("start_expediting", {"reason": "false_report"}),
            ],
        ),
    ],
)
def test_verification_sends_back_with_a_new_deadline(result, effects):
    walk = case().until("verify").do("verify", result=result, due="2027-01-15")

    assert walk.news == effects
    assert walk.open == ["rectify"]
    assert walk.timers["rectify_due"].rule == "2027-01-15"


@pytest.mark.parametrize(
    ("variables", "approver", "with_notice"),
    [
        ({"severity": "general"}, "approve_by_office_head", False),
        ({"severity": "serious"}, "approve_by_chief", True),
        ({"severity": "major"}, "approve_by_committee", True),
        ({"cycle": 2}, "approve_by_committee", True),
        ({"government": True}, "approve_by_committee", True),
    ],
)
def test_severity_decides_who_approves_and_whether_the_public_is_told(
    variables, approver, with_notice
):
    walk = case(**variables).until("verify").do("verify")
    if with_notice:
        walk.do("publish_notice").fire("notice_over")

    assert walk.open == [approver]
    assert walk.do(approver).finished


def test_a_case_found_by_a_higher_level_is_reported_upward_after_close_out():
    walk = case(source_level="higher").until("hear_objections").fire("notice_over")

    walk.do("approve_by_committee")

    assert (walk.open, walk.finished, walk.effects) == (["report_upward"], False, ["close_out"])
    assert walk.do("report_upward").finished


def test_an_unfounded_objection_does_not_prolong_the_notice():
    walk = case(severity="serious").until("hear_objections")
    rule = walk.timers["notice_over"].rule

    walk.do("hear_objections", upheld="no")

    assert walk.open == ["hear_objections"]
    assert walk.timers["notice_over"].rule == rule == "after(2026-12-01, workdays(5))"


def test_an_upheld_objection_has_the_case_verified_again():
    walk = case(severity="serious").until("hear_objections").do("hear_objections", upheld="yes")

    assert walk.open == ["dispatch"]


@pytest.mark.parametrize(
    ("return_to", "task"), [("verification", "dispatch"), ("rectifying", "rectify")]
)
def test_who_refuses_says_where_the_case_goes(return_to, task):
    walk = case().until("approve_by_office_head")

    walk.do("approve_by_office_head", approved="no", return_to=return_to)

    assert walk.open == [task]


def test_every_reminder_leaves_the_task_as_it_is():
    walk = case()
    while not walk.finished:
        [task] = walk.open
        for timer in [timer for timer in walk.timers.values() if not timer.interrupting]:
            assert walk.fire(timer.key).open == [task], timer.key
        walk.do(task)


# The expediting letter, the follow-up ---------------------------------------------------------


def test_a_letter_is_drafted_signed_issued_answered_and_settled():
    walk = letter().until("assess_reply").do("assess_reply")

    assert walk.effects == ["issue_letter", "settle_letter"]
    assert walk.news == [("settle_letter", {"outcome": "satisfied"})]
    assert walk.finished


def test_a_letter_need_not_be_sent():
    walk = letter().do("draft_letter", decision="skip")

    assert walk.news == [("settle_letter", {"outcome": "skipped"})]
    assert walk.finished


def test_an_unsigned_letter_is_drafted_again():
    walk = letter().until("sign_letter").do("sign_letter", signed="no")

    assert (walk.open, walk.effects) == (["draft_letter"], [])


def test_a_letter_nobody_acknowledges_is_deemed_served_and_its_reply_is_reminded_of():
    walk = letter().until("acknowledge_letter").fire("acknowledge_letter_due").fire("reply_due")

    assert walk.effects == ["issue_letter", "deem_letter_served", "remind"]
    assert walk.open == ["reply_letter"]


def test_an_unsatisfying_reply_brings_a_second_letter():
    walk = letter().until("assess_reply").do("assess_reply", satisfied="no")
    assert walk.open == ["draft_letter"]

    walk.until("assess_reply").do("assess_reply")

    assert walk.effects == ["issue_letter", "issue_letter", "settle_letter"]


def test_what_has_held_is_settled():
    walk = follow_up("consolidated")

    assert walk.news == [("settle_follow_up", {"result": "consolidated"})]
    assert walk.finished


def test_what_has_mostly_held_is_remedied_first():
    walk = follow_up("mostly").fire("remedy_due").do("remedy")

    assert walk.effects == ["remind", "settle_follow_up"]
    assert walk.finished


@pytest.mark.parametrize("result", ["relapse", "false"])
def test_a_relapse_is_put_to_the_unit_and_confirmed_by_the_head_of_the_office(result):
    walk = follow_up(result).do("comment_on_facts").do("confirm_relapse", confirmed="yes")

    assert walk.news == [("relapse", {"kind": result})]
    assert walk.finished


def test_silence_on_the_facts_is_no_objection_and_a_relapse_may_be_denied():
    walk = follow_up("relapse").fire("comment_due").do("confirm_relapse", confirmed="no")

    assert walk.news == [("settle_follow_up", {"result": "not_confirmed"})]
    assert walk.finished


# Changes, reassignment, objections ------------------------------------------------------------


def change(**variables):
    known = {
        "kind": "extension", "occasion": 1, "days": 20, "severity": "general",
        "by_rule": "office_head", "by_office": False,
    }  # fmt: skip
    return Walk("change_request", **{**known, **variables})


def objection():
    return Walk("objection", filed_on="2026-10-12", answer_on="2026-11-12", outcome="")


@pytest.mark.parametrize(
    ("variables", "decider"),
    [
        ({}, "decide_by_office_head"),
        ({"by_rule": "chief"}, "decide_by_chief"),
        ({"by_rule": "committee"}, "decide_by_committee"),
        ({"kind": "termination"}, "decide_by_committee"),
        ({"kind": "standing"}, "decide_by_chief"),
        ({"kind": "standing", "days": 181}, "decide_by_committee"),
        ({"kind": "standing", "severity": "major"}, "decide_by_committee"),
        ({"kind": "suspension", "occasion": 2}, "decide_by_committee"),
    ],
)
def test_the_table_says_who_decides_on_a_change(variables, decider):
    walk = change(**variables).do("apply").do("sign_change", signed="yes").do("give_opinion")

    assert walk.open == [decider]
    assert walk.do(decider, granted="yes").news == [("grant_change", {})]
    assert walk.finished


def test_a_resumption_needs_no_opinion_and_the_offices_own_wish_no_signature():
    walk = change(kind="resumption").do("apply").do("sign_change", signed="yes")
    assert walk.open == ["decide_by_office_head"]

    assert change(by_office=True).do("propose").open == ["decide_by_office_head"]


@pytest.mark.parametrize("waits_at", ["sign_change", "give_opinion", "decide_by_office_head"])
def test_a_request_is_taken_back_wherever_it_waits(waits_at):
    walk = change().do("apply")
    while waits_at not in walk.open:
        walk.do(*walk.open, **({"signed": "yes"} if walk.open == ["sign_change"] else {}))

    step = engine.send(walk.program, walk.state, "withdraw", {})

    assert [effect.topic for effect in step.effects] == ["withdraw_change"]
    assert step.finished


def test_silence_of_the_proposed_unit_is_consent():
    walk = Walk("reassignment", by_office=True).do("propose_reassignment")

    walk.fire("answer_reassignment_due")

    assert walk.effects == ["deem_accepted", "grant_change"]
    assert walk.finished


def test_a_disputed_reassignment_goes_to_the_chief():
    walk = Walk("reassignment", by_office=False).do("apply_reassignment")
    walk.do("coordinate", forwarded="yes").do("answer_reassignment", accepted="no")

    walk.do("decide_reassignment", granted="no")

    assert (walk.done[-1], walk.effects) == ("decide_reassignment", ["refuse_change"])
    assert walk.finished


@pytest.mark.parametrize("outcome", ["kept", "changed", "revoked"])
def test_an_objection_is_admitted_examined_concluded_and_served(outcome):
    walk = objection().do("apply_objection").do("admit_objection", admitted="yes", examiner="gao")
    walk.do("examine_objection").do("conclude_objection", outcome=outcome)

    assert walk.news == [("settle_objection", {"outcome": outcome})]
    walk.fire("acknowledge_conclusion_due")
    assert walk.open == ([] if outcome == "revoked" else ["note_appeal"])


def test_the_answer_to_an_objection_counts_from_its_filing():
    walk = objection().do("apply_objection").do("admit_objection", admitted="yes", examiner="gao")
    assert walk.timers["examine_due"].rule == "before(2026-11-12, days(7))"

    walk.do("examine_objection")

    assert walk.timers["answer_due"].rule == "after(2026-10-12, months(1))"


def test_an_objection_that_is_not_admitted_is_served_too():
    walk = objection().do("apply_objection").do("admit_objection", admitted="no")

    assert walk.news == [("settle_objection", {"outcome": "not_admitted"})]
    assert walk.do("acknowledge_conclusion").fire("appeal_over").finished
