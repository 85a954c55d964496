"""A large ledger is imported behind a page: row by row, each once, in short transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import DomainError, Invalid, Sentence
from app.domain.job import Job, JobItem
from app.domain.people import Actor, User
from app.domain.vocabulary import Category, Mode, Severity, SourceLevel
from app.services import jobs, ledger, opening
from app.services._ledger_rows import RowError, taken_numbers
from app.services._ledger_units import UnitNames
from app.services.jobs import Order, Progress, Result
from app.services.ledger import Imported, LedgerRejected, refusals
from app.services.opening import Feedback
from app.services.sentences import packed

KIND = "import_ledger"
#: Rows that share a transaction: nobody else waits for longer than these take.
BATCH = 10
LONGEST_NAME = 120
#: Rows left out that are kept with the reason.
MOST_TOLD = 200

_READ: Mapping[str, Any] = {
    "category": Category,
    "severity": Severity,
    "source_level": SourceLevel,
    "mode": Mode,
    "issued_on": date.fromisoformat,
    "due_on": date.fromisoformat,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What is to be imported, and how."""

    data: bytes
    #: What the file is called; its ending says what it is.
    name: str
    right_rows_only: bool = False
    #: If it was handed in under this key before, that import is meant.
    key: str | None = None
    #: More rows than that are imported by a job.
    at_once: int = 100


def take_in(intake: Intake, actor: Actor) -> Imported | Job:
    """Import a ledger: at once if it is small, else by a job; never any row unless all were right.

    The right rows only, if so chosen. What was right when it was checked and is wrong when its
    turn comes, because somebody else took its number, is left out of the job and told.

    Raises:
        LedgerRejected: with everything that is wrong.
        NotAllowed, Invalid, TooLarge: as `ledger.check` does.
    """
    preview = ledger.check(intake.data, intake.name, actor)
    only_right = intake.right_rows_only
    if preview.total <= intake.at_once:
        return ledger.import_ledger(intake.data, intake.name, actor, right_rows_only=only_right)
    if not preview.right or (preview.errors and not only_right):
        raise LedgerRejected(preview.errors)
    params = {
        "file": intake.name[:LONGEST_NAME],
        "right_rows_only": only_right,
        "wrong": len({error.row for error in preview.errors}),
        "skipped": [_told(error) for error in preview.errors[:MOST_TOLD]],
    }
    items = [(row.number, _written(row.feedback)) for row in preview.right]
    return jobs.start(Order(kind=KIND, params=params, actor=actor, key=intake.key, items=items))


def _written(feedback: Feedback) -> dict[str, Any]:
    """Return what a row says as JSON holds it; what it leaves open is left out."""
    facts = {name: value for name, value in asdict(feedback).items() if value is not None}
    return {
        name: value.value
        if isinstance(value, StrEnum)
        else value.isoformat()
        if isinstance(value, date)
        else value
        for name, value in facts.items()
    }


def _read(params: Mapping[str, Any]) -> Feedback:
    return Feedback(**{k: _READ[k](v) if k in _READ else v for k, v in params.items()})


def _told(error: RowError) -> dict[str, Any]:
    return {"row": error.row, "column": error.column, "message": packed(error.message)}


@jobs.job(KIND, label="导入台账", counted="已处理 %(amount)s 行")
def import_rows(params: Mapping[str, Any], progress: Progress) -> Result:
    """Open a case for each row that has none yet; a row and its case are one transaction."""
    actor = _actor(progress)
    done, total = _count(progress.job_id)
    if not done and not params["right_rows_only"]:
        _require_right(progress.job_id, actor)
    while done < total:
        progress(done, total)
        _open_some(progress.job_id, actor)
        done, _ = _count(progress.job_id)
    progress(done, total)
    return _result(params, progress.job_id)


def _actor(progress: Progress) -> Actor:
    return Actor.of(db.session.get_one(User, progress.made_by_id))


def _count(job_id: int) -> tuple[int, int]:
    query = select(func.count(JobItem.done_at), func.count(JobItem.id)).filter_by(job_id=job_id)
    done, total = db.session.execute(query).one()
    return done, total


def _require_right(job_id: int, actor: Actor) -> None:
    """Look at all rows once more before the first is opened.

    Raises:
        Invalid: one of them is not right any more.
    """
    session = db.session()
    query = select(JobItem.place, JobItem.params).filter_by(job_id=job_id).order_by(JobItem.id)
    rows = [(place, params) for place, params in session.execute(query)]
    for place, fault in _faults(session, rows, actor):
        raise Invalid("第 %(row)s 行：%(fault)s未导入任何一行。", row=place, fault=fault)


def _faults(
    session: Session, rows: Sequence[tuple[int, Mapping[str, Any]]], actor: Actor
) -> Iterator[tuple[int, Sentence]]:
    taken = taken_numbers(session, {params.get("number", "") for _, params in rows})
    units = UnitNames(session, actor)
    for place, params in rows:
        number, unit = params.get("number"), params["unit"]
        if number in taken:
            yield place, Sentence("问题编号%(number)s已存在。", number=number)
        if not units.knows(unit):
            yield place, Sentence("没有名为“%(name)s”的单位。", name=unit)


def _open_some(job_id: int, actor: Actor) -> None:
    """Open the next few rows; perhaps none, if somebody else was just at them."""
    with transaction() as session:
        rest = (
            select(JobItem)
            .where(JobItem.job_id == job_id, JobItem.done_at.is_(None))
            .order_by(JobItem.id)
            .limit(BATCH)
            .with_for_update()
        )
        for item in session.scalars(rest).all():
            item.outcome = _open(session, item, actor)
            item.params, item.done_at = {}, utcnow()


def _open(session: Session, item: JobItem, actor: Actor) -> dict[str, Any]:
    """Open the case of one row; a row that is refused after all is undone by itself."""
    try:
        with session.begin_nested():
            return {"case": opening.enter(session, _read(item.params), actor).number}
    except DomainError as error:
        return {"errors": [_told(one) for one in refusals(item.place, error)]}


def _result(params: Mapping[str, Any], job_id: int) -> Result:
    query = select(JobItem.outcome).filter_by(job_id=job_id).order_by(JobItem.place)
    outcomes = [outcome or {} for outcome in db.session.scalars(query)]
    errors = [error for outcome in outcomes for error in outcome.get("errors", [])]
    opened = sum("case" in outcome for outcome in outcomes)
    left_out = len(outcomes) - opened + params["wrong"]
    skipped = sorted([*params["skipped"], *errors], key=lambda error: error["row"])
    told = Sentence("已立案下达 %(count)s 件。", count=opened)
    if left_out:
        template = "已立案下达 %(count)s 件，有 %(left_out)s 行未导入。"
        told = Sentence(template, count=opened, left_out=left_out)
    return Result(told, {"opened": opened, "skipped": skipped[:MOST_TOLD]})
