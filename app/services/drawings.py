"""Drawings: what is wrong with a diagram before anybody saves it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from app import engine
from app.db import db
from app.domain.errors import NotFound, Problem
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState
from app.engine.step import Source
from app.services import diagrams
from app.services.design import drafts
from app.services.diagrams import Bundle


def lint(xml: bytes) -> list[Problem]:
    """List all that is wrong with a drawing, whatever it is.

    It may use the forms and decision tables of every published diagram.
    """
    forms, decisions = _published()
    return engine.lint(Source("", _text(xml), decisions), diagrams.catalogue(forms))


def bundle(xml: bytes) -> Bundle:
    """Return a drawing with the forms that it names and the tables that it may ask.

    They are those of its own process as it is, and else of any published diagram.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    text = _text(xml)
    key, named = engine.process_id(text), engine.form_keys(text)
    forms, decisions = _published()
    try:
        own = drafts.bundle(key)
    except NotFound:
        own = Bundle(key, "", {}, decisions)
    known = forms | dict(own.forms)
    return Bundle(key, text, {name: known[name] for name in named & set(known)}, own.decisions)


def _text(xml: bytes) -> str:
    # What is no UTF-8 survives as lone surrogates, and the linter says so.
    return xml.decode(errors="surrogateescape")


def _published() -> tuple[dict[str, Any], dict[str, str]]:
    """Return the forms and the decision tables of every published diagram."""
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
    return forms, decisions
