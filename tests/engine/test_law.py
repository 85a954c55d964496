"""The law rules: what a drawing about a case may not leave out, and no word where nothing lacks."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.engine.linting import RULES, lint
from app.engine.step import Catalogue, Law, Meaning, Source

from .drawing import chain, diagram, flow, node, timed

WORK = frozenset({Meaning.VERIFICATION, Meaning.REVIEW})
LAW = Law(
    forms={
        "report": frozenset({Meaning.REPORT}),
        "verify": WORK,
        "notice": frozenset({Meaning.PUBLICATION}),
    },
    effects={"close_out": frozenset({Meaning.CLOSE_OUT})},
    unfinished=frozenset({"r2", "r4"}),
    laborious=frozenset({"work"}),
    is_workday=lambda day: day.weekday() < 5 and not date(2026, 10, 1) <= day <= date(2026, 10, 8),
)
RESULTS = {"r1": "完成", "r2": "基本完成", "r4": "未完成"}
CATALOGUE = Catalogue(
    roles=frozenset({"office"}),
    forms={
        "work": frozenset(),
        "report": frozenset(),
        "verify": frozenset({"result"}),
        "notice": frozenset(),
        "due": frozenset({"due"}),
    },
    effects={"close_out": (frozenset(), frozenset()), "remind": (frozenset(), frozenset())},
    variables=frozenset({"due", "result"}),
    choices={"verify": {"result": RESULTS}},
    law=LAW,
)
#: For roads on which nothing hangs on what a verification found.
ROAD = replace(CATALOGUE, law=replace(LAW, unfinished=frozenset()))
SUBJECT = (
    "<~extensionElements><camunda:properties>"
    '<camunda:property name="subject" value="{}" /></camunda:properties></~extensionElements>'
)


def step(key, form="work"):
    return node("userTask", key, camunda__candidateGroups="office", camunda__formKey=form, name=key)


CLOSE = node("serviceTask", "close", camunda__topic="close_out", name="close")
PARTS = node("startEvent", "start") + node("endEvent", "end") + CLOSE + flow("close", "end")
WORKERS = step("work") + step("report", "report") + step("verify", "verify")


def choice(key, default):
    return node("exclusiveGateway", key, default=default, name=key)


def fork(key):
    return node("parallelGateway", key)


def about(body, subject="case"):
    return diagram(SUBJECT.format(subject) + body)


def found(body, catalogue=CATALOGUE, subject="case"):
    """Return what the law holds against a drawing: code and element."""
    problems = lint(Source("p", about(body, subject)), catalogue)
    return [(p.code, p.element) for p in problems if p.code.startswith("law/")]


STRAIGHT = PARTS + WORKERS + chain("start", "work", "report", "verify", "verified")
GATE = choice("verified", "verified-work") + flow("verified", "work")
WHOLE = STRAIGHT + GATE + flow("verified", "close", "result == 'r1'")


def test_a_road_with_all_its_stations_is_within_the_law():
    assert found(WHOLE) == []


def test_a_drawing_about_no_case_is_none_of_this_law():
    skipping = PARTS + step("work") + chain("start", "work", "close")

    assert found(skipping, subject="none") == []
    assert found(skipping, replace(CATALOGUE, law=None)) == []
    assert found(skipping) == [("law/no_report", "close"), ("law/no_verification", "close")]


def test_a_short_cut_round_report_and_verification_is_told_step_by_step():
    short = choice("urgent", "urgent-report") + flow("work", "urgent")
    body = WHOLE.replace(flow("work", "report"), short + flow("urgent", "report"))
    body += flow("urgent", "close", "due")

    problems = [p for p in lint(Source("p", about(body)), ROAD) if "law/" in p.code]

    assert [p.code for p in problems] == ["law/no_report", "law/no_verification"]
    assert "：work → close。" in problems[1].message
    assert "第二十二条第二款" in problems[1].why


def branches(second):
    """Verify in one of two parallel branches; the other does *second*."""
    return (
        PARTS + WORKERS + fork("fork") + fork("join") + step("other", second)
        + chain("start", "report", "fork", "verify", "join", "close")
        + chain("fork", "other", "join")
    )  # fmt: skip


def test_a_join_waits_for_the_verification_in_its_other_branch():
    assert found(branches("work") + chain("fork", "work", "join"), ROAD) == []


def test_closing_out_beside_the_verification_is_not_after_it():
    body = branches("work").replace(flow("join", "close"), flow("join", "end"))
    body = body.replace(flow("close", "end"), "").replace(flow("other", "join"), "")

    assert found(body + chain("other", "close", "join"), ROAD) == [("law/no_verification", "close")]


def test_a_timer_that_ends_the_verification_is_a_way_round_it():
    timer = f"<~timerEventDefinition>{timed('timeDuration', 'workdays(5)')}</~timerEventDefinition>"
    late = node("boundaryEvent", "late", timer, attachedToRef="verify")

    assert ("law/no_verification", "close") in found(WHOLE + late + flow("late", "close"))


def inside(*keys, extra=""):
    """Put steps into a sub-process that stands before the close-out."""
    ends = node("startEvent", "in") + node("endEvent", "out")
    body = ends + "".join(step(key, key) for key in keys) + chain("in", *keys, "out") + extra
    return PARTS + node("subProcess", "sub", body) + chain("start", "sub", "close")


def test_a_sub_process_that_verifies_counts_and_one_that_may_not_does_not():
    skip = choice("skip", "skip-out") + flow("report", "skip") + flow("skip", "verify", "due")
    maybe = inside("report", "verify").replace(flow("report", "verify"), skip)

    assert found(inside("report", "verify"), ROAD) == []
    assert found(maybe + "", ROAD) == []  # the gate has no way out yet
    maybe = maybe.replace(skip, skip + flow("skip", "out"))
    assert found(maybe, ROAD) == [("law/no_verification", "close")]


def test_a_sub_process_with_parallel_branches_ends_only_when_all_have():
    apart = fork("both") + flow("report", "both") + chain("both", "work", "out") + step("work")
    body = inside("report", "verify").replace(
        flow("report", "verify"), apart + flow("both", "verify")
    )

    assert found(body, ROAD) == []


def test_what_leaves_a_sub_process_by_an_event_has_not_been_verified():
    timer = f"<~timerEventDefinition>{timed('timeDuration', 'workdays(5)')}</~timerEventDefinition>"
    late = node("boundaryEvent", "late", timer, attachedToRef="sub") + flow("late", "close")
    error = node("boundaryEvent", "late", "<~errorEventDefinition />", attachedToRef="sub")
    failing = node("endEvent", "fail", "<~errorEventDefinition />")
    gate = choice("ok", "ok-out") + flow("verify", "ok") + flow("ok", "out")
    after = gate + failing + flow("ok", "fail", "due")
    sound = inside("report", "verify").replace(flow("verify", "out"), after)

    assert ("law/no_verification", "close") in found(inside("report", "verify") + late, ROAD)
    assert (
        found(sound + error + flow("late", "close"), ROAD) == []
    )  # it fails after the verification


def test_a_publication_wants_somebody_to_have_looked():
    notice = step("publish", "notice")

    assert found(PARTS + WORKERS + notice + chain("start", "work", "publish", "end"), ROAD) == [
        ("law/unreviewed_publication", "publish")
    ]
    reviewed = PARTS + WORKERS + notice + chain("start", "verify", "publish", "end")
    assert found(reviewed, ROAD) == []


def test_what_was_not_put_right_may_not_be_closed_out():
    gate = choice("verified", "verified-close") + flow("verified", "close")
    body = STRAIGHT + gate + flow("verified", "work", "result == 'r4'")

    problem = next(p for p in lint(Source("p", about(body)), CATALOGUE) if "law/" in p.code)

    assert (problem.code, problem.element) == ("law/unfinished_closed", "verify")
    assert "“基本完成”" in problem.message


@pytest.mark.parametrize("lost", ["nowhere", "to an end"])
def test_work_that_was_not_done_must_go_on_with_somebody(lost):
    gate = choice("verified", "verified-gone") + node("endEvent", "gone") + flow("verified", "gone")
    if lost == "nowhere":
        gate = node("exclusiveGateway", "verified") + flow("verified", "work", "result == 'r2'")
    body = STRAIGHT + gate + flow("verified", "close", "result == 'r1'")

    assert ("law/no_way_on", "verify") in found(body)


def deadline(host, tag, text, **attributes):
    """Put a deadline on a task, which ends aside."""
    mark = SUBJECT.format("true").replace("subject", "deadline")
    timer = f"{mark}<~timerEventDefinition>{timed(tag, text)}</~timerEventDefinition>"
    event = node("boundaryEvent", "late", timer, attachedToRef=host, **attributes)
    return event + node("endEvent", "late_end") + flow("late", "late_end")


ASIDE = {"cancelActivity": "false"}


@pytest.mark.parametrize(
    "text", ["due", "after(due, workdays(5))", "2026-11-30", "after('2026-11-30', days(3))"]
)
def test_work_that_comes_back_with_the_date_of_the_first_round_is_told(text):
    assert found(WHOLE + deadline("work", "timeDate", text, **ASIDE)) == [
        ("law/stale_deadline", "late")
    ]


def test_a_deadline_that_is_counted_anew_or_set_anew_is_not():
    renewed = replace(CATALOGUE, forms=CATALOGUE.forms | {"verify": frozenset({"result", "due"})})
    setting = node("scriptTask", "set", "<~script>due = '2026-12-01'</~script>")
    by_script = WHOLE.replace(flow("verified", "work"), setting + chain("verified", "set", "work"))
    by_script = by_script.replace('default="verified-work"', 'default="verified-set"')

    assert found(WHOLE + deadline("work", "timeDuration", "workdays(5)", **ASIDE)) == []
    assert found(WHOLE + deadline("work", "timeDate", "due", **ASIDE), renewed) == []
    assert found(by_script + deadline("work", "timeDate", "due", **ASIDE)) == []


def test_a_task_that_only_goes_round_itself_keeps_its_deadline():
    again = choice("again", "again-report") + flow("work", "again") + flow("again", "work", "due")
    body = WHOLE.replace(flow("work", "report"), again + flow("again", "report"))
    body = body.replace(flow("verified", "work"), "").replace('"verified-work"', '"verified-close"')

    assert ("law/stale_deadline", "late") not in found(
        body + deadline("work", "timeDate", "due", **ASIDE)
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-10-03", "law/rest_day"),
        ("2026-11-21", "law/rest_day"),
        ("2026-10-03T17:00+08:00", "law/rest_day"),
        ("2026-11-20T23:00+08:00", "law/closing_time"),
        ("2026-11-20T06:59", "law/closing_time"),
        ("hours(72)", "law/hours"),
        ("PT48H", "law/hours"),
    ],
)
def test_a_deadline_at_which_nobody_works_is_told(text, code):
    tag = "timeDuration" if "H" in text or "h" in text else "timeDate"

    assert found(PARTS + step("work") + chain("start", "work") + deadline(
        "work", tag, text, **ASIDE
    )) == [(code, "late")]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20", "2026-11-20T17:30+08:00", "2026-11-21T00:00+08:00", "hours(24)", "hours(30)",
        "days(30)", "P30D", "0001-01-01T00:00+14:00", "9999-12-31",
    ],
)  # fmt: skip
def test_an_ordinary_deadline_is_not(text):
    tag = "timeDate" if text[0].isdigit() else "timeDuration"

    assert found(PARTS + step("work") + chain("start", "work") + deadline(
        "work", tag, text, **ASIDE
    )) == []  # fmt: skip


def test_a_timer_that_takes_begun_work_away_for_nothing_is_told():
    body = PARTS + step("work") + chain("start", "work", "end")
    back = deadline("work", "timeDuration", "workdays(5)").replace("late_end", "again")

    assert found(body + deadline("work", "timeDuration", "workdays(5)")) == [
        ("law/lost_work", "late")
    ]
    assert found(body + deadline("work", "timeDuration", "workdays(5)", **ASIDE)) == []
    assert found(body + back.replace(node("endEvent", "again"), step("again"))) == []
    assert found(body.replace('formKey="work"', 'formKey="due"') + back) == []


def test_every_law_rule_names_its_article():
    law = [rule for rule in RULES if rule.code.startswith("law/")]

    assert {rule.code for rule in law} == CODES
    assert all("条" in rule.why and "《" in rule.why for rule in law)


CODES = {
    "law/no_report", "law/no_verification", "law/unreviewed_publication", "law/unfinished_closed",
    "law/no_way_on", "law/lost_work", "law/stale_deadline", "law/rest_day", "law/closing_time",
    "law/hours",
}  # fmt: skip


def test_every_rule_says_why():
    for rule in RULES:
        assert rule.why.endswith("。"), rule.code
        assert len(rule.why) >= 8, rule.code


def test_an_answer_without_a_way_is_named():
    form = {"verify": {"result": {"yes": "同意", "no": "退回"}}}
    plain = replace(CATALOGUE, choices=form, law=None)
    gate = node("exclusiveGateway", "verified") + flow("verified", "close", "result == 'yes'")
    body = STRAIGHT + gate + flow("verified", "work", "result == 'maybe'")
    lacking = [p for p in lint(Source("p", about(body)), plain) if p.code == "flow/no_way_on"]
    handled = body.replace("'maybe'", "'no'")

    assert [p.element for p in lacking] == ["verified"]
    assert "“退回”" in lacking[0].message
    assert "flow/no_way_on" not in [p.code for p in lint(Source("p", about(handled)), plain)]


def test_an_outcome_of_a_decision_table_without_a_way_is_named():
    table = (Path(__file__).parents[2] / "bpmn/authority.dmn").read_text(encoding="utf-8")
    rule = node("businessRuleTask", "decide", camunda__decisionRef="authority")
    gate = node("exclusiveGateway", "who") + flow("who", "end", "authority == 'chief'")
    body = (
        PARTS + rule + chain("start", "decide", "who") + gate + step("head") + flow("head", "end")
    )
    body += flow("who", "head", "authority == 'office_head'")

    source = Source("p", about(body, "none"), {"authority": table})
    problems = [p for p in lint(source, CATALOGUE) if p.code == "flow/no_way_on"]

    assert [p.element for p in problems] == ["who"]
    assert "committee" in problems[0].message
