"""A case that is sent back again and again: the last step must cost what the first did."""

from statistics import median
from time import perf_counter

from app import engine
from app.engine.step import Source
from bench.path import BPMN


def run(loops: int) -> tuple[float, int]:
    """Reject the plan *loops* times.

    Return how much slower the last 20 steps are than the first 20, and the state's size in bytes.
    """
    diagram = engine.compile(Source("rectify", BPMN.read_text(encoding="utf-8")))
    step = engine.start(diagram, {})
    times, largest = [], 0
    step = engine.complete(diagram, step.state, step.opened[0].id, {})
    for _ in range(loops):
        started = perf_counter()
        step = engine.complete(diagram, step.state, step.opened[0].id, {})
        step = engine.complete(diagram, step.state, step.opened[0].id, {"plan_ok": False})
        times.append(perf_counter() - started)
        largest = max(largest, len(step.state.encode()))
    warm = times[5:]
    return median(warm[-20:]) / median(warm[:20]), largest
