"""What plain forms hold: dates that may be missing or mistyped, files that may be too large."""

from __future__ import annotations

from datetime import date

from flask import request

from app.domain.errors import Invalid, TooLarge


def days(*names: str) -> list[date]:
    """Return the dates that the form holds under *names*.

    Raises:
        Invalid: one is missing, or no date; all of them are named.
    """
    found = {name: _day(request.form.get(name, "")) for name in names}
    wrong = {name: ["请填写日期，如 2027-10-01。"] for name, day in found.items() if day is None}
    if wrong:
        raise Invalid(fields=wrong)
    return [day for day in found.values() if day is not None]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def file(largest: int) -> tuple[bytes, str]:
    """Return the uploaded file and its name, read no further than *largest* bytes.

    Raises:
        Invalid: none was chosen.
        TooLarge: it holds more.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("请选择要导入的文件。")
    data = sent.stream.read(largest + 1)
    if len(data) > largest:
        raise TooLarge("文件不超过 %(most)s MB。", most=largest // 1_000_000)
    return data, sent.filename
