"""Counters that are kept up as cases move, so that no page counts a million cases.

A case adds to the rows of all with whom it may be asked for together: those of all time, and of the
stretch of the year in which it was issued. What it added is remembered, so that a change takes
away exactly that. Only sets of rows are ever read or written: plain tables.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Integer, String, Table

from app.domain.base import Base, UtcDateTime
from app.domain.vocabulary import Term


class Flow(Term):
    """What happens to a case on a day, as trends count it."""

    ISSUED = "issued", "新下达"
    REPORTED = "reported", "报结"
    CLOSED_OUT = "closed_out", "销号"
    OVERDUE = "overdue", "新逾期"


#: The figures of the overview; what each of them means is said in `app.services.figures`.
OVERVIEW = (
    *("issued", "open", "within", "due_today", "overdue", "awaiting", "suspended"),
    *("green", "blue", "yellow", "red", "letters_out"),
    *("reported", "verified", "stage_passed", "closed_out", "terminated", "revoked"),
    *("due", "due_as_first_set", "in_time", "in_time_as_first_set"),
    *("looked_at", "right_at_once", "looked_back", "relapsed", "extended"),
)
#: All that are counted, in the order of their bits in what `COUNTED_CASE` remembers: new ones are
#: appended.
COUNTED = (
    *OVERVIEW,
    *("to_sign", "signed_in_time", "to_plan", "planned_in_time", "to_review", "reviewed_late"),
    *("ever_overdue", "passing", "passing_closed_out", "ever_closed_out", "to_look_back_at"),
    "got_letter",
)
#: What cases counted in one row have in common. The scope is empty for all of them, or the day on
#: which the stretch of the year begins in which they were issued: ``2026-02-01``. Whoever asks for
#: no kind of case reads the rows of `ANY` kind, of which there are few.
ALIKE = ("county_id", "scope", "category", "severity", "source_level", "lasting", "department_id")
KIND = ("category", "severity", "source_level", "lasting")
ANY = ("", "", "", False)


def _alike() -> tuple[Column[int] | Column[str] | Column[bool], ...]:
    return (
        Column("county_id", Integer, primary_key=True, autoincrement=False),
        Column("scope", String(10), primary_key=True),
        Column("category", String(32), primary_key=True),
        Column("severity", String(32), primary_key=True),
        Column("source_level", String(32), primary_key=True),
        Column("lasting", Boolean, primary_key=True),
        Column("department_id", Integer, primary_key=True),
    )


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, default=0, server_default="0")


#: How many cases of one lead unit meet each figure, and how many letters were sent about them.
TALLY = Table(
    "tally",
    Base.metadata,
    *_alike(),
    Column("lead_unit_id", Integer, primary_key=True),
    *(_count(name) for name in COUNTED),
    _count("letters"),
)
#: How many tasks are open at one step of a diagram, and how many of them are overdue.
STEP_TALLY = Table(
    "step_tally",
    Base.metadata,
    *_alike(),
    Column("diagram", String(64), primary_key=True),
    Column("step", String(64), primary_key=True),
    _count("open"),
    _count("overdue"),
)
#: To how many cases something happened in a week, or in what of a week lies in one month.
FLOW_TALLY = Table(
    "flow_tally",
    Base.metadata,
    *_alike(),
    Column("kind", String(32), primary_key=True),
    Column("since", Date, primary_key=True),
    _count("n"),
)
#: How many cases took how many days to be put right; not of `ANY` kind: it is told by category.
LENGTH_TALLY = Table(
    "length_tally",
    Base.metadata,
    *_alike(),
    Column("days", Integer, primary_key=True, autoincrement=False),
    _count("n"),
)
#: What each case has added.
COUNTED_CASE = Table(
    "counted_case",
    Base.metadata,
    Column("case_id", ForeignKey("case.id"), primary_key=True),
    Column("added", JSON, nullable=False),
)
#: One row: up to which moment the counters have followed, and who adds to them at a time.
TALLIED = Table(
    "tallied",
    Base.metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
)
