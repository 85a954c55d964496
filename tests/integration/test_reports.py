"""Reports: frozen with the cases behind each figure, made once by a job, also by schedule."""

from datetime import date, time
from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import delete, func, select, update

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.job import Job
from app.domain.report import Report, ReportCase, ReportKind, ReportTemplate
from app.domain.vocabulary import JobState
from app.services import accounts, jobs
from app.services.reports import making, reading, schedule, templates

TODAY = date(2026, 3, 2)


@pytest.fixture
def office(app, clock):
    return accounts.actor("wangmin")


@pytest.fixture
def made(office):
    """Have a report made of the days that a day falls into, the first day of the clock."""

    def make(kind=ReportKind.MONTHLY, day=TODAY):
        job = making.order(kind, day, office)
        jobs.run(job.id)
        return reading.get(jobs.get(job.id, office).outcome["report"], office)

    return make


def numbers(report, key):
    return [case.number for case in reading.cases_of(report, key)]


def changed(report):
    return {one.key: (one.then, one.now) for one in reading.since(report) if one.came or one.went}


def test_a_report_stays_as_it_was_and_tells_what_has_changed_since(cast, made):
    done, running = cast.closes_out(), cast.starts_work()
    report = made()
    cast.walks(running, "rectify", "sign_report", "first_review", "dispatch", "verify")
    db.session.expire_all()

    assert report.figures["counts"]["base.verified"] == 1
    assert numbers(report, "base.verified") == [done.number]
    assert sorted(numbers(report, "base.issued")) == sorted([done.number, running.number])
    assert changed(report)["base.verified"] == (1, 2)
    assert "base.issued" not in changed(report)
    assert reading.came_and_went(report, "base.verified") == ([running.number], [])


def test_the_document_tells_the_figures_and_names_the_cases(cast, made, office):
    cast.starts_work()
    late = cast.starts_work()
    cast.until(date(2026, 4, 10))
    cast.closes_out()

    report = made(day=date(2026, 4, 10))

    name, content = reading.document(report.id, office)
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert name == "2026年4月教育督导问题整改月报.docx"
    assert "在办整改事项2件，其中在期内未完成0件，逾期2件" in "".join(
        paragraph.text for paragraph in document.paragraphs
    )
    assert late.number in cells
    assert report.figures["overdue"][0]["days"] == (date(2026, 4, 10) - late.due_on).days


def test_a_job_that_died_half_way_makes_one_report_all_the_same(cast, made):
    case = cast.open_case()
    first = made()
    with transaction() as session:
        session.execute(delete(ReportCase))
        session.execute(update(Report).values(document=None))
        session.execute(update(Job).values(state=JobState.QUEUED, claimed_until=None))

    jobs.run(first.job_id)

    (report,) = db.session.scalars(select(Report))
    assert numbers(report, "base.issued") == [case.number]
    assert report.size > 10_000


def test_a_template_that_fails_leaves_the_figures_for_another_try(cast, made, office):
    cast.open_case()
    with transaction() as session:
        broken = {"kind": ReportKind.MONTHLY, "name": "坏.docx", "document": b"PK", "sha256": ""}
        whose = {"county_id": office.county_id, "uploaded_by_id": office.id}
        at = {"uploaded_at": utcnow()}
        session.add(ReportTemplate(**broken, **whose, **at))
    job = making.order(ReportKind.MONTHLY, TODAY, office)
    jobs.run(job.id)
    failed = jobs.get(job.id, office)
    assert failed.state is JobState.FAILED
    assert "坏.docx" in failed.error

    templates.restore(ReportKind.MONTHLY, office)
    jobs.run(jobs.retry(job.id, office).id)

    (report,) = reading.listing(office)
    assert report.size > 10_000


def test_reports_are_made_on_fridays_once_the_office_has_switched_it_on(cast, office):
    schedule.switch(ReportKind.WEEKLY, office, on=True)
    cast.until(date(2026, 3, 6), time(15, 59))
    assert schedule.sweep() == 0
    cast.until(date(2026, 3, 6), time(16))

    assert [schedule.sweep(), schedule.sweep()] == [1, 0]
    (job,) = jobs.waiting()
    jobs.run(job)
    (report,) = reading.listing(office)
    assert (report.starts_on, report.ends_on) == (date(2026, 2, 27), date(2026, 3, 5))
    assert report.made_by is None
    schedule.switch(ReportKind.WEEKLY, office, on=False)
    cast.until(date(2026, 3, 13), time(17))
    assert schedule.sweep() == 0


def test_only_the_office_makes_reports_and_only_some_read_them(made, office):
    report = made()
    chief, school = accounts.actor("zhoulan"), accounts.actor("sgzx_head")

    assert reading.get(report.id, chief).id == report.id
    with pytest.raises(NotAllowed):
        making.order(ReportKind.WEEKLY, TODAY, chief)
    with pytest.raises(NotAllowed):
        reading.listing(school)
    with pytest.raises(NotFound):
        reading.get(report.id + 1, office)
    with pytest.raises(Invalid):
        making.order(ReportKind.WEEKLY, date(2026, 3, 20), office)
    with pytest.raises(Invalid):
        reading.cases_of(report, "base.nothing")
    assert db.session.scalar(select(func.count(ReportCase.case_id))) == 0
