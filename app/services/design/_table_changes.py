"""The differences between two sets of decision tables: columns, rows, cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.domain.design_terms import ChangeAct, ChangePart, ChangeWeight
from app.domain.errors import InvalidDiagram, Listing, Sentence
from app.engine.tabulating import Column, Row, Table, tabulate
from app.services.design.changing import Change, quoted


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """Yield what differs between two sets of decision tables, by decision id."""
    for key in dict.fromkeys((*after, *before)):
        if before.get(key) == after.get(key):
            continue
        try:
            yield from _table(key, before.get(key), after.get(key))
        except InvalidDiagram:
            sentence = Sentence("决策表“%(table)s”无法读取，只知道内容有改动", table=key)
            yield _of(key, sentence)


def _of(key: str, sentence: Sentence) -> Change:
    return Change(sentence=sentence, part=ChangePart.TABLE, element=key, was=key, kind="table")


def _table(key: str, before: str | None, after: str | None) -> Iterator[Change]:
    if before is None or after is None:
        told = _name(tabulate(after or before or ""), key)
        if before is None:
            added = Sentence("新增决策表“%(table)s”", table=told)
            yield replace(_of(key, added), act=ChangeAct.ADDED, was="")
        else:
            gone = Sentence("删除决策表“%(table)s”", table=told)
            yield replace(_of(key, gone), act=ChangeAct.REMOVED)
        return
    yield from _Comparison(key, tabulate(before), tabulate(after)).changes()


def _name(table: Table, key: str) -> str:
    return quoted(table.name) or key


class _Comparison:
    """Two versions of one table."""

    def __init__(self, key: str, old: Table, new: Table) -> None:
        self.old, self.new = old, new
        self.name = _name(new, key)
        self.usual = _of(key, Sentence(key))
        self.origin = _origins(old, new)
        #: Place of each later column in the earlier table.
        self.columns = _places(old, new)

    def changes(self) -> Iterator[Change]:
        yield from self._heading()
        yield from self._columns()
        yield from self._rows()
        yield from self._order()

    def _say(self, template: str, **told: Any) -> Change:
        return replace(self.usual, sentence=Sentence(template, table=self.name, **told))

    def _from_to(self, template: str, before: str, after: str, **told: Any) -> Change:
        shown = {"before": _shown(before), "after": _shown(after), **told}
        return replace(self._say(template, **shown), before=before, after=after)

    def _heading(self) -> Iterator[Change]:
        if self.old.name != self.new.name:
            said = self._say("决策表“%(before)s”改名为“%(table)s”", before=quoted(self.old.name))
            yield replace(said, weight=ChangeWeight.WORDING, aspect="name")
        if self.old.hit_policy != self.new.hit_policy:
            template = "决策表“%(table)s”的命中策略由%(before)s改为%(after)s"
            said = self._from_to(template, self.old.hit_policy, self.new.hit_policy)
            yield replace(said, aspect="hit_policy")

    def _columns(self) -> Iterator[Change]:
        for column, place in zip(self.new.columns, self.columns, strict=True):
            if place is None:
                said = self._say("决策表“%(table)s”新增列“%(column)s”", column=column.label)
                yield replace(said, act=ChangeAct.ADDED, kind="column", aspect=column.id)
            else:
                yield from self._column(self.old.columns[place], column)
        for place, column in enumerate(self.old.columns):
            if place not in self.columns:
                said = self._say("决策表“%(table)s”删除列“%(column)s”", column=column.label)
                yield replace(said, act=ChangeAct.REMOVED, kind="column", aspect=column.id)

    def _column(self, old: Column, new: Column) -> Iterator[Change]:
        if old.label != new.label:
            template = "决策表“%(table)s”的列%(before)s改名为%(after)s"
            said = self._from_to(template, old.label, new.label)
            aspect = f"{new.id}:label"
            yield replace(said, kind="column", weight=ChangeWeight.WORDING, aspect=aspect)
        for name, was, now in (("text", old.text, new.text), ("type", old.type, new.type)):
            if was != now:
                template = "决策表“%(table)s”的列“%(column)s”由%(before)s改为%(after)s"
                said = self._from_to(template, was, now, column=new.label)
                yield replace(said, kind="column", aspect=f"{new.id}:{name}")

    def _rows(self) -> Iterator[Change]:
        numbers = {row.id: n for n, row in enumerate(self.new.rows, start=1)}
        for row in self.new.rows:
            was = self.origin.get(row.id)
            if was is None:
                told = {"row": numbers[row.id], "cells": _cells(self.new, row)}
                said = self._say("决策表“%(table)s”新增第%(row)s行：%(cells)s", **told)
                yield replace(said, act=ChangeAct.ADDED, kind="row", aspect=row.id)
            else:
                yield from self._row(numbers[row.id], was, row)
        kept = {row.id for row in self.origin.values()}
        for number, row in enumerate(self.old.rows, start=1):
            if row.id not in kept:
                told = {"row": number, "cells": _cells(self.old, row)}
                said = self._say("决策表“%(table)s”删除原第%(row)s行：%(cells)s", **told)
                yield replace(said, act=ChangeAct.REMOVED, kind="row", aspect=row.id)

    def _row(self, number: int, old: Row, new: Row) -> Iterator[Change]:
        for place, column in enumerate(self.new.columns):
            before = self.columns[place]
            if before is None or _cell(old, before) == _cell(new, place):
                continue
            template = "决策表“%(table)s”第%(row)s行的“%(column)s”由%(before)s改为%(after)s"
            told = {"row": number, "column": column.label}
            said = self._from_to(template, _cell(old, before), _cell(new, place), **told)
            yield replace(said, kind="row", aspect=f"{new.id}:{column.id}")
        if old.note != new.note:
            template = "决策表“%(table)s”第%(row)s行的备注由%(before)s改为%(after)s"
            said = self._from_to(template, old.note, new.note, row=number)
            aspect = f"{new.id}:note"
            yield replace(said, kind="row", weight=ChangeWeight.WORDING, aspect=aspect)

    def _order(self) -> Iterator[Change]:
        """Say that rows stand in another order; it matters where the first that fits counts."""
        was = [row.id for row in self.old.rows]
        places = [
            was.index(self.origin[row.id].id) for row in self.new.rows if row.id in self.origin
        ]
        if places != sorted(places):
            said = self._say("决策表“%(table)s”调整了行的顺序")
            is_first = self.new.hit_policy == "FIRST"
            weight = ChangeWeight.SUBSTANCE if is_first else ChangeWeight.LAYOUT
            yield replace(said, act=ChangeAct.MOVED, weight=weight, aspect="order")


def _origins(old: Table, new: Table) -> dict[str, Row]:
    """Return the earlier row of each later one: by id, else the one with the same cells."""
    by_id = old.by_id
    found = {row.id: by_id[row.id] for row in new.rows if row.id in by_id}
    taken = set(found)
    free: dict[tuple[str, ...], list[Row]] = {}
    for row in reversed(old.rows):
        if row.id not in taken:
            free.setdefault(row.cells, []).append(row)
    for row in new.rows:
        if row.id not in found and (same := free.get(row.cells)):
            found[row.id] = same.pop()
    return found


def _places(old: Table, new: Table) -> list[int | None]:
    """Return where each later column stood: by id, else by what it asks or sets."""
    by_id = {column.id: place for place, column in enumerate(old.columns)}
    by_text = {(one.is_output, one.text): place for place, one in enumerate(old.columns)}
    return [by_id.get(one.id, by_text.get((one.is_output, one.text))) for one in new.columns]


def _cell(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _shown(text: str) -> Sentence:
    return Sentence("“%(text)s”", text=quoted(text)) if text else Sentence("（空）")


def _cells(table: Table, row: Row) -> Listing:
    """Say what a row asks and sets; what is empty goes without saying."""
    told = [
        Sentence("%(column)s为%(value)s", column=column.label, value=quoted(text))
        for column, text in zip(table.columns, row.cells, strict=False)
        if text and text != "-"
    ]
    return Listing(told)
