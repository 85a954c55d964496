"""Units as administrators keep them."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import Paging
from app.api.schemas.fields import In, Out, Text, Whole, Word, absent, labels_of, name_of
from app.domain.vocabulary import UnitKind
from app.http import LARGEST_ID
from app.services.people.lists import State

_NAME = {"description": "Name of the unit."}


class UnitOut(Out):
    """A unit in the tree county › departments, towns › schools."""

    id = fields.Integer()
    name = fields.String()
    kind = Word(UnitKind)
    parent = name_of("parent.name")
    department = name_of("department.name")
    active = fields.Boolean()
    labels = labels_of("kind")


class UnitQuery(Paging):
    """What the tree of units is narrowed down to."""

    q = Text(100, load_default="", metadata={"description": "In the name."})
    below = Whole(
        1,
        LARGEST_ID,
        load_default=absent,
        metadata={"description": "Id of a unit: it and all below it."},
    )
    state = Word(State, load_default=absent)


class UnitPage(Out):
    """A stretch of the tree of units, each right before those below it."""

    items = fields.List(fields.Nested(UnitOut))
    total = fields.Integer()
    next = fields.String(allow_none=True)


class NewUnitIn(In):
    """What it takes to add a unit."""

    name = Text(80, least=1, required=True)
    kind = Word(UnitKind, required=True)
    parent = Text(80, least=1, required=True, metadata=_NAME)
    department = Text(80, load_default="", metadata=_NAME)


class UnitIn(In):
    """The unit's name, the department competent for its new cases (empty: none), the unit above."""

    name = Text(80, least=1, required=True)
    department = Text(80, required=True, metadata=_NAME)
    parent = Text(80, least=1, load_default=absent, metadata={"description": "Left out: it stays."})
