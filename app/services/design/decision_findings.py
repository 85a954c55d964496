"""The linter of decision tables: what is wrong with which cell, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.errors import InvalidDiagram, Listing, Problem, Sentence
from app.domain.vocabulary import Category, Mode, Severity, SourceLevel, Term
from app.engine import compile_decision
from app.engine.cells import compile_cell
from app.engine.decision_sheets import Sheet, read_sheet, trial_problems
from app.engine.expressions import ExpressionError
from app.services.design.reasons import why


@dataclass(frozen=True, slots=True)
class Asked:
    """A table that the program itself asks: why, with which facts, for what."""

    why: str
    facts: frozenset[str]
    outputs: frozenset[str]


#: By the table's id. Every process about a case may carry them; those of the main process count.
ASKED: Mapping[str, Asked] = {
    "time_limit": Asked(
        "立案下达和反弹再整改时，系统用它建议整改方式和时限。",
        frozenset(
            "category severity danger construction staged relapse original_days".split()  # noqa: SIM905
        ),
        frozenset({"mode", "days", "extensions"}),
    ),
    "light": Asked(
        "系统每天用它计算预警灯。",
        frozenset({"remaining", "period", "lag"}),
        frozenset({"light", "notify"}),
    ),
    "authority": Asked(
        "审定时，系统用它判断是否必须实地核查。",
        frozenset({"severity", "mode", "category", "source_level", "cycle", "government"}),
        frozenset({"on_site"}),
    ),
}
#: Facts of a case that are always one of a few words.
WORDS: Mapping[str, type[Term]] = {
    "severity": Severity,
    "mode": Mode,
    "category": Category,
    "source_level": SourceLevel,
}
#: The process whose tables the program can't do without.
MAIN = "rectification"


@dataclass(frozen=True, slots=True)
class CellFinding:
    """What is wrong, and where in the table."""

    problem: Problem
    #: The rule's number; ``None`` where it is no cell.
    row: int | None
    column: str


def findings(
    text: str, declared: Iterable[str] = (), *, key: str = "", asked: bool = False
) -> list[CellFinding]:
    """List all that is wrong with a table, cell by cell.

    *declared* are the variables that its cells may read beside those of its columns; *key* is what
    the table must be called; *asked* says that it is one of those that the program itself asks.
    """
    try:
        sheet = read_sheet(text)
    except InvalidDiagram as error:
        return [CellFinding(one, None, "") for one in error.problems]
    program = ASKED.get(key) if asked else None
    facts = program.facts if program else frozenset[str]()
    found = [*_running(text), *_named(sheet, key), *_asked(sheet, program)]
    found += trial_problems(sheet, facts | frozenset(declared))
    found += _never_met(sheet) if asked else ()
    placed = [CellFinding(one, *_place(sheet, one)) for one in found]
    return sorted(placed, key=lambda one: (one.problem.severity != "error", one.row or 0))


def _place(sheet: Sheet, problem: Problem) -> tuple[int | None, str]:
    row, column = sheet.place_of(problem.element)
    return (
        row or problem.params.get("rule"),
        column or str(problem.params.get("column", "")),
    )


def _running(text: str) -> list[Problem]:
    """Return what keeps the table from running, or is probably not meant."""
    try:
        return compile_decision(text).problems()
    except InvalidDiagram as error:
        return list(error.problems)


def _named(sheet: Sheet, key: str) -> Iterator[Problem]:
    if key and sheet.key != key:
        template = "决策表的 id 须是“%(key)s”，现为“%(other)s”。"
        yield Problem("decision/id", sheet.key, template, {"key": key, "other": sheet.key})


def _asked(sheet: Sheet, program: Asked | None) -> Iterator[Problem]:
    """Name the outputs that the program asks for and the table lacks."""
    wanted = program.outputs if program else frozenset[str]()
    for name in sorted(wanted - {column.text for column in sheet.outputs}):
        template = "系统要用输出列“%(name)s”，请不要删除或改名。"
        yield Problem("decision/asked", sheet.key, template, {"name": name})


def _never_met(sheet: Sheet) -> Iterator[Problem]:
    """Name the cells that a fact never meets, whichever of its words it is."""
    for row in sheet.rows:
        for box, column in zip(row.inputs, sheet.inputs, strict=False):
            words = WORDS.get(column.text)
            if words is None or _can_hold(box.text, words):
                continue
            template = "第 %(rule)d 条规则“%(column)s”列：%(reason)s"
            params = {"rule": row.number, "column": column.label, "reason": _writable(words)}
            yield Problem("decision/word", box.element, template, params)


def _can_hold(text: str, words: type[Term]) -> bool:
    """Tell whether a cell may let a word pass; of one that does not run, others tell."""
    try:
        cell = compile_cell(text)
        return bool(cell.names) or any(cell.holds(str(word), {}) for word in words)
    except ExpressionError:
        return True


def _writable(words: type[Term]) -> Sentence:
    """Say which words there are, as a cell has to write them."""
    written = (
        Sentence("%(word)s（%(meaning)s）", word=f'"{one}"', meaning=Sentence(one.label))
        for one in words
    )
    return Sentence("没有这样的值，永远不会符合。可以写：%(words)s。", words=Listing(written))


def problems(
    tables: Mapping[str, str], steps: Mapping[str, str], declared: Iterable[str], *, case: bool
) -> Iterator[Problem]:
    """Yield what is wrong with the tables of a diagram and isn't said at the steps that use them.

    Of tables that *steps*, by their ids, ask the engine's linter already says why they don't run.
    A diagram about a *case* may carry those that the program asks.
    """
    known = frozenset(declared)
    for key, text in tables.items():
        for one in findings(text, known, key=key, asked=case):
            code = one.problem.code
            if key in steps and code not in _OWN:
                continue
            params = {"table": key, "reason": one.problem.message}
            template = "决策表“%(table)s”：%(reason)s"
            at = steps.get(key)
            yield Problem(code, at, template, params, one.problem.severity, why(code))


#: Codes of what the engine's linter doesn't look for.
_OWN = frozenset(f"decision/{what}" for what in ("name", "type", "word", "id", "asked"))
