"""What was handed in about a case, ready to read: answered forms and their files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.domain.evidence import Evidence
from app.domain.people import Actor
from app.domain.process import Submission
from app.forms import Line, setting_for, summary_of
from app.services import dossier
from app.texts import language, local_moment, step_name
from app.web.wording import file_size


@dataclass(frozen=True, slots=True)
class Paper:
    """One answered form."""

    task_id: int
    process_id: int
    by_id: int
    title: str
    by: str
    at: str
    cycle: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class File:
    """One file, ready to link to."""

    id: int
    name: str
    size: str
    url: str
    by: str
    at: str


def papers_of(submissions: Sequence[Submission], actor: Actor) -> list[Paper]:
    """Return the answered forms in the words of each form."""
    return [_paper(one, actor) for one in submissions]


def _paper(submission: Submission, actor: Actor) -> Paper:
    task = submission.task
    form = dossier.form_of(task)
    setting = setting_for(task, actor, language=language())
    lines = summary_of(form, submission.answers, setting)
    at = local_moment(submission.at)
    return Paper(
        task.id,
        task.process_id,
        submission.by_id,
        step_name(task),
        submission.by.name,
        at,
        submission.cycle,
        lines,
    )


def links(files: Collection[Evidence]) -> Mapping[int, File]:
    """Return the files by id, ready to link to."""
    return {
        file.id: File(
            file.id,
            file.name,
            file_size(file.size),
            url_for("evidence.download", evidence_id=file.id),
            file.uploaded_by.name,
            local_moment(file.uploaded_at),
        )
        for file in files
    }


def ids_in(value: Any) -> set[int]:
    """Return every whole number in a draft's lists: what may be the id of a file."""
    if isinstance(value, Mapping):
        return set().union(*(ids_in(inner) for inner in value.values()))
    if isinstance(value, list):
        return {one for one in value if isinstance(one, int)}.union(*map(ids_in, value))
    return set()
