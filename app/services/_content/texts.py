"""Plain text and CSV: that it is text, holds no markup, and no formulas."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from app.domain.errors import Invalid, TooLarge
from app.services._content.archives import Broken

#: UTF-8, or what Excel and Notepad write in China.
ENCODINGS = ("utf-8-sig", "gb18030")
LARGEST = 10_000_000
_CHUNK = 64 * 1024
#: The longest mark that `_MARKUP` looks for; a chunk is read on from the end of the last.
_OVERLAP = 16

_MARKUP = re.compile(r"<(?:script|html|svg|iframe|body|!doctype|\?xml|\?php)\b", re.IGNORECASE)
_FORMULA = re.compile(r"[=@]|[+\-].*[(|!]", re.DOTALL)


def encoding_of(head: bytes) -> tuple[str, ...]:
    """Return the encodings to try, the likeliest first."""
    return ("utf-16",) if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ENCODINGS


def check_text(path: Path) -> None:
    """Refuse what is not text, or would be a page in a browser."""
    _encoding_of(path)


def check_csv(path: Path) -> None:
    """Refuse besides what a spreadsheet would run: cells that are formulas."""
    with path.open(encoding=_encoding_of(path), newline="") as file:
        try:
            for number, row in enumerate(csv.reader(file), start=1):
                if any(_FORMULA.match(cell.strip()) for cell in row):
                    raise Invalid("CSV 第 %(row)s 行有公式，请只保留数值后再试。", row=number)
        except csv.Error as error:
            raise Broken from error


def _encoding_of(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        raise TooLarge("文本文件不超过 %(most)s MB。", most=LARGEST // 1_000_000)
    with path.open("rb") as file:
        candidates = encoding_of(file.read(2))
    for encoding in candidates:
        if _is_text(path, encoding):
            return encoding
    raise Broken


def _is_text(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding) as file:
            tail = ""
            for chunk in _chunks(file):
                if _MARKUP.search(tail + chunk):
                    raise Invalid("文件含有网页或脚本内容，不能上传。")
                if any(_is_control(character) for character in set(chunk)):
                    return False
                tail = chunk[-_OVERLAP:]
    except UnicodeError:
        return False
    return True


def _chunks(file: io.TextIOWrapper) -> Iterator[str]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _is_control(character: str) -> bool:
    return character not in "\t\n\r\f" and unicodedata.category(character) == "Cc"
