"""What people bring from elsewhere: told apart, read, converted, and measured before it is taken.

A drawing, a form, a decision table, an archive of them, or a bundle that another office signed.
Nothing is stored here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from app import engine
from app.domain.errors import DomainError, Invalid, InvalidDiagram, NotFound, Problem
from app.domain.form_reading import problem, shape_faults
from app.engine.converting import Change, convert, decision_key
from app.services import diagrams, drawings
from app.services.design import archives, drafts, sealed
from app.services.design.sealed import Seal
from app.services.diagrams import Bundle

#: In bytes, of what is uploaded.
LARGEST = 5_000_000
#: Findings beyond that nobody reads; errors come first.
MOST_FINDINGS = 500

_DRAWINGS, _TABLES, _FORMS = (".bpmn", ".bpmn20.xml"), (".dmn",), (".form", ".form.json")
_BPMN_MARK = b"http://www.omg.org/spec/BPMN/20100524/MODEL"
_UNFIT = re.compile(r"[^a-z0-9_]+")


class Unreadable(Invalid):
    """文件不是流程图、表单或决策表。"""

    code = "file/kind"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a file would become, and what there is to say about it."""

    bundle: Bundle
    name: str
    #: The file's own name, for the history.
    file: str
    #: Names of the forms and tables that came with it.
    brought: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    left_out: int = 0
    #: Files of an archive that are nothing to us.
    skipped: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    seal: Seal | None = None
    #: Why the signed bundle can't become a version, if it is one.
    seal_fault: DomainError | None = None

    @property
    def errors(self) -> list[Problem]:
        """What keeps it from becoming a version."""
        return [one for one in self.problems if one.severity == "error"]

    @property
    def can_be_version(self) -> bool:
        """Whether it may go straight to review."""
        return self.seal is not None and self.seal_fault is None and not self.errors


@dataclass(slots=True)
class _Pieces:
    """The files of one delivery, told apart."""

    drawings: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    @property
    def drawing(self) -> str:
        """The one drawing; empty if there is none."""
        return next(iter(self.drawings.values()), "")


def read(data: bytes, file: str, *, into: str | None = None) -> Incoming:
    """Return what a file would become; *into* is the process that it is meant for.

    Raises:
        Invalid: it is nothing that we know, or an archive that can't be opened.
        InvalidDiagram: something in it is no safe XML, or no form.
        NotFound: there is no process *into*.
    """
    files = archives.unpacked(data) if archives.is_archive(data) else {file: data}
    seal, fault = None, None
    if sealed.is_sealed(files):
        seal, files = sealed.opened(files)
        fault = _distrust(seal)
    pieces = _told_apart(files)
    if seal is not None:
        found = Incoming(_as_signed(seal, pieces), seal.name, file, _brought(pieces))
    elif pieces.drawings:
        found = _drawn(pieces, file, into)
    else:
        found = _added(pieces, file, into)
    found = replace(found, skipped=tuple(pieces.skipped), seal=seal, seal_fault=fault)
    problems = sorted(diagrams.lint(found.bundle), key=lambda one: one.severity != "error")
    return replace(found, problems=tuple(problems[:MOST_FINDINGS]))


def _distrust(seal: Seal) -> DomainError | None:
    try:
        sealed.require_trusted(seal)
    except sealed.UnknownSigner as error:
        return error
    return None


def _told_apart(files: Mapping[str, bytes]) -> _Pieces:
    pieces = _Pieces()
    for name, content in files.items():
        low = name.lower()
        if low.endswith(_DRAWINGS) or (low.endswith(".xml") and _BPMN_MARK in content):
            pieces.drawings[name] = _text(content)
        elif low.endswith(_TABLES):
            text = _text(content)
            _put(pieces.tables, decision_key(text) or _stem(name), text)
        elif low.endswith(_FORMS):
            _put(pieces.forms, _stem(name), _form(name, content))
        else:
            pieces.skipped.append(name)
    _require_sense(pieces)
    return pieces


