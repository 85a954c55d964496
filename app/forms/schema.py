"""The marshmallow schema of a form: what an answer must be, in words its author understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, pre_load, validates_schema

from app.forms import values
from app.forms.components import MOST_ROWS, Component, inputs_in, inputs_of
from app.forms.conditions import is_hidden, surroundings
from app.forms.memory import Remembered
from app.forms.setting import LOADING, NOWHERE, Loading, Setting
from app.forms.wording import _, later

BLANK: tuple[Any, ...] = (None, "", [], {})


class AnswersSchema(Schema):
    """Loads the answers to one form.

    What is blank or hidden is dropped before anything is checked, so that a hidden field is neither
    required nor kept; what is required is asked for afterwards, among the fields shown.
    """

    components: tuple[Component, ...] = ()
    setting: Setting | None = None

    def load(self, data: Any, **options: Any) -> Any:
        """Load *data* in this schema's setting; the rows of a table, in that of their form."""
        if self.setting is None:
            return super().load(data, **options)
        token = LOADING.set(Loading(self.setting, self.setting.context))
        try:
            return super().load(data, **options)
        finally:
            LOADING.reset(token)

    @pre_load
    def drop_hidden_and_blank(self, data: Any, **_kwargs: Any) -> Any:
        """Keep what was answered in the fields that are shown."""
        if not isinstance(data, Mapping):
            return data
        known = self._known(data)
        if self.setting is not None:
            LOADING.get().answers = known
        gone = {item.key for item in self.components if is_hidden(item, known)}
        return {key: value for key, value in data.items() if key not in gone and _filled(value)}

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def ask_for_required(self, _data: Any, original: Any, **_kwargs: Any) -> None:
        """Name each field that is shown, required and still empty."""
        if not isinstance(original, Mapping):
            return
        known = self._known(original)
        missing = [
            item
            for item in self.components
            if item.required and not is_hidden(item, known) and not _answered(item, known)
        ]
        if missing:
            raise ValidationError({item.key: [_request_for(item)] for item in missing})

    def _known(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what conditions may read: a form's own answers, a row's beside its form's."""
        return surroundings(self.components, {**LOADING.get().answers, **data})


def schema_of(
    form: Mapping[str, Any], setting: Setting = NOWHERE, *, lenient: bool = False
) -> AnswersSchema:
    """Return the schema that loads the answers to *form*; its values are JSON types.

    A lenient schema ignores fields the form doesn't have (a browser may send more than it was
    asked); a strict one refuses them by name.
    """
    made = copy(_of_form(form, setting.language, lenient))
    made.setting = setting
    return made


def errors_of(messages: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten marshmallow's nested messages: ``{"measures": {3: {…}}}`` to ``measures.3.owner``."""
    if not isinstance(messages, Mapping):
        return {prefix or "_schema": [str(message) for message in messages]}
    flat: dict[str, list[str]] = {}
    for key, inner in messages.items():
        name = prefix if key == "_schema" else f"{prefix}.{key}" if prefix else str(key)
        for where, found in errors_of(inner, name).items():
            flat.setdefault(where, []).extend(found)
    return flat


def _make(form: Mapping[str, Any], language: str, lenient: bool) -> AnswersSchema:
    return _schema(inputs_in(form, language), lenient=lenient)


#: Building a schema takes longer than using it, so each is built once.
_of_form = Remembered(_make)


def _schema(inputs: Iterable[Component], *, lenient: bool) -> AnswersSchema:
    components = tuple(item for item in inputs if item.type != "expression")
    declared = {item.key: _field(item, lenient=lenient) for item in components}
    schema_class = AnswersSchema.from_dict(declared)
    schema = schema_class(unknown=EXCLUDE if lenient else RAISE)
    assert isinstance(schema, AnswersSchema)  # noqa: S101 - from_dict makes a subclass
    schema.components = components
    schema.error_messages = {
        **schema.error_messages,
        "unknown": later("表单没有这一项。"),
        "type": later("格式不正确。"),
    }
    return schema


def _field(item: Component, *, lenient: bool) -> fields.Field[Any]:
    if item.type == "dynamiclist":
        rows = fields.Nested(_schema(inputs_of(item.children), lenient=lenient))
        return values.Listed(rows, most=MOST_ROWS)
    return values.field_of(item)


def _filled(value: Any) -> bool:
    return value not in BLANK and not (isinstance(value, str) and not value.strip())


def _answered(item: Component, known: Mapping[str, Any]) -> bool:
    value = known.get(item.key)
    if item.type == "checkbox":
        return value is True
    return _filled(value)


def _request_for(item: Component) -> str:
    name = item.label
    if item.type == "checkbox":
        return _("须勾选“%(name)s”。", name=name)
    if item.type in ("radio", "select", "checklist"):
        return _("请选择“%(name)s”。", name=name)
    if item.type == "filepicker":
        return _("请上传“%(name)s”。", name=name)
    if item.type == "dynamiclist":
        return _("“%(name)s”至少填写一行。", name=name)
    return _("请填写“%(name)s”。", name=name)
