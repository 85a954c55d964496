"""Figures in words: what a figure is called, and a group of cases that stand side by side."""

from __future__ import annotations

from flask_babel import gettext

from app.domain.vocabulary import Category, Severity, Term
from app.services.axes import Group
from app.services.figures import FIGURES
from app.texts import label

_WORDS: dict[str, type[Term]] = {"category": Category, "severity": Severity}


def figure_name(key: str) -> str:
    """Return what a figure is called in the reader's language."""
    return gettext(FIGURES[key].label)


def figure_text(key: str) -> str:
    """Say what exactly a figure counts."""
    return gettext(FIGURES[key].says)


def group_name(group: Group) -> str:
    """Return what a group is called in the reader's language."""
    if group.narrows in _WORDS:
        return label(_WORDS[group.narrows](group.name))
    return group.name or gettext("未指定责任督学")
