"""The text of a deadline rule."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.rules import Anchor, Rule, Span, Unit

SPANS = st.builds(Span, st.sampled_from(Unit), st.integers(0, 100_000))
DATES = st.dates()
MOMENTS = st.datetimes(timezones=st.just(UTC))
RULES = st.one_of(
    st.builds(Rule, st.just(Anchor.AFTER), SPANS),
    st.builds(Rule, st.just(Anchor.EVERY), SPANS),
    st.builds(Rule, st.just(Anchor.ON), st.none(), DATES | MOMENTS),
    st.builds(Rule, st.sampled_from([Anchor.AFTER, Anchor.BEFORE]), SPANS, DATES | MOMENTS),
)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("workdays(10)", Rule(Anchor.AFTER, Span(Unit.WORKDAYS, 10))),
        ("every(months(1))", Rule(Anchor.EVERY, Span(Unit.MONTHS, 1))),
        ("2026-10-08", Rule(Anchor.ON, None, date(2026, 10, 8))),
        (
            "before(2026-10-08, days(3))",
            Rule(Anchor.BEFORE, Span(Unit.DAYS, 3), date(2026, 10, 8)),
        ),
        (
            "after(2026-10-08T16:00:00+00:00, hours(2))",
            Rule(Anchor.AFTER, Span(Unit.HOURS, 2), datetime(2026, 10, 8, 16, tzinfo=UTC)),
        ),
    ],
)
def test_a_rule_reads_as_it_is_written(text, rule):
    assert Rule.parse(text) == rule
    assert str(rule) == text


@given(RULES)
def test_every_rule_survives_being_stored_as_text(rule):
    assert Rule.parse(str(rule)) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "days()",
        "days(-1)",
        "days(1.5)",
        "days(100001)",
        "weeks(1)",
        "every(2026-10-08)",
        "before(days(3))",
        "before(due, days(3))",
        "2026-02-30",
        "2026-10-08T00:00:00",
        " days(1)",
    ],
)
def test_what_is_not_a_rule_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - dates have their own words
        Rule.parse(text)
