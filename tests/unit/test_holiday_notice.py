"""What a typed holiday notice must be, before anything of it is believed."""

from datetime import date

import pytest

from app.domain.errors import Invalid
from app.domain.holiday_notice import Holiday, read_notice
from app.services.calendar_sources import festivals
from tests.calendars import NOTICE, SEEDED, rows


def read(*cells) -> list[Holiday]:
    return read_notice(rows(*cells), SEEDED, festivals)


def refused(*cells) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refusal:
        read(*cells)
    return refusal.value.fields


def test_a_right_notice_is_read_in_order_of_its_days():
    found = read(*reversed(NOTICE))

    assert found[0] == Holiday(date(2027, 1, 1), False, "元旦")
    assert found[-1] == Holiday(date(2027, 10, 9), True, "国庆节调休")


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("10月1日", "缺少年份"),
        ("10-01", "缺少年份"),
        ("2027-02-29", "没有这一天"),
        ("明天", "请填写日期"),
        (20270101, "请填写日期"),
        (None, "请填写日期"),
        ("1987-01-01", "只接受"),
        ("2101-01-01", "只接受"),
    ],
)
def test_a_wrong_day_is_refused_by_its_row(day, message):
    fields = refused(*NOTICE, (day, "休", "元旦"))

    assert list(fields) == ["rows.13.day"]
    assert message in fields["rows.13.day"][0]


@pytest.mark.parametrize("flag", ["调休", "", None, 2, "也许"])
def test_a_day_must_say_plainly_whether_it_is_worked(flag):
    assert list(refused(*NOTICE, ("2027-10-10", flag, None))) == ["rows.13.is_workday"]


@pytest.mark.parametrize("flag", [True, "TRUE", 1, 1.0, "１", " 是 ", "上班", "补班"])
def test_a_worked_day_may_be_typed_in_many_ways(flag):
    assert read(*NOTICE, ("２０２７／１０／１０", flag, "国庆节调休"))[-1].is_workday


@pytest.mark.parametrize(
    "day", ["2027-10-10", "2027年10月10日", "2027/10/10", "2027.10.10", "20271010"]
)
def test_a_day_may_be_typed_in_many_ways(day):
    assert read(*NOTICE, (day, "班", None))[-1].day == date(2027, 10, 10)


@pytest.mark.parametrize("name", [7, "节" * 41])
def test_a_name_is_a_short_text(name):
    assert list(refused(*NOTICE, ("2027-10-10", "班", name))) == ["rows.13.name"]


def test_a_day_given_twice_is_refused():
    assert refused(*NOTICE, ("2027年10月1日", "班", None)) == {
        "rows.13.day": ["与第 10 行是同一天。"]
    }


@pytest.mark.parametrize(
    ("flag", "name"),
    [("班", None), ("补班", ""), (True, "国庆节调休"), ("上班", "国庆节"), ("上班", "国庆")],
)
def test_a_sunday_is_worked_when_the_notice_says_what_for(flag, name):
    last = read(*NOTICE, (date(2027, 10, 10), flag, name))[-1]

    assert (last.day, last.is_workday) == (date(2027, 10, 10), True)


@pytest.mark.parametrize("name", [None, "", "工作日", "周日"])
def test_a_sunday_that_is_worked_for_no_holiday_is_refused_by_its_row(name):
    fields = refused(*NOTICE, (date(2027, 10, 10), "上班", name))

    assert fields == {"rows.13.is_workday": ["周末上班须注明调休，如“国庆节调休”。"]}


def test_a_monday_that_is_worked_needs_no_reason():
    assert read(*NOTICE, (date(2027, 10, 11), True, None))[-1].is_workday


def test_a_notice_without_a_festival_of_its_year_is_refused():
    notice = [row for row in NOTICE if "国庆" not in row[2]]

    assert refused(*notice) == {"rows": ["2027 年缺少国庆节放假。"]}


def test_a_festival_that_is_worked_is_a_festival_missing():
    notice = [(day, "班" if name == "国庆节" else flag, name) for day, flag, name in NOTICE]

    assert refused(*notice) == {"rows": ["2027 年缺少国庆节放假。"]}


def test_a_slip_into_another_year_does_not_settle_that_year():
    fields = refused(*NOTICE, ("2028-10-04", "休", "国庆节"))

    assert "2028 年缺少端午节放假。" not in fields["rows"]  # a Sunday that year
    assert "2028 年缺少劳动节放假。" in fields["rows"]


def test_all_errors_come_at_once():
    fields = refused(("10月1日", "休", 3), *NOTICE, ("2027-10-10", "调休", None))

    assert list(fields) == ["rows.1.day", "rows.1.name", "rows.14.is_workday"]


def test_a_notice_of_nothing_is_refused():
    assert refused() == {"rows": ["没有一行放假安排。"]}
