"""Rules about the code itself."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "app").rglob("*.py")) + sorted((ROOT / "config").rglob("*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_has_at_most_300_lines_and_its_functions_40(module):
    text = module.read_text(encoding="utf-8")
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, FUNCTIONS) and node.end_lineno - node.lineno >= 40
    ]

    assert len(text.splitlines()) <= 300
    assert long == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_says_what_it_is(module):
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


FORBIDDEN = ("Manager", "Helper", "Util", "Utils", "Handler", "Processor", "Info", "Data")


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_no_class_hides_behind_an_empty_word(module):
    classes = [
        node.name
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]

    assert [name for name in classes if name.endswith(FORBIDDEN)] == []


OUTSIDE = [m for m in MODULES if "services" not in m.parts and name_of(m) != "app/db.py"]


@pytest.mark.parametrize("module", OUTSIDE, ids=name_of)
def test_only_services_open_transactions(module):
    text = module.read_text(encoding="utf-8")

    assert "transaction()" not in text
    assert ".commit(" not in text


SHARED = [m for m in MODULES if "services" in m.parts and m.name.startswith("_")]


@pytest.mark.parametrize("module", SHARED, ids=name_of)
def test_what_services_share_opens_no_transaction(module):
    assert "transaction()" not in module.read_text(encoding="utf-8")


@pytest.mark.parametrize("module", OUTSIDE, ids=name_of)
def test_nobody_else_imports_what_services_share(module):
    imports = [
        f"{node.module}.{name.name}"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app.services")
        for name in node.names
    ]

    assert [one for one in imports if "._" in one] == []
