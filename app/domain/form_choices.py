"""The options of a field, as rows that an analyst fills in; and the words proposed for keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from app.domain.form_outline import lines
from app.domain.form_types import KEY

_WORDS = re.compile(r"[a-z0-9]+")
#: Labels → words, learnt from forms that are there.
Vocabulary = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One option as it is filled in."""

    label: str
    value: str = ""
    label_en: str = ""


def choices_of(component: Mapping[str, Any]) -> list[Choice]:
    """Return the options that are written into the form."""
    found = (item for item in component.get("values") or [] if isinstance(item, Mapping))
    return [
        Choice(str(item.get("label") or ""), str(item.get("value") or ""), _english(item))
        for item in found
    ]


def _english(item: Mapping[str, Any]) -> str:
    return str(item.get("label_en") or (item.get("properties") or {}).get("label_en") or "")


def with_choices(
    component: Mapping[str, Any], choices: Sequence[Choice], words: Vocabulary
) -> dict[str, Any]:
    """Return the field with other options; one without a value is given a free one."""
    made = deepcopy(dict(component))
    known = {str(item.get("value")): item for item in made.get("values") or []}
    taken = {one.value for one in choices if one.value}
    values = []
    for one in choices:
        if not (one.label or one.value):
            continue
        value = one.value or free(_proposal(one.label, one.label_en, words) or "option", taken)
        taken.add(value)
        values.append(_written(known.get(value, {}), Choice(one.label, value, one.label_en)))
    made.pop("values", None)
    if values:
        made["values"] = values
    return made


def _written(item: Mapping[str, Any], choice: Choice) -> dict[str, Any]:
    made = {**deepcopy(dict(item)), "label": choice.label or choice.value, "value": choice.value}
    made.pop("label_en", None)
    if choice.label_en:
        made["label_en"] = choice.label_en
    return made


def key_for(component: Mapping[str, Any], taken: Iterable[str], words: Vocabulary) -> str:
    """Propose a key: what forms already call this label, else its English, else a number."""
    label = str(component.get("label") or "")
    english = str((component.get("properties") or {}).get("label_en") or "")
    proposal = _proposal(label, english, words)
    return free(proposal or str(component.get("type") or "field"), set(taken))


def _proposal(label: str, english: str, words: Vocabulary) -> str:
    if label in words:
        return words[label]
    found = "_".join(_WORDS.findall((english or label).lower())[:5])[:40]
    return found if KEY.fullmatch(found) else ""


def free(proposal: str, taken: set[str]) -> str:
    """Return the proposal, with the first number behind it that nobody has if it is taken."""
    if proposal not in taken and proposal != "option":
        return proposal
    return next(
        name for number in range(1, 10_000) if (name := f"{proposal}_{number}") not in taken
    )


def vocabulary(forms: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Learn from forms what their labels are called: of fields and of options."""
    words: dict[str, str] = {}
    for form in forms:
        for line in lines(form):
            words.setdefault(str(line.component.get("label") or ""), str(line.component.get("key")))
            for choice in choices_of(line.component):
                words.setdefault(choice.label, choice.value)
    return {label: key for label, key in words.items() if label and KEY.fullmatch(key)}
