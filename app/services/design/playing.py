"""Play: a process walked through on paper, with the real engine, calendar, rules and tables.

Nothing is stored: a play is made anew from its script, the same each time. Time passes only by
moves; what runs out on the way strikes when it is due, so a school year takes no longer than its
deadlines are many.
"""

from __future__ import annotations

from app.db import db
from app.services import calendars, rule_sets
from app.services.design._paper import World
from app.services.design._walking import Walk
from app.services.design.played import Check, Clock, Fault, Move, Played, Script, Sheet, as_given
from app.services.diagrams import Bundle

__all__ = [
    "Check",
    "Clock",
    "Fault",
    "Move",
    "Played",
    "Script",
    "Sheet",
    "World",
    "as_given",
    "play",
    "world_of",
]


def world_of(county_id: int | None) -> World:
    """Return by what deadlines are counted in a county now."""
    rules = rule_sets.of_county(db.session(), county_id)
    return World(calendars.current(county_id), rules)


def play(bundle: Bundle, script: Script, world: World, check: Check = as_given) -> Played:
    """Play *script* from its beginning.

    What goes wrong on the way ends the play and is told as its fault.

    Raises:
        InvalidDiagram: the drawing cannot run.
    """
    walk = Walk(bundle, script, world, check)
    walk.walk()
    return walk.played()
