"""Which cells of a workbook's sheets are merged; the reader of long sheets doesn't tell."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO
from xml.parsers import expat

from app.services._content.archives import Broken, Limits, parts

_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ID = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
#: Is told of each element: its part, its tag, its attributes.
_See = Callable[[str, str, Mapping[str, str]], None]


def merged_cells(file: BinaryIO, limits: Limits) -> Mapping[str, list[str]]:
    """Return the merged ranges (``A2:B3``) of each sheet that has any, by the sheet's name.

    Raises:
        Invalid: the file is broken.
        TooLarge: it unpacks to more than *limits*.
    """
    ranges: dict[str, list[str]] = {}
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def see(part: str, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rsplit(" ", 1)[-1]
        if part == _BOOK and name == "sheet":
            sheets[attributes.get(_ID, "")] = attributes.get("name", "")
        elif part == _LINKS and name == "Relationship":
            target = attributes.get("Target", "")
            targets[posixpath.normpath(posixpath.join("/xl", target))] = attributes.get("Id", "")
        elif name == "mergeCell":
            ranges.setdefault(f"/{part}", []).append(attributes.get("ref", ""))

    for part, chunks in parts(file, limits):
        if part in (_BOOK, _LINKS) or part.startswith("xl/worksheets/"):
            _parse(part, chunks, see)
    return {sheets.get(targets.get(part, ""), ""): found for part, found in ranges.items()}


def _parse(part: str, chunks: Iterator[bytes], see: _See) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda tag, attributes: see(part, tag, attributes)
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Broken from error