def _require_sense(pieces: _Pieces) -> None:
    if not (pieces.drawings or pieces.tables or pieces.forms):
        raise Unreadable("没有可导入的内容：请选择 .bpmn、.dmn、.form 文件，或含有它们的 .zip。")
    if len(pieces.drawings) > 1:
        names = "、".join(sorted(pieces.drawings)[:5])
        template = "一次只能导入一个流程图，压缩包中有 %(count)d 个：%(names)s。"
        raise Unreadable(template, count=len(pieces.drawings), names=names)


def _put(known: dict[str, Any], key: str, one: Any) -> None:
    if key in known:
        raise Unreadable("有两个文件都叫“%(name)s”，请只留一个。", name=key[:80])
    known[key] = one


def _stem(name: str) -> str:
    return PurePosixPath(name).name.removesuffix(".json").rsplit(".", 1)[0]


def _text(content: bytes) -> str:
    # What is no UTF-8 survives as lone surrogates, and the parser says so.
    return content.decode(errors="surrogateescape")


def _form(name: str, content: bytes) -> dict[str, Any]:
    """Return a form.

    Raises:
        InvalidDiagram: it can't be read.
    """
    try:
        form = json.loads(content)
    except (ValueError, RecursionError) as error:
        template = "表单文件%(name)s不是有效的JSON。"
        raise InvalidDiagram([Problem("file/form", None, template, {"name": name})]) from error
    if faults := shape_faults(form):
        raise InvalidDiagram([problem(fault, _stem(name)) for fault in faults[:50]])
    found: dict[str, Any] = form
    return found


def _brought(pieces: _Pieces) -> tuple[str, ...]:
    return (*sorted(pieces.forms), *sorted(pieces.tables))


def _as_signed(seal: Seal, pieces: _Pieces) -> Bundle:
    """Return exactly what was signed, and nothing else."""
    return Bundle(seal.key, pieces.drawing, pieces.forms, pieces.tables)


def _added(pieces: _Pieces, file: str, into: str | None) -> Incoming:
    """Return a process as it is, with forms and tables put in or replaced."""
    if into is None:
        raise Unreadable("文件中没有流程图，请选择这些表单和决策表要导入到哪个流程。")
    base = drafts.bundle(into)
    forms = {**base.forms, **_named(pieces.forms, base.xml)}
    tables = {**base.decisions, **pieces.tables}
    bundle = replace(base, forms=forms, decisions=tables)
    return Incoming(bundle, engine.process_name(base.xml), file, _brought(pieces))


def _drawn(pieces: _Pieces, file: str, into: str | None) -> Incoming:
    """Return a drawing in our way, with what came with it and what the process has already."""
    forms = _named(pieces.forms, pieces.drawing)
    converted = convert(
        pieces.drawing, diagrams.catalogue(forms), forms=forms, decisions=pieces.tables
    )
    own = drawings.bundle(converted.xml.encode(errors="surrogateescape"))
    key = into or _key_of(converted.xml, file)
    bundle = Bundle(
        key,
        converted.xml,
        {**own.forms, **converted.forms},
        {**_tables(key, own), **pieces.tables},
    )
    return Incoming(
        bundle,
        engine.process_name(converted.xml) or _stem(file),
        file,
        _brought(pieces),
        converted.changes,
        converted.left_out,
    )


def _named(forms: Mapping[str, dict[str, Any]], xml: str) -> dict[str, Any]:
    """Return forms by the keys that a drawing names them by: their own ids, or their files."""
    found: dict[str, Any] = {}
    for stem, form in forms.items():
        own = form.get("id")
        _put(found, own if isinstance(own, str) and f'"{own}"' in xml else stem, form)
    return found


def _tables(key: str, own: Bundle) -> dict[str, str]:
    """Return the tables that a process has already; of a new one, those that it names."""
    try:
        return dict(drafts.bundle(key).decisions)
    except NotFound:
        named = engine.decision_keys(own.xml)
        return {name: text for name, text in own.decisions.items() if name in named}


def _key_of(xml: str, file: str) -> str:
    """Return a key that a new process could have, after its id or else after its file."""
    for said in (engine.process_id(xml), _stem(file)):
        key = _UNFIT.sub("_", said.lower()).strip("_")[:60]
        if re.fullmatch(r"[a-z][a-z0-9_]+", key):
            return key
    return "imported_process"
