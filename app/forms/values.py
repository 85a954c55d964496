"""Marshmallow fields, one for each type of input: text and numbers in, JSON types out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from marshmallow import ValidationError, fields

from app.domain.keepable import CONTROL
from app.forms.components import MOST_CHOICES, MOST_FILES, Component, Option, Options
from app.forms.dates import limits_of
from app.forms.setting import LOADING
from app.forms.wording import _

#: Beyond this a number is a slip of the keyboard, and JSON readers lose digits.
LARGEST = 10**13

Field = fields.Field[Any]


def field_of(item: Component) -> Field:
    """Return the field that reads one input."""
    return _MAKERS.get(item.type, _Text)(item)


def choices(item: Component, options: Options) -> tuple[Option, ...]:
    """Return what may be chosen: the form's own options, or those of its source."""
    return tuple(options.get(item.options_from, ())) if item.options_from else item.options


class Listed(fields.List[Any]):
    """A list, bounded, so that nobody sends a million rows."""

    def __init__(self, inner: Field, *, most: int) -> None:
        super().__init__(inner)
        self.most = most

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError(_("须为列表。"))
        if len(value) > self.most:
            raise ValidationError(_("最多 %(most)s 项。", most=self.most))
        return list(super()._deserialize(value, attr, data, **kwargs))


def _checklist(item: Component) -> Field:
    return Listed(_Choice(item), most=MOST_CHOICES)


def _files(item: Component) -> Field:
    return Listed(_FileId(item), most=MOST_FILES if item.multiple else 1)


class _Flag(fields.Field[bool]):
    """Yes or no, and nothing that only looks like it."""

    def __init__(self, item: Component) -> None:
        super().__init__()

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(_("只能为是或否。"))
        return value


class _FileId(fields.Field[int]):
    """The number of an uploaded file."""

    def __init__(self, item: Component) -> None:
        super().__init__()

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(_("附件编号不正确。"))
        return value


class _Text(fields.Field[str]):
    """Text within its lengths and pattern."""

    def __init__(self, item: Component) -> None:
        super().__init__()
        self.item = item

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(_("须为文字。"))
        item, text = self.item, value.replace("\r\n", "\n").strip()
        if CONTROL.search(text):
            raise ValidationError(_("含有不可见的控制字符，请删除后重试。"))
        if item.min_length and len(text) < item.min_length:
            message = _(
                "至少 %(least)s 字，现有 %(now)s 字。", least=item.min_length, now=len(text)
            )
            raise ValidationError(message)
        if item.max_length and len(text) > item.max_length:
            message = _("最多 %(most)s 字，现有 %(now)s 字。", most=item.max_length, now=len(text))
            raise ValidationError(message)
        if item.pattern and not re.fullmatch(item.pattern, text):
            raise ValidationError(_("格式不正确。"))
        return text


class _Choice(fields.Field[str]):
    """One of the options."""

    def __init__(self, item: Component) -> None:
        super().__init__()
        self.item = item

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> str:
        options = choices(self.item, LOADING.get().setting.options)
        if not isinstance(value, str) or all(value != option.value for option in options):
            raise ValidationError(_("请从所列选项中选择。"))
        return value


class _Number(fields.Field[float]):
    """A number within its limits; a whole one where the form allows no decimals."""

    def __init__(self, item: Component) -> None:
        super().__init__()
        self.item = item

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValidationError(_("请填写数字。"))
        if not abs(value) <= LARGEST:
            raise ValidationError(_("数字过大。"))
        item = self.item
        if not item.digits and value != int(value):
            raise ValidationError(_("请填写整数。"))
        if item.digits and round(value, item.digits) != value:
            raise ValidationError(_("最多保留 %(digits)s 位小数。", digits=item.digits))
        if item.min is not None and value < item.min:
            raise ValidationError(_("不得小于 %(least)s。", least=f"{item.min:g}"))
        if item.max is not None and value > item.max:
            raise ValidationError(_("不得大于 %(most)s。", most=f"{item.max:g}"))
        return value if item.digits else int(value)


class _Moment(fields.Field[str]):
    """A date, a time or both, as ISO text; a date keeps within its limits."""

    def __init__(self, item: Component) -> None:
        super().__init__()
        self.item, self.read = item, _READERS[item.subtype]

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> str:
        try:
            moment = self.read(str(value))
        except ValueError:
            raise ValidationError(_("日期或时间格式不正确，应如 2026-09-30。")) from None
        if isinstance(moment, date):
            self._check(moment)
        return str(moment.isoformat())

    def _check(self, moment: date) -> None:
        day = moment.date() if isinstance(moment, datetime) else moment
        if not 1949 <= day.year <= 2199:
            raise ValidationError(_("年份不合理，请核对。"))
        least, most = limits_of(self.item, LOADING.get().setting.context)
        if least and day < least:
            raise ValidationError(_("不得早于 %(day)s。", day=least.isoformat()))
        if most and day > most:
            raise ValidationError(_("不得晚于 %(day)s。", day=most.isoformat()))


def _date(text: str) -> date:
    return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone


_READERS: dict[str, Callable[[str], date | time]] = {
    "date": _date,
    "time": time.fromisoformat,
    "datetime": datetime.fromisoformat,
}
_MAKERS: dict[str, Callable[[Component], Field]] = {
    "radio": _Choice,
    "select": _Choice,
    "checklist": _checklist,
    "number": _Number,
    "checkbox": _Flag,
    "filepicker": _files,
    "datetime": _Moment,
}
