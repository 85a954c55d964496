"""Who is who in the demo county: its accounts, and whose turn a task is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.people import UNIT_ROLES
from app.domain.process import Task
from app.domain.vocabulary import Role

FOLDER = Path(__file__).parents[2] / "config" / "demo"


@cache
def _county() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "county.json").read_text(encoding="utf-8")))


def accounts() -> list[dict[str, Any]]:
    """List the accounts one may sign in with: names, password, roles and what they are called."""
    county = _county()
    units = {unit["code"]: unit["name"] for unit in county["units"]}
    return [
        {
            "username": one["username"],
            "password": county["password"],
            "name": one["name"],
            "roles": one["roles"],
            "unit": units[one["unit"]],
            "labels": [Role(role).label for role in one["roles"]],
        }
        for one in county["people"]
    ]


def whose(task: Task) -> str:
    """Return the username of whoever completes *task* when the story names nobody."""
    if task.assignee is not None:
        return task.assignee.username
    of_unit = Role(task.role) in UNIT_ROLES
    return next(
        str(one["username"])
        for one in accounts()
        if task.role in one["roles"] and not (of_unit and one["unit"] != task.unit.name)
    )
