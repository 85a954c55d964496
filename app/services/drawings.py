"""Drawings: what is wrong with a diagram before anybody saves it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from app import engine
from app.db import db
from app.domain.errors import Problem
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState
from app.engine.step import Source
from app.services import diagrams


def lint(xml: bytes) -> list[Problem]:
    """List all that is wrong with a drawing, whatever it is.

    It may use the forms and decision tables of every published diagram.
    """
    query = (
        select(Diagram)
        .filter_by(state=DiagramState.PUBLISHED)
        .options(undefer(Diagram.forms), undefer(Diagram.decisions))
    )
    forms: dict[str, Any] = {}
    decisions: dict[str, str] = {}
    for row in db.session.scalars(query):
        forms |= row.forms
        decisions |= row.decisions
    # What is no UTF-8 survives as lone surrogates, and the linter says so.
    text = xml.decode(errors="surrogateescape")
    return engine.lint(Source("", text, decisions), diagrams.catalogue(forms))
