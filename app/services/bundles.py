"""Reading diagrams from files: the bundle of a .bpmn file, its forms and decision tables."""

import json
from pathlib import Path
from typing import Any

from app.domain.errors import InvalidDiagram, Problem
from app.engine import form_keys
from app.services.diagrams import Bundle


def read(file: Path) -> Bundle:
    """Return the diagram in *file* with the forms and tables that it names beside it.

    Its forms lie in ``forms/<key>.form``. All decision tables of the folder go with it: the program
    itself asks some of them, of the version that a process runs on.

    Raises:
        InvalidDiagram: the file or one that it names can't be read.
    """
    xml = _text(file)
    names = sorted(form_keys(xml))
    forms = {key: _json(file.parent / "forms" / f"{key}.form") for key in names}
    tables = {table.stem: _text(table) for table in sorted(file.parent.glob("*.dmn"))}
    return Bundle(file.stem, xml, forms, tables)


def scenarios_beside(file: Path) -> list[dict[str, Any]]:
    """Return the scenarios of a diagram, ``scenarios/<key>.json`` beside it, if it has any.

    Raises:
        InvalidDiagram: the file can't be read.
    """
    beside = file.parent / "scenarios" / f"{file.stem}.json"
    return list(_json(beside).get("scenarios", ())) if beside.exists() else []


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _fault("file/unreadable", "无法读取文件%(name)s。", file) from error


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(file))
    except json.JSONDecodeError as error:
        raise _fault("file/form", "表单文件%(name)s不是有效的JSON。", file) from error
    return dict(found)


def _fault(code: str, template: str, file: Path) -> InvalidDiagram:
    return InvalidDiagram([Problem(code, None, template, {"name": str(file)})])
