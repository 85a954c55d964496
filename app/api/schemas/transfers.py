"""What comes from elsewhere and what is given out: imports, and those whose signatures count."""

from __future__ import annotations

from enum import StrEnum

from marshmallow import fields

from app.api.schemas.design import DraftLine, VersionOut
from app.api.schemas.fields import In, Out, Text, Whole, Word, absent, moment, name_of, told
from app.api.schemas.problems import Finding
from app.http import problem_line
from app.services.design.signers import fingerprint
from app.texts import sentence


class TakenAs(StrEnum):
    """What a file becomes."""

    DRAFT = "draft"
    VERSION = "version"


class IncomingQuery(In):
    """Where a file goes, and as what."""

    into = Text(
        63, load_default=absent, metadata={"description": "Key of a process that there is."}
    )
    key = Text(63, load_default=absent, metadata={"description": "Key of a new process."})
    name = Text(60, load_default=absent, metadata={"description": "Name of a new process."})
    #: Only a signed bundle can become a version.
    taken_as = Word(TakenAs, data_key="as", load_default=TakenAs.DRAFT)
    revision = Whole(
        0,
        2**31 - 1,
        load_default=0,
        metadata={"description": "Of the draft that it replaces; 0 if there is none."},
    )


class VersionQuery(In):
    """Which version is meant; the draft, or else the one in force, by default."""

    version = Whole(1, 2**31 - 1, load_default=absent)


class ConversionOut(Out):
    """What was done to one setting of a file from another modeler."""

    kind = fields.String(metadata={"enum": ["converted", "unconverted", "idle"]})
    element = fields.String(allow_none=True, metadata={"description": "Id in the diagram."})
    name = told(lambda one: sentence(one.name), "string")
    what = told(lambda one: sentence(one.what), "string")
    was = told(lambda one: sentence(one.was), "string")
    now = told(lambda one: sentence(one.now), "string")
    why = told(lambda one: sentence(one.why), "string")


class SealOut(Out):
    """Who signed a bundle."""

    signer = fields.String()
    fingerprint = fields.String()
    version = fields.Integer()
    sealed_at = fields.String()
    trusted = fields.Boolean()


class TakenIn(Out):
    """What a file became, and what there is to say about it."""

    draft = fields.Nested(DraftLine, allow_none=True)
    version = fields.Nested(VersionOut, allow_none=True)
    changes = fields.List(fields.Nested(ConversionOut))
    left_out = fields.Integer(metadata={"description": "Changes beyond those listed."})
    skipped = fields.List(fields.String(), metadata={"description": "Files not made use of."})
    problems = told(
        lambda one: [problem_line(problem) for problem in one["problems"]],
        "array",
        items={"$ref": f"#/components/schemas/{Finding.__name__}"},
    )
    seal = fields.Nested(SealOut, allow_none=True)


class SignerOut(Out):
    """An office whose signature we trust; our own among them."""

    id = fields.Integer()
    name = fields.String()
    public_key = fields.String(metadata={"description": "Ed25519, base64."})
    fingerprint = told(lambda one: fingerprint(one.public_key), "string")
    own = told(lambda one: one.is_own, "boolean")
    trusted_at = moment()
    trusted_by = name_of("trusted_by.name")


class Signers(Out):
    """Everybody whose signature we trust."""

    items = fields.List(fields.Nested(SignerOut))


class SignerIn(In):
    """Whom to trust."""

    name = Text(60, least=2, required=True)
    public_key = Text(44, least=44, required=True)
