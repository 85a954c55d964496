"""Compare the English catalogue with what the program says; ``--update`` brings it up to date.

Message ids are the Chinese sentences themselves: whatever templates hand to ``_()``, and every
Chinese text in the program that isn't named in `DATA`.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.domain.errors import DomainError

ROOT = Path(__file__).parents[2]
PO = ROOT / "app/translations/en/LC_MESSAGES/messages.po"
MO = PO.with_suffix(".mo")

#: Where people are spoken to. The terminal and the demo county stay Chinese.
SPEAKING = (
    "domain",
    "services",
    "engine",
    "forms",
    "web",
    "api",
    "http.py",
    "texts.py",
    "account_texts.py",
    "deadline_texts.py",
    "play_texts.py",
    "sayings.py",
    "messages.py",
)
#: Chinese that is no message: the whole module if no name at its top is given.
DATA = {
    "app/api/openapi.py": "",  # the product's name
    "app/deadline_texts.py": "_DIGITS _PLACES _number in_chinese",  # how Chinese writes numbers
    "app/domain/numbering.py": "LETTER_PREFIX",  # the name of a series of Chinese letters
    "app/domain/rule_set_reading.py": "",  # faults of a file, told at the terminal
    "app/domain/rule_sets.py": "BY_DESIGN",  # has its English beside it
    "app/domain/holiday_notice.py": "YES NO MAKE_UP WORK REST _DATE _MADE_UP "
    "_NO_YEAR",  # how notices are written
    "app/services/_letters.py": "_UNITS REASONS draft _within next_number day",  # Chinese letters
    "app/services/calendar_files.py": "_HEADINGS _opposite",  # how notices are written
    "app/services/calendar_sources.py": "",  # Chinese festivals
    "app/services/calendars.py": "SEEDED",  # kept with the calendar
    "app/web/calendar_import.py": "_TEMPLATE",  # how notices are written
    "app/engine/converting/conversion.py": "_PAST",  # kept in the drawing
    "app/services/design/desktop_templates.py": "",  # the desktop modeler's, Chinese
    "app/services/design/exports.py": "_README",  # goes with them
    "app/services/design/exploring.py": "_name",  # kept with the scenario
    "app/services/design/_paper_effects.py": "_issue_letter",  # the number of a Chinese document
    "app/forms/on_paper.py": "_played",  # a form's own words; its English stands beside it
    "app/services/design/signers.py": "_office",  # the name of a unit, kept with the key
    "app/services/founding.py": "COMMITTEE",  # names of units, kept with the county
    "app/services/ledger_cells.py": "_DATE _UNTIL _DAYS _IN_WORKDAYS _YES _NO "
    "severity mode source_level",  # how ledgers are written
    "app/services/ledger_bookkeeping.py": "SHEET",  # a sheet of a Chinese document
    "app/services/ledger_fields.py": "COLUMNS",  # has its English beside it
    "app/services/ledger_layouts.py": "LAYOUTS _UNIT _PROBLEM _LIMIT",  # has its English beside it
    "app/services/ledger_workbook.py": "",  # a Chinese document
    "app/services/ledger_columns.py": "",  # headings, notes and examples of the ledger
    "app/services/ledger_template.py": "",  # the ledger itself, a Chinese document
    "app/services/reports/pictures.py": "",  # a Chinese document
    "app/services/reports/samples.py": "",  # goes into one for a trial
    "app/services/reports/variables.py": "",  # names in Chinese templates
    "app/services/reports/wording.py": "",  # a Chinese document
    "app/services/past/workbook.py": "COLUMNS NOT_RECORDED proof write _head _INK _OVERDUE "
    "_steps",  # goes to Chinese auditors
}

HEADER = "# English. Message ids are the Chinese sentences of the program."
CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w+)\}")
#: Calls whose first argument is a message even if it is but a comma.
TRANSLATING = frozenset({"_", "gettext", "lazy_gettext", "Sentence"})

#: A message id: a text, or the two forms that a plural has to have.
Id = str | tuple[str, str]
#: Line and id; the id is ``None`` where no catalogue can translate the text.
Found = Iterator[tuple[int, Id | None]]


def messages() -> tuple[dict[Id, list[tuple[str, int]]], list[str]]:
    """Return what the program says and where; and what can't be translated."""
    said: dict[Id, list[tuple[str, int]]] = {}
    faults: list[str] = []
    files = sorted(file for part in SPEAKING for file in _files(ROOT / "app" / part))
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        for line, text in _in_template(file) if file.suffix == ".html" else _in_module(file, name):
            if text is None:
                faults.append(f"{name}:{line}: Chinese in an f-string; use Sentence")
            else:
                said.setdefault(text, []).append((name, line))
    return said, faults


