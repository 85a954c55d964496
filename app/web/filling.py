"""A form between the browser and the services: what was typed, what is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from flask import g, request
from werkzeug.datastructures import MultiDict

from app.domain.case import Case
from app.domain.process import Submission, Task
from app.forms import (
    FormView,
    Line,
    Setting,
    answers_of,
    inputs_in,
    parse_post,
    require_files,
    row_numbers,
    setting_for,
    summary_of,
    view_of,
)
from app.services import dossier, evidence
from app.texts import language

#: Inputs whose answers are worth mending. Days belong to the submission they came with, and a
#: decision is taken each time.
_WRITTEN = frozenset({"textfield", "textarea", "number", "dynamiclist", "filepicker"})


class FormFilling:
    """A form about a case, being filled in by the person who asks."""

    #: What was typed but not yet sent.
    draft: Mapping[str, Any] | None = None
    #: What was written when the form was last sent, if it came back.
    earlier: Mapping[str, Any] | None = None

    def __init__(self, form: Mapping[str, Any], setting: Setting, case: Case | None) -> None:
        self.form, self.setting, self.case = form, setting, case

    def typed(self) -> dict[str, Any]:
        """Return what the browser sent, with a row added or removed if that was asked."""
        post = MultiDict(request.form)
        if removed := post.get("_remove"):
            for name in [name for name in post if name.startswith(f"{removed}.")]:
                del post[name]
        typed = parse_post(self.form, post)
        if (added := post.get("_add")) in typed:
            blank = len(row_numbers(post, added)) - len(typed[added]) + 1
            typed[added] = [*typed[added], *({} for _ in range(blank))]
        return typed

    @property
    def only_rows(self) -> bool:
        """Whether a browser without JavaScript only asked for a row more or less."""
        return "_add" in request.form or "_remove" in request.form

    def take_files(self, typed: dict[str, Any]) -> None:
        """Store the files that a browser without JavaScript sent along with the form."""
        for item in inputs_in(self.form):
            sent = [one for one in request.files.getlist(f"{item.key}__file") if one.filename]
            if item.type != "filepicker" or not sent:
                continue
            stored = [
                evidence.store(cast(BinaryIO, one.stream), one.filename or "", g.actor)
                for one in sent
            ]
            typed[item.key] = [*typed.get(item.key, []), *(file.id for file in stored)]

    def answers(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """Return the checked answers; raises Invalid."""
        answers = answers_of(self.form, typed, self.setting, lenient=True)
        require_files(self.case, self.form, answers, g.actor)
        return answers

    def lines(self, typed: Mapping[str, Any]) -> list[Line]:
        """Return what was typed, to read: for a form that can no longer be sent."""
        return summary_of(self.form, typed, self.setting)

    def view(
        self,
        typed: Mapping[str, Any] | None = None,
        errors: Mapping[str, Sequence[str]] | None = None,
    ) -> FormView:
        """Return the form to draw: as typed, else as drafted, else with its first values."""
        answers = self.draft if typed is None else typed
        return view_of(
            self.form, self.setting, answers=answers, earlier=self.earlier, errors=errors
        )


class Filling(FormFilling):
    """The form of one task."""

    def __init__(self, task: Task) -> None:
        setting = setting_for(task, g.actor, language=language())
        super().__init__(dossier.form_of(task), setting, task.case)
        self.draft = task.draft

    def take_up(self, submission: Submission) -> None:
        """Start from earlier words and files; what was chosen is chosen anew."""
        written = [item.key for item in inputs_in(self.form) if item.type in _WRITTEN]
        answers = submission.answers
        self.earlier = {key: answers[key] for key in written if answers.get(key)}
