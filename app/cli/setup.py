"""Making an installation ready: tables, calendar, diagrams, and the county's people."""

import json
import logging
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState
from app.services import bundles, calendars, county, diagrams
from app.services.design import scenarios

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "config" / "demo" / "county.json"


def prepare(*, county: bool) -> None:
    """Migrate the database, enter the calendar, publish ``bpmn/``; fill in the demo county."""
    migrate()
    calendars.seed()
    if county:
        load_county()
    publish(*sorted((ROOT / "bpmn").glob("*.bpmn")))


def migrate() -> None:
    """Bring the database's tables up to date."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade(directory=str(ROOT / "migrations"))


def publish(*files: Path) -> list[str]:
    """Publish diagrams; return ``key version`` of each, and its state if it is not in force."""
    made = [diagrams.publish(bundles.read(file)) for file in files]
    for file in files:
        scenarios.bring(file.stem, bundles.scenarios_beside(file))
    return [f"{one.key} v{one.version}{_unless_in_force(one)}" for one in made]


def _unless_in_force(diagram: Diagram) -> str:
    return "" if diagram.state is DiagramState.PUBLISHED else f" {diagram.state.label}"


def load_county() -> None:
    """Enter the demo county's units and people, if there is nobody yet."""
    if county.is_empty():
        county.load(demo_county())


def demo_county() -> dict[str, Any]:
    """Return the demo county as it stands in its file."""
    return dict(json.loads(COUNTY.read_text(encoding="utf-8")))