def _files(root: Path) -> list[Path]:
    return [root] if root.is_file() else [*root.rglob("*.py"), *root.rglob("*.html")]


def _in_template(file: Path) -> Found:
    with file.open("rb") as opened:
        for line, text, *_ in extract(
            "jinja2.ext:babel_extract", opened, options={"silent": "false"}
        ):
            yield line, text if isinstance(text, str) else (text[0], text[1])


def _in_module(file: Path, name: str) -> Found:
    data = DATA.get(name)
    if data == "":
        return
    errors = _errors_of(name)
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if not _names(node) & set((data or "").split()):
            yield from _texts(node, errors)


def _texts(node: ast.AST, errors: set[str]) -> Found:
    """Yield the messages in a statement; of docstrings only those of errors."""
    if isinstance(node, ast.JoinedStr) and CHINESE.search(ast.unparse(node)):
        yield node.lineno, None
    elif isinstance(node, ast.Constant) and CHINESE.search(str(node.value)):
        yield node.lineno, str(node.value)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ngettext":
        yield node.lineno, (_text(node.args[0]), _text(node.args[1]))
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        for child in ast.iter_child_nodes(node):
            yield from _texts(child, errors)
        if isinstance(node, ast.ClassDef) and node.name in errors:
            yield node.lineno, ast.get_docstring(node, clean=False)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TRANSLATING:
            first = _text(node.args[0])
            yield from [] if CHINESE.search(first) or not first else [(node.lineno, first)]


def _text(node: ast.AST) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _names(node: ast.stmt) -> set[str]:
    """Return the names that a statement at the top of a module binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    names = (one for one in ast.walk(node) if isinstance(one, ast.Name))
    return {one.id for one in names if isinstance(one.ctx, ast.Store)}


def _errors_of(name: str) -> set[str]:
    """Return the names of a module's errors: their docstrings are messages."""
    module = import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    classes = [value for value in vars(module).values() if isinstance(value, type)]
    return {one.__name__ for one in classes if issubclass(one, DomainError)}


def problems() -> list[str]:
    """List all that is wrong with the catalogue."""
    said, found = messages()
    catalogue = load()
    for text, places in said.items():
        if fault := _fault(text, catalogue.get(text)):
            found.append(f"{places[0][0]}:{places[0][1]}: {fault}: {text}")
    stale = [message.id for message in catalogue if message.id and message.id not in said]
    found += [f"{PO.relative_to(ROOT)}: no longer used: {text}" for text in stale]
    if not MO.exists() or MO.read_bytes() != compiled(catalogue):
        found.append(f"{MO.relative_to(ROOT)}: not compiled from {PO.name}")
    return found


def _fault(text: Id, message: Message | None) -> str | None:
    forms = _forms(message.string if message else None)
    if not forms or not all(forms):
        return "not translated"
    if message is not None and message.fuzzy:
        return "fuzzy"
    wanted = set(PLACEHOLDER.findall(_forms(text)[0]))
    return None if all(set(PLACEHOLDER.findall(f)) == wanted for f in forms) else "placeholders"


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def load() -> Catalog:
    """Read the catalogue."""
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as gettext reads it."""
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def update() -> None:
    """Add what is missing, drop what is stale, compile."""
    old = load()
    new = Catalog("en", header_comment=HEADER, project="xiaohao", version="0", fuzzy=False)
    new.creation_date = new.revision_date = old.creation_date
    new.msgid_bugs_address = new.last_translator = new.language_team = "-"
    for text, places in messages()[0].items():
        known = old.get(text)
        files = [(file, 0) for file in dict.fromkeys(file for file, _ in places)]
        new.add(text, known.string if known else "", locations=files)
    with PO.open("wb") as file:
        write_po(file, new, width=100, sort_by_file=True, include_lineno=False)
    MO.write_bytes(compiled(load()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true")
    if parser.parse_args().update:
        update()
    wrong = problems()
    sys.stdout.write("\n".join(wrong or ["translations: complete"]) + "\n")
    sys.exit(1 if wrong else 0)
