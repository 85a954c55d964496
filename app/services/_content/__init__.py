"""What a file really is: by its name and by its content, which must agree.

Whatever could act when it is opened is refused: scripts, macros, references that are fetched from
outside, pages in disguise. A file is looked at on disk and never unpacked as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePath

from app.domain.errors import Invalid, Listing, Sentence
from app.services._content import documents, images, office, texts
from app.services._content.archives import Broken, Limits

_OFFICE = "application/vnd.openxmlformats-officedocument"
#: Marks of a page or a program in what should be a picture or a recording.
_SCRIPT = re.compile(rb"<(?:script|html|iframe)[\s>]|<\?php", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileType:
    """One kind of file that may be evidence."""

    label: str
    media_type: str
    #: How the content begins.
    begins: re.Pattern[bytes]
    #: Raises `Invalid` for what may not be kept.
    check: Callable[[Path], None]


def recognise(name: str, head: bytes) -> FileType:
    """Return the type of a file by its name, if its first bytes agree.

    Raises:
        Invalid: files of that name are not taken, or the content is something else.
    """
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    kind = TYPES.get(suffix)
    if kind is None:
        raise Invalid("不接受此类文件，可上传：%(suffixes)s。", suffixes=Listing(sorted(TYPES)))
    if not head:
        raise Invalid("文件是空的。")
    if not kind.begins.match(head):
        template = "文件内容不是%(label)s，与扩展名 .%(suffix)s 不符。"
        raise Invalid(template, label=Sentence(kind.label), suffix=suffix)
    return kind


def _mapped(check: Callable[[mmap], None]) -> Callable[[Path], None]:
    def on_path(path: Path) -> None:
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            check(content)

    return on_path


def _medium(check: Callable[[mmap], None] | None = None) -> Callable[[Path], None]:
    def on_content(content: mmap) -> None:
        if _SCRIPT.search(content):
            raise Invalid("文件含有网页或脚本内容，不能上传。")
        if check is not None:
            check(content)

    return _mapped(on_content)


def _office(main_part: str) -> Callable[[Path], None]:
    def on_path(path: Path) -> None:
        with path.open("rb") as file:
            if main_part not in office.inspect(file, Limits()):
                raise Broken

    return on_path


def _type(label: str, media_type: str, begins: bytes, check: Callable[[Path], None]) -> FileType:
    return FileType(label, media_type, re.compile(begins, re.DOTALL), check)


_ZIP, _OLE = rb"PK\x03\x04", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_JPEG = _type(" JPEG 图片", "image/jpeg", rb"\xff\xd8\xff", _medium(images.check_jpeg))
_HEIC = _type(
    " HEIC 图片",
    "image/heic",
    rb".{4}ftyp(?:heic|heix|heim|heis|mif1|msf1)",
    _medium(images.check_heic),
)

#: What is taken, by extension. No archives: what is inside them could not be looked at one by one.
TYPES = {
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": _type(" PNG 图片", "image/png", rb"\x89PNG\r\n\x1a\n", _medium(images.check_png)),
    "webp": _type(" WebP 图片", "image/webp", rb"RIFF.{4}WEBP", _medium(images.check_webp)),
    "heic": _HEIC,
    "heif": _HEIC,
    "pdf": _type(" PDF", "application/pdf", rb"%PDF-[12]\.", _mapped(documents.check_pdf)),
    "docx": _type(
        " Word 文档", f"{_OFFICE}.wordprocessingml.document", _ZIP, _office("word/document.xml")
    ),
    "xlsx": _type(
        " Excel 工作簿", f"{_OFFICE}.spreadsheetml.sheet", _ZIP, _office("xl/workbook.xml")
    ),
    "pptx": _type(
        " PowerPoint 演示文稿",
        f"{_OFFICE}.presentationml.presentation",
        _ZIP,
        _office("ppt/presentation.xml"),
    ),
    "doc": _type(" Word 97 文档", "application/msword", _OLE, _mapped(documents.check_doc)),
    "xls": _type(
        " Excel 97 工作簿", "application/vnd.ms-excel", _OLE, _mapped(documents.check_xls)
    ),
    "ppt": _type(
        " PowerPoint 97 演示文稿",
        "application/vnd.ms-powerpoint",
        _OLE,
        _mapped(documents.check_ppt),
    ),
    "mp4": _type(" MP4 视频", "video/mp4", rb".{4}ftyp(?:iso|mp4|avc|M4V|dash|3gp)", _medium()),
    "mov": _type(" MOV 视频", "video/quicktime", rb".{4}ftypqt  ", _medium()),
    "mp3": _type(
        " MP3 录音",
        "audio/mpeg",
        rb"ID3[\x02-\x04]|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xfd][^\xf0-\xff\x0c-\x0f]",
        _medium(),
    ),
    "txt": _type("文本", "text/plain", rb".", texts.check_text),
    "csv": _type(" CSV 表格", "text/csv", rb".", texts.check_csv),
}
