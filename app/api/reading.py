"""Reading what was sent: never more than allowed, and nothing that no column can hold."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from app.domain.errors import Invalid
from app.domain.keepable import CONTROL, TooDeep, texts_in
from app.forms import errors_of
from app.http import Malformed

#: Of a JSON body, in bytes.
LARGEST_JSON = 1_000_000
_CHUNK = 64 * 1024


def read_query(schema: Schema) -> Any:
    """Return the checked parameters of the address; those that nobody asked for are ignored."""
    try:
        return schema.load(request.args.to_dict(), unknown=EXCLUDE)
    except ValidationError as error:
        raise Invalid(fields=errors_of(error.messages)) from error


def read_body(schema: Schema) -> Any:
    """Return the checked JSON body.

    Raises:
        Malformed: it is no JSON.
        Invalid: it is not what the call takes; its ``fields`` say what.
    """
    if not request.is_json:
        raise UnsupportedMediaType
    sent = _parsed(request.get_data())
    try:
        if any(CONTROL.search(text) for text in texts_in(sent)):
            raise Malformed("请求内容含有控制字符或不完整的Unicode字符。")
    except TooDeep as error:
        raise Malformed("请求内容嵌套过深。") from error
    try:
        return schema.load(sent)
    except ValidationError as error:
        raise Invalid(fields=errors_of(error.messages)) from error


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def uploaded() -> tuple[FileStorage, str] | None:
    """Return the file of a form with its name, or ``None`` if the body is no such form."""
    if request.mimetype != "multipart/form-data":
        return None
    file = next(iter(request.files.values()), None)
    if file is None:
        raise Invalid(fields={"file": ["请选择文件。"]})
    return file, file.filename or ""


def fingerprint() -> str:
    """Return the SHA-256 of what was sent; the boundary of a form doesn't count."""
    digest = hashlib.sha256(request.query_string + b"\n")
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data())
        return digest.hexdigest()
    for name, text in request.form.items(multi=True):
        digest.update(f"{name}={text}\n".encode(errors="replace"))
    for name, file in request.files.items(multi=True):
        digest.update(f"{name}={file.filename}\n".encode(errors="replace"))
        while chunk := file.stream.read(_CHUNK):
            digest.update(chunk)
        file.stream.seek(0)
    return digest.hexdigest()
