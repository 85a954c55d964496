"""What tells one process from others of its kind. Shared by the services."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from app.domain.process import Process
from app.services._catalogue import Context

LONGEST = 120


def keep_title(context: Context, field: str, answers: Mapping[str, Any]) -> None:
    """Take the title of a process about no case from the answer to *field*, if it was asked.

    Answered again, on a form that came back, it is the later answer that counts.
    """
    title = " ".join(str(answers.get(field) or "").split()) if field else ""
    if title:
        own = update(Process).where(Process.id == context.process.id)
        without = {"synchronize_session": False}
        context.session.execute(own.values(title=title[:LONGEST]), execution_options=without)
