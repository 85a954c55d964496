import io
from datetime import timedelta

import pytest

from tests.cast import SCHOOL
from tests.web.calling import Caller, feedback


@pytest.fixture
def office(client, clock):
    return Caller(client, "wangmin")


def test_opening_a_case_starts_its_process(office):
    case = office.post("/cases", 201, json=feedback(number="QL-2026-T-001"))

    assert (case["number"], case["stage"], case["light"]) == ("QL-2026-T-001", "issued", "green")
    assert (case["unit"], case["lead_unit"]) == (SCHOOL, SCHOOL)
    assert case["mode"] == "immediate"
    assert case["due_on"] > "2026-03-02"
    assert case["labels"]["stage"] == "待签收"
    assert office.get("/cases/QL-2026-T-001") == case


@pytest.mark.parametrize("number", ["import", "..", "QL-2026-ZB-" + "8" * 27])
def test_a_number_that_hides_a_page_or_ruins_a_series_is_refused(office, number):
    refused = office.post("/cases", 422, json=feedback(number=number))

    assert set(refused["errors"]) == {"number"}


def test_labels_are_english_for_who_asks(office):
    office.post("/cases", 201, json=feedback(number="N1"))

    english = office.get("/cases/N1", headers={"Accept-Language": "en-GB,en;q=0.9"})

    assert english["labels"]["stage"].isascii()


WRONG = [
    ({"unit": "没有的学校"}, "unit"),
    ({"unit": ""}, "unit"),
    ({"severity": "grave"}, "severity"),
    ({"issued_on": "2026-02-30"}, "issued_on"),
    ({"issued_on": "0001-01-01"}, "issued_on"),
    ({"limit_days": 10**20}, "limit_days"),
    ({"limit_days": True}, "limit_days"),
    ({"number": "a/b"}, "number"),
    ({"number": "长" * 41}, "number"),
    ({"due_on": "2026-03-01"}, "due_on"),
    ({"danger": "perhaps"}, "danger"),
    ({"colour": "red"}, "colour"),
    ({"problem": 7}, "problem"),
    ({"department": SCHOOL + "之外"}, "department"),
]


def test_what_is_wrong_with_feedback_is_named(office):
    for changes, field in WRONG:
        refused = office.post("/cases", 422, json=feedback(**changes))

        assert refused["code"] == "invalid"
        assert set(refused["errors"]) == {field}


def test_a_number_is_given_once(office):
    office.post("/cases", 201, json=feedback(number="N1"))

    refused = office.post("/cases", 422, json=feedback(number="N1"))

    assert set(refused["errors"]) == {"number"}


def test_only_the_office_opens_cases(client, clock):
    school = Caller(client, "lyxx_clerk")

    assert school.post("/cases", 403, json=feedback())["code"] == "not_allowed"


def test_somebody_elses_case_is_not_there(client, office):
    office.post("/cases", 201, json=feedback(number="N1"))
    other = Caller(client, "blxx_clerk")

    for path in ("/cases/N1", "/cases/N1/history", "/cases/N1/timers"):
        assert other.get(path, 404)["code"] == "not_found"
    assert other.get("/cases")["items"] == []


def test_the_list_is_narrowed_down(office):
    for number, severity in (("N1", "major"), ("N2", "general"), ("N3", "general")):
        office.post("/cases", 201, json=feedback(number=number, severity=severity))

    def numbers(query):
        return {item["number"] for item in office.get(f"/cases?{query}")["items"]}

    assert numbers("severity=major") == {"N1"}
    assert numbers("q=N3") == {"N3"}
    assert numbers(f"unit={SCHOOL}&stage=issued&open=1") == {"N1", "N2", "N3"}
    assert numbers("open=false") == numbers("overdue=1") == set()
    assert set(office.get("/cases?unit=无", 422)["errors"]) == {"unit"}


