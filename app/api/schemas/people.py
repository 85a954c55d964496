"""Logins and the person behind one."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.fields import In, Moment, Out, Password, Text, Word, labels
from app.domain.people import Actor
from app.domain.vocabulary import Role
from app.texts import label


class Credentials(In):
    """Name and password."""

    username = Text(64, least=1, required=True)
    password = Password(200, least=1, required=True, metadata={"format": "password"})


class Token(Out):
    """A login of a program."""

    token = fields.String(metadata={"description": "Send it as `Authorization: Bearer …`."})
    expires_at = Moment()


class Person(Out):
    """Somebody with an account."""

    id = fields.Integer()
    username = fields.String()
    name = fields.String()


class Counts(Out):
    """How much waits; each figure stops at 1000."""

    mine = fields.Integer()
    claimable = fields.Integer()
    overdue = fields.Integer()
    today = fields.Integer()
    unread = fields.Integer(metadata={"description": "Notices not read yet."})


class Me(Out):
    """Who is signed in, and how much waits."""

    user = fields.Nested(Person)
    username = fields.String(attribute="user.username")
    name = fields.String(attribute="user.name")
    roles = fields.List(Word(Role))
    unit = fields.String()
    counts = fields.Nested(Counts)
    labels = labels(lambda me: role_labels(me["user"]))


def role_labels(actor: Actor) -> dict[str, str]:
    """Name the roles of a person."""
    return {str(role): label(role) for role in sorted(actor.roles)}
