"""The path that all three walk: twelve durable steps from 下达 to the last spot check."""

from pathlib import Path

BPMN = Path(__file__).parent / "rectify.bpmn"

#: (element, variables declared by completing it); ``watch`` is a timer.
STEPS: tuple[tuple[str, dict[str, bool]], ...] = (
    ("notice", {}),
    ("plan", {}),
    ("plan_review", {"plan_ok": False}),
    ("plan", {}),
    ("plan_review", {"plan_ok": True}),
    ("report", {}),
    ("first_review", {"first_ok": True}),
    ("site_check", {"site_ok": True}),
    ("close_approval", {}),
    ("watch", {}),
    ("spot_check", {}),
)
#: Starting the process is a durable step too.
LENGTH = len(STEPS) + 1