def test_the_list_goes_on_at_its_cursor(office):
    for number in ("N1", "N2", "N3"):
        office.post("/cases", 201, json=feedback(number=number))

    first = office.get("/cases?limit=2")
    second = office.get(f"/cases?limit=2&cursor={first['next']}")

    assert [item["number"] for item in first["items"]] == ["N1", "N2"]
    assert [item["number"] for item in second["items"]] == ["N3"]
    assert (first["total"], second["next"]) == (3, None)


def test_history_tells_who_did_what(office):
    office.post("/cases", 201, json=feedback(number="N1"))

    (line, *_) = office.get("/cases/N1/history")["items"]

    assert (line["by"], line["what"], line["on_behalf_of"]) == ("王敏", "opened", None)
    assert line["text"].startswith("下达整改通知")


def test_timers_tell_their_rule_and_when_they_fired(office, cast):
    office.post("/cases", 201, json=feedback(number="N1"))

    armed = office.get("/timers?state=armed")["items"]
    cast.passes(days=10)
    fired = Caller(office.client, "wangmin").get("/cases/N1/timers")["items"]

    (timer,) = [one for one in armed if one["is_deadline"]]
    (after,) = [one for one in fired if one["id"] == timer["id"]]
    assert (timer["case"], timer["state"], timer["fired_at"]) == ("N1", "armed", None)
    assert timer["rule"].startswith("workdays(")
    assert (after["state"], bool(after["fired_at"]), bool(after["fired_by"])) == ("fired", 1, 1)


def test_overdue_timers_wait_for_the_sweep(office, clock):
    office.post("/cases", 201, json=feedback(number="N1"))
    assert office.get("/timers?overdue=1")["items"] == []

    clock.shift(timedelta(hours=11))
    due = office.get("/timers?limit=1")["items"][0]["due_at"]
    clock.move_to(due)

    late = Caller(office.client, "wangmin").get("/timers?overdue=1&limit=1")
    assert [one["due_at"] for one in late["items"]] == [due]


LEDGER = (
    "被督导单位,具体问题,整改要求,问题类别,严重程度,下达日期\n"
    f"{SCHOOL},食堂留样不规范,规范留样,食品与卫生健康,一般,2026-03-02\n"
    "{second},台账缺失,补齐台账,校园安全,一般,2026-03-02\n"
)


def test_a_ledger_opens_a_case_for_each_row(office):
    file = (io.BytesIO(LEDGER.format(second=SCHOOL).encode()), "台账.csv")

    made = office.post("/cases/import", 201, data={"file": file})

    assert made["count"] == 2
    assert made["skipped"] == []
    assert office.get("/cases")["total"] == 2


def test_a_ledger_with_a_fault_opens_nothing_unless_so_chosen(office):
    sent = {"data": LEDGER.format(second="无此校").encode(), "content_type": "text/csv"}

    refused = office.post("/cases/import", 422, **sent)
    assert refused["code"] == "ledger_rejected"
    assert set(refused["errors"]) == {"rows.3.unit"}
    assert office.get("/cases")["total"] == 0

    made = office.post("/cases/import?right_rows_only=1", 201, **sent)
    assert (made["count"], [row["row"] for row in made["skipped"]]) == (1, [3])


def test_a_closed_out_case_is_drawn_for_a_follow_up(office, cast):
    case = cast.open_case(number="N1")
    body = {"reason": "抽查", "lead_verifier": "gaofeng"}
    refused = office.post("/cases/N1/follow-up", 422, json=body)
    assert refused["code"] == "wrong_stage"

    close_out(cast, case)
    drawn = office.post("/cases/N1/follow-up", 201, json=body)

    assert drawn["case"]["stage"] == "follow_up"
    assert drawn["follow_up"]["reason"] == "抽查"
    assert office.post("/cases/N2/follow-up", 404, json=body)["code"] == "not_found"


def close_out(cast, case):
    cast.walks(case, "acknowledge", "draft_plan", "sign_plan", "review_plan", "approve_plan")
    cast.walks(case, "rectify", "sign_report", "first_review", "dispatch", "verify")
    cast.walks(case, "approve_by_office_head")
