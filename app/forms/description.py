"""A form as an API client sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.forms.components import Component, inputs_in, inputs_of
from app.forms.dates import limits_of
from app.forms.setting import NOWHERE, Setting
from app.forms.values import choices


def fields_of(
    form: Mapping[str, Any],
    setting: Setting = NOWHERE,
) -> list[dict[str, Any]]:
    """Return the description of a form's fields that the API publishes.

    ``condition`` is the expression under which the field is *hidden*, or ``None``.
    """
    return [_description(item, setting) for item in inputs_in(form, setting.language)]


def _description(item: Component, setting: Setting) -> dict[str, Any]:
    first_day, last_day = limits_of(item, setting.context)
    return {
        "key": item.key,
        "type": item.type,
        "subtype": item.subtype or None,
        "label": item.label,
        "help": item.help or None,
        "required": item.required,
        "options": [
            {"value": option.value, "label": option.label}
            for option in choices(item, setting.options)
        ],
        "min": first_day.isoformat() if first_day else item.min,
        "max": last_day.isoformat() if last_day else item.max,
        "minLength": item.min_length,
        "maxLength": item.max_length,
        "pattern": item.pattern or None,
        "digits": item.digits if item.type == "number" else None,
        "multiple": item.multiple,
        "condition": item.condition,
        "columns": [
            _description(column, setting)
            for column in inputs_of(item.children)
            if item.type == "dynamiclist"
        ],
    }
