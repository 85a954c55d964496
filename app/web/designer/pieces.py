"""The catalogue as the drawing board offers it: what can be chosen, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import g
from flask_babel import gettext

from app import engine
from app.domain.errors import InvalidDiagram
from app.domain.form import components
from app.domain.rule_sets import TimeLimit, Words
from app.domain.vocabulary import Role, Stage
from app.engine.outlines import decision_outline
from app.engine.references import form_users
from app.services import catalogue, rule_sets
from app.services.design.form_findings import readable
from app.services.diagrams import START_VARIABLES, Bundle
from app.texts import label, language
from app.web.designer.parameters import chosen_for, name_of_parameter, notices
from app.web.designer.variables import Variable, decided, start_variable, variables_of_form

#: Those who keep the program running, and are given nothing to do in a case.
_ASIDE = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

Choice = dict[str, Any]
#: Key, name, and the variables that it sets.
Table = tuple[str, str, list[Variable]]


def pieces(bundle: Bundle) -> dict[str, list[Choice]]:
    """Return all that a drawing with these forms and tables may be made of."""
    tables = [_table(key, text) for key, text in sorted(bundle.decisions.items())]
    known = list(_known(bundle, tables))
    return {
        "roles": [choice(role, label(role)) for role in Role if role not in _ASIDE],
        "stages": [choice(stage, label(stage)) for stage in Stage],
        "forms": _forms(bundle),
        "decisions": [choice(key, name) for key, name, _ in tables],
        "variables": [one.told() for one in known],
        "dates": [choice(one.name, one.label) for one in known if one.kind == "date"],
        "people": [choice(f"${{{one.name}}}", one.label) for one in known if one.kind == "person"],
        "titles": _titles(bundle),
        "started_with": [start_variable(name).told() for name in sorted(START_VARIABLES)],
        "notices": notices(),
        "limits": [_limit(one) for one in rule_sets.of_actor(g.actor).limits.values()],
        "effects": [_effect(topic, entry) for topic, entry in catalogue.EFFECTS.items()],
    }


def choice(value: Any, words: str) -> Choice:
    """Return one thing to choose."""
    return {"value": str(value), "label": words}


def _forms(bundle: Bundle) -> list[Choice]:
    """Return the forms, each named after the step it is filled in at, until it has a title."""
    try:
        steps = form_users(bundle.xml)
    except InvalidDiagram:
        steps = {}
    return [
        choice(key, _with_key(form.get("title") or steps.get(key), key))
        for key, form in sorted(bundle.forms.items())
    ]


def _titles(bundle: Bundle) -> list[Choice]:
    """Return the fields of one line that may tell one process from others of its kind."""
    found = {
        field["key"]: _with_key(field.get("label"), field["key"])
        for form in readable(bundle.forms).values()
        for field in components(form)
        if field.get("type") == "textfield"
    }
    return [choice(key, words) for key, words in found.items()]


def _with_key(name: str | None, key: str) -> str:
    return f"{name}（{key}）" if name and name != key else key


def _table(key: str, text: str) -> Table:
    """Return a decision table's key, name and what it decides; a broken one decides nothing."""
    try:
        name, outputs = decision_outline(text)
    except InvalidDiagram:
        return key, key, []
    return key, _with_key(name, key), [decided(one) for one in outputs]


def _known(bundle: Bundle, tables: Iterable[Table]) -> Iterator[Variable]:
    """Yield the variables that the drawing may decide on, each once."""
    seen: set[str] = set()
    for one in _all(bundle, tables):
        if one.name and one.name not in seen:
            seen.add(one.name)
            yield one


def _all(bundle: Bundle, tables: Iterable[Table]) -> Iterator[Variable]:
    for form in bundle.forms.values():
        yield from variables_of_form(form)
    for _, _, outputs in tables:
        yield from outputs
    for name in _declared(bundle.xml):
        yield start_variable(name)


def _declared(xml: str) -> list[str]:
    """Return the names of what processes of this drawing are started with."""
    try:
        text = engine.process_properties(xml).get("variables", "")
    except InvalidDiagram:
        return []
    return [name.strip() for name in text.split(",") if name.strip()]


def _limit(limit: TimeLimit) -> Choice:
    span = limit.span
    return choice(limit.code, f"{limit.code} {_said(limit.name)}") | {
        "number": str(span.number) if span else "",
        "unit": str(span.unit) if span else "",
        "article": limit.article.zh,
        "article_en": limit.article.en,
    }


def _said(words: Words) -> str:
    return words.en if language() == "en" else words.zh


def _effect(topic: str, entry: Any) -> Choice:
    names = [(name, True) for name in sorted(entry.required)]
    names += [(name, False) for name in sorted(entry.optional)]
    params = [
        {"name": name, "label": name_of_parameter(name), "required": required}
        | chosen_for(topic, name)
        for name, required in names
    ]
    told = {"params": params, "anywhere": entry.anywhere}
    return choice(topic, gettext(entry.label)) | told
