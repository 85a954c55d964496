"""Print the figures of this machine and this run as ratios; the last line is JSON."""

import json
import logging
import tempfile
import warnings
from pathlib import Path
from statistics import median

from app.cli.setup import demo_county
from bench import floor, inbox, ledger, loops, ours, plain, register, submit, sweep

CASES, ROUNDS = 20, 7
WATCHED = ("/monitor", "/monitor/timers", "/monitor/statistics", "/ledger")


def main() -> None:
    """Run all of it."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir=".") as name:
        figures = _measure(Path(name).resolve())
    for key, value in figures.items():
        print(f"{key:<42} {value}")
    print(json.dumps(figures))


def _measure(folder: Path) -> dict[str, float]:
    figures = _steps(folder)
    ratio, _ = loops.run(150)
    _, largest = loops.run(10_000)
    figures["step after 150 rejections / first"] = round(ratio, 2)
    figures["state after 10,000 rejections, bytes"] = largest
    with ours.program(folder / "pages") as app:
        password = demo_county()["password"]
        figures["submit through HTTP, CPU ms"] = round(submit.milliseconds(app, password), 2)
        actor = ours.office()
        inbox.fill(actor, 1_000)
        few = inbox.seconds(actor)
        inbox.fill(actor, 100_000)
        figures["inbox at 100,000 / at 1,000 tasks"] = round(inbox.seconds(actor) / few, 2)
        sweep.fill(100_000)
        figures["sweep that finds nothing among 100,000, ms"] = round(sweep.milliseconds(), 2)
    return figures | _watching(folder)


def _watching(folder: Path) -> dict[str, float]:
    """Measure what the pages of those who watch take with few and with many cases."""
    few, many = (_pages(folder / str(cases), cases) for cases in (10_000, 100_000))
    figures: dict[str, float] = {}
    for path in WATCHED:
        figures[f"{path} at 100,000 cases, CPU ms"] = many[path]
        figures[f"{path} at 100,000 / at 10,000 cases"] = round(many[path] / few[path], 2)
    with ours.program(folder / "ledger"):
        actor = ours.office()
        ledger.fill(actor, 100_000)
        seconds, grown = ledger.export(folder, actor)
    figures["ledger of 100,000 rows to Excel, s"] = round(seconds, 1)
    figures["ledger of 100,000 rows to Excel, MB grown"] = round(grown, 1)
    return figures


def _pages(folder: Path, cases: int) -> dict[str, float]:
    with register.program(folder) as app:
        register.fill(cases)
        taken = register.milliseconds(app, *WATCHED)
    return {path: cpu for path, (_wall, cpu) in taken.items()}


def _steps(folder: Path) -> dict[str, float]:
    """Measure the three in turns, so that whatever else the machine does hits all of them."""
    speeds: dict[str, list[float]] = {"floor": [], "plain": [], "ours": []}
    with ours.program(folder / "steps"):
        for number in range(ROUNDS):
            turn = folder / str(number)
            turn.mkdir()
            speeds["floor"].append(floor.run(turn, CASES * 5))
            speeds["plain"].append(plain.run(turn, CASES // 2))
            speeds["ours"].append(ours.run(CASES, prefix=f"R{number}"))
    middle = {name: median(some) for name, some in speeds.items()}
    return {
        "ours / plain SpiffWorkflow, steps per second": round(middle["ours"] / middle["plain"], 2),
        "ours / raw sqlite3 floor": round(middle["ours"] / middle["floor"], 3),
        "steps per second, ours": round(middle["ours"]),
    }


if __name__ == "__main__":
    main()
