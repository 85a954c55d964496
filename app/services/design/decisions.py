"""Decision tables of a process being drawn: listing, checking, trying, keeping, dropping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from app.domain.design import Draft
from app.domain.errors import (
    DomainError,
    Invalid,
    InvalidDiagram,
    Listing,
    NotAllowed,
    NotFound,
    Sentence,
)
from app.domain.form_types import KEY
from app.domain.people import Actor
from app.engine import compile_decision
from app.engine.decision_sheets import Sheet, read_sheet
from app.services.design import decision_findings, standing
from app.services.design.decision_findings import ASKED, MAIN, Asked, CellFinding
from app.services.design.drafts import require_analyst
from app.services.design.standing import Standing
from app.services.diagrams import declared_variables

_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
_TRUTH = {"true": True, "false": False, "是": True, "否": False}
#: A table with one column of each kind and one rule, to begin with.
_BLANK = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
    id="{key}_definitions" namespace="http://camunda.org/schema/1.0/dmn">
  <decision id="{key}">
    <decisionTable id="{key}_table" hitPolicy="FIRST">
      <input id="{key}_input">
        <inputExpression id="{key}_input_expression" typeRef="string"><text>severity</text>
        </inputExpression>
      </input>
      <output id="{key}_output" name="{key}" typeRef="string"/>
      <rule id="{key}_otherwise">
        <inputEntry id="{key}_otherwise_in"><text></text></inputEntry>
        <outputEntry id="{key}_otherwise_out"><text>""</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


@dataclass(frozen=True, slots=True)
class TableLine:
    """One table in the list of a process."""

    key: str
    name: str
    #: Steps of the drawing that use it; ``None``: the drawing can't be read.
    used_by: tuple[str, ...] | None
    asked: Asked | None
    rules: int
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a table says of some inputs."""

    #: Numbers of the rules that match.
    rows: tuple[int, ...] = ()
    outputs: Mapping[str, Any] | None = None
    refusal: Sentence | None = None


def listing(now: Standing) -> list[TableLine]:
    """List the tables of a process, those in use first."""
    users = now.users("decisionRef")
    found = [_line(now, key, users) for key in now.content.decisions]
    return sorted(found, key=lambda one: (not (one.used_by or one.asked), one.key))


def _line(now: Standing, key: str, users: Mapping[str, list[str]] | None) -> TableLine:
    wrong = [one.problem.severity for one in check(now, key, text_of(now, key))]
    sheet = sheet_of(text_of(now, key))
    return TableLine(
        key,
        sheet.name if sheet else key,
        None if users is None else tuple(users.get(key, ())),
        asked(now, key),
        len(sheet.rows) if sheet else 0,
        wrong.count("error"),
        wrong.count("warning"),
    )


def asked(now: Standing, key: str) -> Asked | None:
    """Return what the program itself asks of a table, if it does."""
    return ASKED.get(key) if now.key == MAIN else None


def text_of(now: Standing, key: str) -> str:
    """Return one table.

    Raises:
        NotFound: the process has no such table.
    """
    found = now.content.decisions.get(key)
    if found is None:
        raise NotFound("“%(process)s”没有名为“%(table)s”的决策表。", process=now.name, table=key)
    return found


def sheet_of(text: str) -> Sheet | None:
    """Return a table to look at, ``None`` if it can't be read."""
    try:
        return read_sheet(text)
    except InvalidDiagram:
        return None


def check(now: Standing, key: str, text: str) -> list[CellFinding]:
    """Try every cell of a table as this process would."""
    declared = declared_variables(now.content)
    return decision_findings.findings(text, declared, key=key, asked=now.is_about_case)


def variables_of(sheet: Sheet, text: str) -> dict[str, str]:
    """Return the variables that a trial asks for, each with what people call it."""
    labels = {column.text: column.label for column in sheet.inputs}
    try:
        names = compile_decision(text).inputs
    except InvalidDiagram:
        return {name: label for name, label in labels.items() if name.isidentifier()}
    ordered = [name for name in labels if name in names]
    return {name: labels.get(name, name) for name in [*ordered, *sorted(set(names) - set(ordered))]}


def try_out(text: str, typed: Mapping[str, str]) -> Trial:
    """Ask a table about inputs as they were typed."""
    try:
        sheet, decision = read_sheet(text), compile_decision(text)
    except InvalidDiagram as error:
        return Trial(refusal=error.problems[0].message)
    types = {column.text: column.type for column in sheet.inputs}
    given = {
        name: _typed(typed.get(name, "").strip(), types.get(name, "")) for name in decision.inputs
    }
    rows: tuple[int, ...] = ()
    try:
        rows = tuple(decision.matching(given))
        return Trial(rows, decision.evaluate(given))
    except DomainError as error:
        return Trial(rows, refusal=error.sentence)


def _typed(text: str, kind: str) -> Any:
    """Read what was typed as its column takes it; where that isn't said, as it looks."""
    if text == "":
        return None
    if kind != "string" and text in _TRUTH:
        return _TRUTH[text]
    if kind != "string" and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def keep(now: Standing, key: str, text: str, actor: Actor) -> Draft:
    """Keep one table in the draft, whatever is wrong with its cells.

    Raises:
        NotAllowed: the actor is no analyst.
        DraftChanged: somebody kept the draft since *now*.
    """
    return standing.keep_decisions(now, {**now.content.decisions, key: text}, actor)


def begin(now: Standing, key: str, name: str, actor: Actor) -> str:
    """Begin a table and return its key.

    Raises:
        Invalid: key or name will not do.
    """
    key, name = key.strip(), " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise Invalid(fields={"name": ["名称为1至60个字。"]})
    if not KEY.fullmatch(key):
        rule = "标识用小写英文字母、数字和下划线，以字母开头，例如 site_visit。"
        raise Invalid(fields={"key": [rule]})
    if key in now.content.decisions:
        raise Invalid(fields={"key": ["本流程已有这个标识的决策表，请换一个。"]})
    keep(now, key, _blank(key, name), actor)
    return key


def _blank(key: str, name: str) -> str:
    root = etree.fromstring(_BLANK.format(key=key).encode())
    for element in (root, *root.findall("{*}decision")):
        element.set("name", name)
    return str(etree.tostring(root, encoding="unicode"))


def drop(now: Standing, key: str, actor: Actor) -> Draft:
    """Delete a table that nothing uses.

    Raises:
        NotAllowed: a step or the program itself uses it.
    """
    require_analyst(actor)
    text_of(now, key)
    users = now.users("decisionRef")
    if users is None:
        raise NotAllowed("流程图有误，看不出决策表是否在用；请先改正流程图。")
    if asked(now, key):
        raise NotAllowed("系统要用这张决策表，不能删除。")
    if users.get(key):
        raise NotAllowed("决策表正用于：%(steps)s。", steps=Listing(users[key]))
    rest = {name: text for name, text in now.content.decisions.items() if name != key}
    return standing.keep_decisions(now, rest, actor)
