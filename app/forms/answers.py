"""From checked answers to what the process and the page take from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from app.domain.errors import Invalid
from app.forms.components import inputs_in
from app.forms.conditions import computed, is_hidden, surroundings
from app.forms.schema import errors_of, schema_of
from app.forms.setting import NOWHERE, Setting


def answers_of(
    form: Mapping[str, Any],
    data: Any,
    setting: Setting = NOWHERE,
    *,
    lenient: bool = False,
) -> dict[str, Any]:
    """Return the checked answers, with the values of the form's read-only expressions.

    Raises:
        Invalid: something is missing, unknown or out of range; its ``fields`` say what.
    """
    schema = schema_of(form, setting, lenient=lenient)
    try:
        answers: dict[str, Any] = schema.load(data)
    except ValidationError as error:
        raise Invalid(fields=errors_of(error.messages)) from error
    inputs = inputs_in(form)
    known = surroundings(inputs, {**setting.context, **answers})
    for item in inputs:
        if is_hidden(item, known):
            continue
        if item.type == "expression":
            answers[item.key] = known[item.key] = computed(item, known)
        elif item.type == "checkbox":
            answers.setdefault(item.key, False)
    return answers


def variables_of(form: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that enter the process, under the names the form declares.

    A field that was hidden or left empty leaves the process's variable as it was.
    """
    declared = (item for item in inputs_in(form) if item.variable)
    return {
        item.variable: _control_value(answers[item.key])
        for item in declared
        if answers.get(item.key) is not None
    }


def _control_value(value: Any) -> Any:
    """Return a boolean, number or short text; a list as comma-separated text."""
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return value[:2_000] if isinstance(value, str) else value
