"""Accounts as administrators keep them."""

from __future__ import annotations

from marshmallow import fields

from app.account_texts import told as told_of
from app.api.schemas.cases import Paging
from app.api.schemas.fields import (
    In,
    Out,
    Password,
    Text,
    Whole,
    Word,
    absent,
    labels,
    moment,
    told,
)
from app.domain.vocabulary import Role
from app.http import LARGEST_ID
from app.services.people.lists import State
from app.texts import label


class UserOut(Out):
    """An account."""

    id = fields.Integer()
    username = fields.String()
    name = fields.String()
    unit = fields.String(attribute="unit.name")
    roles = fields.Function(
        lambda user: sorted(map(str, user.roles)),
        metadata={"type": "array", "items": {"type": "string", "enum": [str(r) for r in Role]}},
    )
    active = fields.Boolean()
    must_change_password = fields.Boolean(
        metadata={"description": "Whether the password is one that somebody else chose."}
    )
    labels = labels(lambda user: {str(role): label(role) for role in sorted(user.roles)})


class UserQuery(Paging):
    """What the list of accounts is narrowed down to."""

    q = Text(100, load_default="", metadata={"description": "In name or username."})
    below = Whole(
        1,
        LARGEST_ID,
        load_default=absent,
        metadata={"description": "Id of a unit: it and all below it."},
    )
    role = Word(Role, load_default=absent)
    state = Word(State, load_default=absent)


class UserPage(Out):
    """A stretch of the list of accounts, the latest first."""

    items = fields.List(fields.Nested(UserOut))
    total = fields.Integer()
    next = fields.String(allow_none=True)


class NewUserIn(In):
    """What it takes to make an account."""

    username = Text(64, least=2, required=True)
    name = Text(64, least=1, required=True)
    unit = Text(80, least=1, required=True, metadata={"description": "Name of the unit."})
    roles = fields.List(Word(Role), load_default=list)
    password = Password(
        200,
        load_default=absent,
        metadata={"format": "password", "description": "Left out: one is made up."},
    )


class OneTimeOut(Out):
    """An account with its one-time password, told here and never again."""

    user = fields.Nested(UserOut)
    password = fields.String()


class UserIn(In):
    """What is to be changed; what is left out stays."""

    name = Text(64, least=1, load_default=absent)
    unit = Text(80, least=1, load_default=absent, metadata={"description": "Name of the unit."})


class LeftOut(Out):
    """An account after a change, and what the change left behind."""

    user = fields.Nested(UserOut)
    tasks = fields.Integer(metadata={"description": "Claimed tasks that went back to the post."})
    schools = fields.Integer(metadata={"description": "Schools left without an inspector."})


class RolesIn(In):
    """All roles that the person is to hold."""

    roles = fields.List(Word(Role), required=True)


class PasswordIn(In):
    """A one-time password."""

    password = Password(
        200,
        load_default=absent,
        metadata={"format": "password", "description": "Left out: one is made up."},
    )


class OwnPasswordIn(In):
    """The old password and the new one."""

    old = Password(200, least=1, required=True, metadata={"format": "password"})
    new = Password(200, least=1, required=True, metadata={"format": "password"})


class AccountChangeOut(Out):
    """A line of the record of accounts and units."""

    id = fields.Integer()
    at = moment()
    by = fields.String(attribute="by_name", metadata={"description": "Empty: the command line."})
    user = fields.Integer(attribute="user_id", allow_none=True)
    unit = fields.Integer(attribute="unit_id", allow_none=True)
    whom = fields.String()
    what = fields.String()
    told = told(told_of, "string", description="What was done, in the reader's language.")


class AccountChangePage(Out):
    """A stretch of the record, the latest first."""

    items = fields.List(fields.Nested(AccountChangeOut))
    total = fields.Integer()
    next = fields.String(allow_none=True)
