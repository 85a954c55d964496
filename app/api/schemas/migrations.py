"""Rehearsals of versions, and plans to carry running processes over."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from app.api.schemas.fields import (
    Facts,
    Flag,
    In,
    Out,
    Text,
    Whole,
    Word,
    absent,
    labels_of,
    moment,
    told,
)
from app.api.schemas.jobs import JobOut
from app.domain.design_terms import Migration, PlanState, Verdict
from app.domain.job import Job
from app.forms.wording import _
from app.http import LARGEST_ID
from app.texts import said_in, sentence

_VERSION = 2**31 - 1


class ElementMap(Facts):
    """Old element → new element, by the number of the old version."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> dict[str, Any]:
        found = super()._deserialize(value, attr, data, **options)
        for version, mapping in found.items():
            texts = isinstance(mapping, dict) and all(isinstance(v, str) for v in mapping.values())
            if not texts or not version.isdecimal() or len(version) > 9:
                raise ValidationError(_("须为对象：版本号对应一组环节，每个环节对应新环节。"))
        return found


def _mapping() -> ElementMap:
    told_so = "Old element → new element, by the number of the old version."
    return ElementMap(load_default=dict, metadata={"description": told_so})


class RehearseIn(In):
    """What is rehearsed: a version, by default the draft; and how processes would be carried."""

    version = Whole(1, _VERSION, load_default=absent)
    mapping = _mapping()
    keeps_timers = Flag(load_default=True)


class MigrationPlanIn(In):
    """How processes are carried to a version, and why."""

    version = Whole(1, _VERSION, required=True)
    mapping = _mapping()
    keeps_timers = Flag(load_default=True)
    note = Text(1000, least=1, required=True)


class RehearsalQuery(In):
    """Of which version; by default of the draft."""

    version = Whole(1, _VERSION, load_default=absent)


class FindingQuery(In):
    """Which findings: of one group, from after that process."""

    group = Whole(0, _VERSION, load_default=absent)
    after = Whole(0, LARGEST_ID, load_default=0)
    limit = Whole(1, 200, load_default=50)


class CarriedQuery(In):
    """Which processes of a plan: with that outcome, from after that row."""

    outcome = Word(Migration, load_default=absent)
    after = Whole(0, LARGEST_ID, load_default=0)
    limit = Whole(1, 200, load_default=50)


class TouchedClock(Out):
    """A clock that a migration would touch, and when it is due."""

    key = fields.String()
    name = fields.String()
    due_at = fields.String(allow_none=True, dump_default=None)


class RehearsalGroup(Out):
    """RehearsalFindings that are alike."""

    number = fields.Integer()
    verdict = Word(Verdict)
    from_version = fields.Integer(attribute="from")
    element = fields.String()
    reason = told(lambda group: said_in(group["reason"]), "string")
    lost = fields.List(fields.Nested(TouchedClock))
    at_once = fields.List(fields.Nested(TouchedClock))
    count = fields.Integer()


def _outcome(name: str, empty: Any) -> Any:
    return lambda job: (job.outcome or {}).get(name, empty)


class RehearsalOut(JobOut):
    """One rehearsal: how far it is, and what it found."""

    version = told(lambda job: job.params["version"], ["integer", "null"])
    keeps_timers = told(lambda job: job.params["keeps_timers"], "boolean")
    mapping = told(lambda job: job.params["mapping"], "object")
    counts = told(_outcome("counts", {}), "object", description="By verdict.")
    groups = fields.Function(
        lambda job: RehearsalGroup(many=True).dump(_groups(job)),
        metadata={"type": "array", "items": {"type": "object"}},
    )


def _groups(job: Job) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (job.outcome or {}).get("groups", [])
    return found


class RehearsalFinding(Out):
    """What a rehearsal says of one process."""

    process_id = fields.Integer()
    case = fields.String(attribute="number", allow_none=True)
    from_version = fields.Integer()
    verdict = Word(Verdict)
    element = fields.String()
    reason = told(lambda finding: said_in(finding.reason), "string")
    lost = fields.List(fields.Nested(TouchedClock))
    begun = fields.List(fields.Nested(TouchedClock))
    at_once = fields.List(fields.Nested(TouchedClock))
    labels = labels_of("verdict")


class RehearsalFindings(Out):
    """What a rehearsal says, process by process."""

    items = fields.List(fields.Nested(RehearsalFinding))


class MigrationPlanOut(Out):
    """One plan to carry running processes over."""

    id = fields.Integer()
    key = fields.String()
    version = fields.Integer(attribute="to.version")
    mapping = fields.Dict(keys=fields.String())
    keeps_timers = fields.Boolean()
    note = fields.String()
    state = Word(PlanState)
    made_at = moment()
    applied_at = moment()
    job = fields.Nested(JobOut, allow_none=True)
    labels = labels_of("state")


class MigrationPlans(Out):
    """The plans of a process, the latest first."""

    items = fields.List(fields.Nested(MigrationPlanOut))


class CarriedOut(Out):
    """What became of one process under a plan."""

    id = fields.Integer()
    process_id = fields.Integer()
    case = fields.String(attribute="number", allow_none=True)
    from_version = fields.Integer()
    outcome = Word(Migration)
    reason = told(lambda one: sentence(one.reason), "string")
    labels = labels_of("outcome")


class CarriedPage(Out):
    """What became of the processes under a plan."""

    items = fields.List(fields.Nested(CarriedOut))


class OpenAt(Out):
    """How many running processes wait at each element."""

    elements = fields.Dict(keys=fields.String(), values=fields.Integer())
