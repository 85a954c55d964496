"""The units that a ledger may name, and whom somebody may have meant."""

from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Sentence
from app.domain.people import Actor, Unit
from app.services.ledger_cells import Unreadable, folded

#: Looking for similar names is slow; a file that is wrong throughout doesn't get many.
_MOST_GUESSES = 50


class UnitNames:
    """The names of a county's active units."""

    def __init__(self, session: Session, actor: Actor) -> None:
        query = select(Unit.name, Unit.id, Unit.department_id).where(
            Unit.active, Unit.path.startswith(f"/{actor.county_id}/")
        )
        units = session.execute(query).all()
        self._names: dict[str, str] = {folded(unit.name): unit.name for unit in units}
        self._own = {
            unit.name for unit in units if (unit.department_id or actor.county_id) == unit.id
        }
        self._guesses: dict[str, list[str]] = {}

    def knows(self, name: str) -> bool:
        """Tell whether there is an active unit with just this name."""
        return self._names.get(folded(name)) == name

    def is_its_own_department(self, name: str | None) -> bool:
        """Tell whether nobody but the unit itself would be competent for it."""
        return name in self._own

    def find(self, written: str) -> str:
        """Return the name as the system has it, whatever the width of its brackets.

        Raises:
            Unreadable: there is no such unit.
        """
        key = folded(written)
        if key in self._names:
            return self._names[key]
        guesses = self._guess(key)
        meant = Sentence("请写系统中的全称。")
        if guesses:
            meant = Sentence("您是否指“%(name)s”？", name=guesses[0])
        raise Unreadable("没有名为“%(name)s”的单位。%(meant)s", name=written, meant=meant)

    def _guess(self, key: str) -> list[str]:
        if key not in self._guesses and len(self._guesses) < _MOST_GUESSES:
            close = get_close_matches(key, self._names, n=1, cutoff=0.5)
            self._guesses[key] = [self._names[one] for one in close]
        return self._guesses.get(key, [])
