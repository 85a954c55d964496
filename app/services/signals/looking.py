"""Looking for signals, every day and when somebody asks for it, and keeping what is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import today, utcnow
from app.db import transaction
from app.domain.errors import Sentence
from app.domain.job import Job
from app.domain.people import Actor
from app.domain.signal import Signal, SignalAct, SignalCase, SignalMark
from app.services import jobs
from app.services.sentences import packed
from app.services.signals import (  # noqa: F401 - each registers its kinds
    evidence_twice,
    hasty,
    last_day,
    returned,
    same_words,
)
from app.services.signals._kinds import KINDS, Finding, Kind, Look
from app.services.signals.asking import require

__all__ = ["KIND", "KINDS", "daily", "look", "look_now"]

KIND = "signals"


def daily() -> None:
    """Have a job look at what came in since, unless one did today."""
    jobs.start_once(jobs.Order(kind=KIND, params={}, key=f"{KIND}:{today()}"))


def look_now(actor: Actor) -> Job:
    """Have a job look at once.

    Raises:
        NotAllowed: signals are none of the actor's business.
    """
    require(actor)
    return jobs.start(jobs.Order(kind=KIND, params={}, actor=actor))


@jobs.job(KIND, label="查找异常提示", counted="已查 %(amount)s 批")
def _run(_params: Mapping[str, Any], progress: jobs.Progress) -> jobs.Result:
    done = news = 0
    for kind in KINDS.values():
        more = True
        while more:
            found, more = look(kind)
            done, news = done + 1, news + found
            progress(done)
    template = "没有新的异常提示。" if not news else "发现 %(count)s 条新的或有新情况的异常提示。"
    return jobs.Result(Sentence(template, count=news), {"news": news})


def look(kind: Kind) -> tuple[int, bool]:
    """Take one look of a kind; return how many questions are new or grew, and if there is more."""
    with transaction() as session:
        mark = session.get(SignalMark, kind.name, with_for_update=True)
        look_ = Look(session, utcnow(), mark.upto if mark else 0)
        news = sum(keep(session, kind, found, look_) for found in kind.find(look_))
        if mark is None:
            mark = SignalMark(kind=kind.name)
            session.add(mark)
        mark.upto, mark.at = look_.upto, look_.at
        return news, look_.more


def keep(session: Session, kind: Kind, found: Finding, look_: Look) -> bool:
    """Keep what was found; tell whether it is new, or stands on a case that it did not before."""
    query = select(Signal).filter_by(county_id=found.county_id, kind=kind.name, key=found.key)
    kept = session.scalars(query).first()
    act = None
    if kept is None:
        act = SignalAct.FOUND
        kept = Signal(
            county_id=found.county_id, kind=kind.name, key=found.key, unit_id=found.unit_id
        )
        kept.found_at = look_.at
        session.add(kept)
    kept.question, kept.facts = packed(found.question), [fact.kept() for fact in found.facts]
    kept.unit_id = found.unit_id
    if act is not None:
        kept.note(act, look_.at)
    session.flush()
    new = _add_cases(session, kept, found)
    if new and act is None:
        kept.grow(look_.at)
    return bool(new or act)


def _add_cases(session: Session, kept: Signal, found: Finding) -> bool:
    known = set(session.scalars(select(SignalCase.case_id).filter_by(signal_id=kept.id)))
    new = sorted({fact.case_id for fact in found.facts} - known)
    session.add_all(SignalCase(signal_id=kept.id, case_id=case_id) for case_id in new)
    session.flush()
    return bool(new)
