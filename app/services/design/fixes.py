"""Findings that the program mends by itself, of whatever somebody is drawing. Nothing is kept."""

from __future__ import annotations

from dataclasses import replace

from app.engine import fixing
from app.services import diagrams
from app.services.diagrams import Bundle


def fix(bundle: Bundle, *, code: str, element: str | None) -> Bundle:
    """Return the bundle with one finding mended; the layout stays as it is drawn.

    Raises:
        InvalidDiagram: the drawing is not safe XML.
        CannotFix: the finding is not there any more, or only people can mend it.
    """
    pieces = diagrams.pieces(bundle)
    xml = fixing.fix(bundle.source, pieces, code=code, element=element)
    return replace(bundle, xml=xml)
