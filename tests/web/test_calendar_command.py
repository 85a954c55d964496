"""``xiaohao calendar import``: look first, then adopt; faulty rows end with 1."""

import csv
from datetime import date, datetime

import pytest

from app.cli.calendars import calendar
from app.clock import LOCAL
from app.services import calendars
from tests.calendars import WHOLE_NOTICE


@pytest.fixture
def run(app):
    return lambda *args: app.test_cli_runner().invoke(calendar, ["import", *map(str, args)])


@pytest.fixture
def case(cast, clock):
    clock.move_to(datetime(2026, 11, 22, 9, tzinfo=LOCAL))
    return cast.starts_work(issued_on=date(2026, 11, 22), limit_days=79)


@pytest.fixture
def notice(tmp_path):
    def write(*rows):
        with (tmp_path / "notice.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("日期", "安排", "名称"), *rows])
        return tmp_path / "notice.csv"

    return write


def test_a_preview_prints_what_moves_and_adopts_nothing(run, case, notice):
    result = run(notice(*WHOLE_NOTICE), "--preview")

    assert result.exit_code == 0
    assert f"{case.number}  整改期限  days(79)  2027-02-11 → 2027-02-15  +4 天" in result.output
    assert calendars.current().version == 1


def test_adopting_puts_deadlines_off_and_a_second_time_does_nothing(run, case, notice):
    file = notice(*WHOLE_NOTICE)

    first = run(file, "--source", "国办发明电〔2026〕7号")
    second = run(file, "--source", "国办发明电〔2026〕7号")

    assert "日历第 2 版" in first.output
    assert case.due_on == date(2027, 2, 15)
    assert "没有变化" in second.output


def test_faulty_rows_are_named_and_nothing_is_adopted(run, case, notice):
    result = run(notice(*WHOLE_NOTICE, ("10月9日", "班", "国庆节")))

    assert result.exit_code == 1
    assert "缺少年份" in result.output
    assert calendars.current().version == 1
