"""Marshmallow fields that refuse in the reader's language, and tell moments as people here do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from app.clock import LOCAL
from app.domain.keepable import CONTROL
from app.forms.wording import _
from app.texts import label, listed

#: Marshmallow wants room for lists here; texts are all we say.
_MISSING: dict[str, str | list[Any] | dict[Any, Any]] = {"required": "必填。", "null": "不能为空。"}


class In(Schema):
    """What a caller sends: unknown fields are refused by name."""

    class Meta:
        """How strict it is."""

        unknown = RAISE

    error_messages = {"unknown": "没有这一项。", "type": "须为对象。"}


class Out(Schema):
    """What a caller gets: every field is always there."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Describe the field as always there."""
        field_obj.required = True


class Text(fields.Field[str]):
    """Text without control characters, not longer than its column."""

    default_error_messages = _MISSING
    #: Whether spaces around it are typing, not meaning.
    strips = True

    def __init__(self, most: int, *, least: int = 0, pattern: str = "", **options: Any) -> None:
        limits = {"type": "string", "maxLength": most}
        limits |= {"minLength": least} if least else {}
        limits |= {"pattern": f"^{pattern}$"} if pattern else {}
        options["metadata"] = {**limits, **options.get("metadata", {})}
        super().__init__(**options)
        self.most, self.least, self.pattern = most, least, pattern

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(_("须为文字。"))
        text = value.strip() if self.strips else value
        if CONTROL.search(text):
            raise ValidationError(_("含有不可见的控制字符，请删除后重试。"))
        if len(text) < self.least:
            raise ValidationError(_("必填。") if not text else _("至少 %(n)s 字。", n=self.least))
        if len(text) > self.most:
            raise ValidationError(_("最多 %(n)s 字，现有 %(now)s 字。", n=self.most, now=len(text)))
        if self.pattern and text and not re.fullmatch(self.pattern, text):
            raise ValidationError(_("格式不正确。"))
        return text


class Password(Text):
    """Text in which every character counts."""

    strips = False


class Whole(fields.Field[int]):
    """A whole number between two bounds; in an address it may come as digits."""

    default_error_messages = _MISSING

    def __init__(self, least: int, most: int, **options: Any) -> None:
        limits = {"type": "integer", "minimum": least, "maximum": most}
        super().__init__(metadata={**limits, **options.pop("metadata", {})}, **options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError(_("须为整数。"))
        if not self.least <= value <= self.most:
            text = _("须在 %(least)s 到 %(most)s 之间。", least=self.least, most=self.most)
            raise ValidationError(text)
        return value


class Flag(fields.Boolean):
    """Yes or no; in an address ``1`` or ``true``, ``0`` or ``false``."""

    default_error_messages = {**_MISSING, "invalid": "只能为是或否（true 或 false）。"}

    def __init__(self, **options: Any) -> None:
        super().__init__(truthy={True, "1", "true"}, falsy={False, "0", "false", ""}, **options)


class Day(fields.Field[date]):
    """A date, ``YYYY-MM-DD``, in a year that somebody may live to see."""

    default_error_messages = _MISSING

    def __init__(self, **options: Any) -> None:
        meta = {"type": "string", "format": "date", **options.pop("metadata", {})}
        super().__init__(metadata=meta, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> date:
        try:
            day = datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - no zone
        except ValueError:
            raise ValidationError(_("日期格式不正确，应如 2026-09-30。")) from None
        if not 1949 <= day.year <= 2199:
            raise ValidationError(_("年份不合理，请核对。"))
        return day


class Word(fields.Field[StrEnum]):
    """A word of one vocabulary, by its value; ``None`` is allowed where the field says so."""

    default_error_messages = _MISSING

    def __init__(self, vocabulary: type[StrEnum], **options: Any) -> None:
        words: list[str | None] = [str(term) for term in vocabulary]
        words += [None] if options.get("allow_none") else []
        meta = {"type": "string", "enum": words, **options.pop("metadata", {})}
        super().__init__(metadata=meta, **options)
        self.vocabulary = vocabulary

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> StrEnum:
        if isinstance(value, str) and value in set(self.vocabulary):
            return self.vocabulary(value)
        words = listed(self.vocabulary)
        raise ValidationError(_("只能是以下之一：%(words)s。", words=words))

    def _serialize(self, value: Any, attr: Any, obj: Any, **_kwargs: Any) -> str | None:
        return None if value is None else str(value)


class Facts(fields.Field[dict[str, Any]]):
    """An object with names of the caller's choosing."""

    default_error_messages = _MISSING

    def __init__(self, **options: Any) -> None:
        meta = {"type": "object", "additionalProperties": True, **options.pop("metadata", {})}
        super().__init__(metadata=meta, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError(_("须为对象。"))
        if len(value) > 500 or any(len(key) > 200 for key in value):
            raise ValidationError(_("项目过多，或名称过长。"))
        return value


class Moment(fields.DateTime):
    """A moment, ISO 8601 with the offset of Beijing."""

    def _serialize(self, value: datetime | None, attr: Any, obj: Any, **_kwargs: Any) -> Any:
        return value.astimezone(LOCAL).isoformat() if value else None


def absent() -> None:
    """Stand for what was not sent; a plain ``None`` would show as a default in the description."""


def moment(**options: Any) -> Moment:
    """Return a field for a moment that may be missing."""
    return Moment(allow_none=True, **options)


def name_of(path: str) -> fields.String:
    """Return a field for the name that lies at *path*, or ``None`` where the path ends early."""
    return fields.String(attribute=path, allow_none=True, dump_default=None)


def told(tell: Callable[[Any], Any], kind: str | list[str], **metadata: Any) -> fields.Function:
    """Return a field that *tell* computes; *kind* is its JSON type."""
    return fields.Function(tell, metadata={"type": kind, **metadata})


def labels_of(*names: str) -> fields.Function:
    """Return a field of the names of a row's terms, the columns *names*."""

    def tell(row: object) -> dict[str, str]:
        return {name: label(getattr(row, name)) for name in names}

    return labels(tell)


def labels(tell: Callable[[Any], Mapping[str, str]]) -> fields.Function:
    """Return a field of names in the reader's language, by the field that they name."""
    text = "Names in the reader's language, by field."
    return told(tell, "object", additionalProperties={"type": "string"}, description=text)
