"""The tree of units and its people from one file: how an installation is first filled."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from app.db import transaction
from app.domain.calendar import SchoolTerm
from app.domain.people import Grant, Unit, User
from app.domain.vocabulary import Role, UnitKind
from app.services.accounts import hash_password


def load(county: Mapping[str, Any]) -> None:
    """Enter units and people; all people share the one password of the file."""
    with transaction() as session:
        units: dict[str, Unit] = {}
        by_name: dict[str, Unit] = {}
        for line in county["units"]:
            parent = by_name.get(line["parent"] or "")
            unit = Unit(
                name=line["name"],
                kind=UnitKind(line["kind"]),
                parent=parent,
                department=by_name.get(line["department"] or ""),
                case_prefix=line.get("case_prefix"),
                letter_prefix=line.get("letter_prefix"),
            )
            session.add(unit)
            session.flush()
            unit.path = f"{parent.path if parent else '/'}{unit.id}/"
            units[line["code"]] = by_name[unit.name] = unit
        root = next(unit for unit in units.values() if unit.parent is None)
        session.add_all(_term(root, line) for line in county.get("terms", ()))
        password = hash_password(county["password"])
        people = {
            line["username"]: User(
                username=line["username"],
                name=line["name"],
                password_hash=password,
                unit=units[line["unit"]],
                grants=[Grant(role=Role(role)) for role in line["roles"]],
            )
            for line in county["people"]
        }
        session.add_all(people.values())
        session.flush()
        for line in county["units"]:
            units[line["code"]].inspector = people.get(line.get("inspector", ""))


def _term(county: Unit, line: Mapping[str, str]) -> SchoolTerm:
    starts_on, ends_on = (date.fromisoformat(line[key]) for key in ("starts_on", "ends_on"))
    return SchoolTerm(county_id=county.id, name=line["name"], starts_on=starts_on, ends_on=ends_on)


def is_empty() -> bool:
    """Tell whether nobody has an account yet."""
    with transaction() as session:
        return session.scalar(select(User.id).limit(1)) is None
