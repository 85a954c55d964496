"""A task's form: describing it to a program, and checking the answers that a program gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.errors import Invalid, Sentence
from app.domain.form import components
from app.domain.people import Actor
from app.domain.process import Task
from app.forms import answers_of, fields_of
from app.forms.filling import setting_for
from app.http import LARGEST_ID
from app.services import dossier, inbox
from app.texts import language


def described(task: Task, actor: Actor) -> dict[str, Any] | None:
    """Return the form of *task* as programs read it, ``None`` if it has none."""
    if task.form_key is None:
        return None
    form = dossier.form_of(task)
    setting = setting_for(task, actor, language=language())
    return {
        "key": task.form_key,
        "version": task.process.diagram.version,
        "fields": fields_of(form, setting),
    }


def checked(task: Task, answers: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the *answers* as the form of *task* takes them.

    Raises:
        AlreadyDone: somebody was first; that counts before any fault in the answers.
        Invalid: something is missing, unknown or out of range.
    """
    if task.closed_at is not None:
        raise inbox.done(task)
    form = dossier.form_of(task)
    found = answers_of(form, answers, setting_for(task, actor, language=language()))
    _check_files(task, form, found, actor)
    return found


def _check_files(
    task: Task, form: Mapping[str, Any], answers: Mapping[str, Any], actor: Actor
) -> None:
    """Refuse files that are neither the actor's own nor the case's."""
    keys = [item["key"] for item in components(form) if item["type"] == "filepicker"]
    wanted = {key: answers.get(key) or [] for key in keys}
    possible = {one for ids in wanted.values() for one in ids if 0 < one <= LARGEST_ID}
    known = dossier.files(possible, case=task.case, actor=actor)
    wrong = {key: [_unknown(one) for one in ids if one not in known] for key, ids in wanted.items()}
    if any(wrong.values()):
        raise Invalid(fields={key: sentences for key, sentences in wrong.items() if sentences})


def _unknown(file_id: int) -> Sentence:
    return Sentence("没有编号为“%(id)s”的附件，请先上传。", id=file_id)
