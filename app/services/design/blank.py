"""The drawing that a new process begins with."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

_BLANK = Path(__file__).with_name("blank.bpmn").read_text(encoding="utf-8")


def drawing(key: str, name: str) -> str:
    """Return a process of nothing but its beginning and its end."""
    return _BLANK.format(key=key, name=escape(name, {'"': "&quot;"}))
