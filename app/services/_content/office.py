"""Office documents: what they may not carry. They are read as streams, never as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO
from xml.parsers import expat

from app.domain.errors import Invalid
from app.services._content.archives import Broken, Limits, parts

CONTENT_TYPES = "[Content_Types].xml"

_MACROS = "文件含有宏，请另存为不含宏的文件后再试。"
_OUTSIDE = "文件链接到外部文件或程序（%(part)s），请断开链接后再试。"

#: A link that a reader clicks is harmless; all else outside is fetched without asking.
_CLICKABLE = ("http://", "https://", "mailto:", "tel:")

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_INSTRUCTIONS = frozenset(f"{space} instrText" for space in _WORD)
_SIMPLE_FIELDS = frozenset(f"{space} fldSimple" for space in _WORD)

Start = Callable[[str, Mapping[str, str]], None]


def inspect(file: BinaryIO, limits: Limits) -> frozenset[str]:
    """Read all of a document and return the names of its parts.

    Raises:
        Invalid: it is broken, or holds macros, a DOCTYPE, or references that are fetched from
            outside when it is opened.
        TooLarge: it unpacks to more than *limits*.
    """
    names = set()
    for name, chunks in parts(file, limits):
        names.add(name)
        if name.lower().endswith("vbaproject.bin"):
            raise Invalid(_MACROS)
        if name.lower().endswith((".xml", ".rels")):
            reader = _Reader(name)
            for chunk in chunks:
                reader.feed(chunk)
            reader.close()
    if CONTENT_TYPES not in names:
        raise Broken
    return frozenset(names)


class _Reader:
    """An XML part, parsed for what it may not say. Without a DOCTYPE there are no entities."""

    def __init__(self, name: str) -> None:
        self._name = name
        #: The instructions of a Word part's fields, which may come in pieces.
        self._instructions: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._watch()

    def _watch(self) -> Start | None:
        """Return who looks at each element; none in sheets, which are long and can do nothing."""
        if self._name == CONTENT_TYPES:
            return self._see_content_type
        if self._name.endswith(".rels"):
            return self._see_relationship
        if self._name.startswith("xl/externalLinks/"):
            return self._see_external_link
        return self._see_word if self._name.startswith("word/") else None

    def feed(self, chunk: bytes) -> None:
        """Parse some more."""
        self._parse(chunk, last=False)

    def close(self) -> None:
        """Parse to the end."""
        self._parse(b"", last=True)
        if "DDE" in "".join(self._instructions).upper():
            raise Invalid(_OUTSIDE, part=self._name)

    def _parse(self, chunk: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(chunk, last)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise Broken from error

    def _see_content_type(self, tag: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if "macro" in kind or "vbaproject" in kind or "activex" in kind:
            raise Invalid(_MACROS)

    def _see_relationship(self, tag: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("Type", "").rsplit("/", 1)[-1].lower()
        if "vbaproject" in kind or "macrosheet" in kind:
            raise Invalid(_MACROS)
        if attributes.get("TargetMode", "").lower() != "external":
            return
        target = attributes.get("Target", "").strip().lower()
        if kind != "hyperlink" or not target.startswith(_CLICKABLE):
            raise Invalid(_OUTSIDE, part=self._name)

    def _see_external_link(self, tag: str, attributes: Mapping[str, str]) -> None:
        if _local(tag) in ("ddeLink", "oleLink"):
            raise Invalid(_OUTSIDE, part=self._name)

    def _see_word(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _INSTRUCTIONS:
            self._parser.CharacterDataHandler = self._instructions.append
            self._parser.EndElementHandler = self._end_instruction
        elif tag in _SIMPLE_FIELDS:
            self._instructions += [v for k, v in attributes.items() if _local(k) == "instr"]

    def _end_instruction(self, tag: str) -> None:
        self._parser.CharacterDataHandler = self._parser.EndElementHandler = None


def _local(tag: str) -> str:
    return tag.rsplit(" ", 1)[-1]


def _refuse_doctype(*_declaration: object) -> None:
    raise Invalid("文件含有不允许的文档类型声明（DOCTYPE）。")
