"""The kinds of long jobs: a registry that fills itself by a decorator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import Sentence
from app.services.job_claims import Progress


@dataclass(frozen=True, slots=True)
class Result:
    """What a job came to: a sentence, and facts that the page of its kind may show."""

    told: Sentence
    facts: Mapping[str, Any] = field(default_factory=dict)


Run = Callable[[Mapping[str, Any], Progress], Result]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job."""

    name: str
    #: What users call it, and how its progress is said.
    label: str
    counted: str
    run: Run


#: Every kind that this process can run, by name.
KINDS: dict[str, Kind] = {}


def job(name: str, *, label: str, counted: str = "已处理 %(amount)s 项") -> Callable[[Run], Run]:
    """Register a function as the kind of job *name*.

    It is called outside any transaction and calls services, each with its own. It may be called
    again for the same job after it did part of the work: it must be idempotent, or go on where it
    stood. It reports progress at least once a minute, between its transactions.
    """

    def register(run: Run) -> Run:
        KINDS[name] = Kind(name, label, counted, run)
        return run

    return register
