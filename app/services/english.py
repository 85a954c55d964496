"""The English that diagrams carry beside the Chinese: names of elements, articles of timers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from lxml import etree

from app.db import db
from app.domain.process import Diagram, Process
from app.engine.parsing import camunda, parse_xml
from app.services import diagrams


def name_of(diagram: Diagram, element: str, chinese: str) -> str:
    """Return the English name of an element, or the Chinese where it has none."""
    return _english(diagram).get((element, "name"), chinese)


def article_of(diagram: Diagram, element: str, chinese: str) -> str:
    """Return what a timer rests on in English, or the Chinese where it has none."""
    return _english(diagram).get((element, "article"), chinese)


def name_in_process(process_id: int | None, element: str, chinese: str) -> str:
    """Return the English name of an element of the diagram that a process runs on."""
    process = db.session.get(Process, process_id) if process_id else None
    return name_of(process.diagram, element, chinese) if process else chinese


def drawing(xml: str) -> bytes:
    """Return the drawing with its labels in English, where it has them."""
    root = parse_xml(xml)
    for element, attribute, text in _told(root):
        if attribute == "name":
            element.set("name", text)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def names(root: Any) -> dict[str, str]:
    """Return the English names of the elements below *root*, by their ids."""
    return {str(one.get("id")): text for one, about, text in _told(root) if about == "name"}


def _english(diagram: Diagram) -> Mapping[tuple[str, str], str]:
    return _read(diagram.key, diagram.version, diagram.sha256)


@lru_cache(maxsize=256)
def _read(key: str, version: int, _sha256: str) -> Mapping[tuple[str, str], str]:
    """Read the English of one version, by element and attribute; it never changes."""
    root = parse_xml(diagrams.get(key, version).xml)
    return {(str(element.get("id")), attribute): text for element, attribute, text in _told(root)}


def _told(root: Any) -> Iterator[tuple[Any, str, str]]:
    """Yield what elements say in English: element › extensionElements › properties."""
    for prop in list(root.iter(camunda("property"))):
        attribute, _, language = str(prop.get("name")).rpartition("_")
        if language == "en" and prop.get("value"):
            yield prop.getparent().getparent().getparent(), attribute, str(prop.get("value"))
