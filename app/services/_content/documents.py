"""PDF and the old binary Office files: what they may not carry."""

import re
import zlib
from collections.abc import Iterator
from mmap import mmap

from app.domain.errors import Invalid, TooLarge
from app.services._content.archives import CHUNK, Broken

#: The longest object stream, as it is stored; how many there may be; what they unpack to.
_LONGEST_OBJECTS = 2_000_000
_MOST_STREAMS = 10_000
_MOST_OBJECTS = 200_000_000
#: How far behind its name the content of an object stream begins, at most.
_HEAD = 500


def _spelled(*names: str) -> re.Pattern[bytes]:
    """Match any of these names of a PDF, plainly written or escaped: ``/J#61vaScript``."""
    letters = {c: rf"(?:{c}|(?i:#{ord(c):02x}))" for c in set("".join(names))}
    words = ("".join(letters[c] for c in name) for name in names)
    return re.compile(f"/(?:{'|'.join(words)})".encode())


#: What makes a PDF do something; long enough not to occur by chance.
_ACTIVE = _spelled("JavaScript", "Launch", "RichMedia", "Rendition")


def check_pdf(content: mmap) -> None:
    """Refuse scripts and programs to start."""
    if content.rfind(b"%%EOF") < 0:
        raise Broken
    if _ACTIVE.search(content) or any(map(_ACTIVE.search, _object_streams(content))):
        raise Invalid("PDF 含有脚本，请用“打印为 PDF”重新生成后再试。")


def _object_streams(content: mmap) -> Iterator[bytes]:
    """Yield what the file holds in compressed form, apart from pictures and text."""
    budget = _MOST_OBJECTS
    for count, found in enumerate(re.finditer(rb"/ObjStm", content)):
        start = content.find(b"stream", found.end(), found.end() + _HEAD)
        start = content.find(b"\n", start, start + 8) + 1 if start >= 0 else 0
        text = _inflated(content, start, budget) if start else b""
        budget -= len(text)
        if budget <= 0 or count > _MOST_STREAMS:
            raise TooLarge("文件解压后过大。")
        yield text


def _inflated(content: mmap, start: int, most: int) -> bytes:
    """Return what begins at *start*, as far as it is deflated, up to *most* bytes."""
    stream, text = zlib.decompressobj(), b""
    for place in range(start, start + _LONGEST_OBJECTS, CHUNK):
        try:
            text += stream.decompress(content[place : place + CHUNK], most - len(text))
        except zlib.error:
            break  # not deflated: its text is in the file as it is
        if stream.eof or len(text) >= most:
            break
    return text


def check_doc(content: mmap) -> None:
    """Take a Word 97 file without macros."""
    _check_ole(content, "WordDocument")


def check_xls(content: mmap) -> None:
    """Take an Excel 97 file without macros."""
    _check_ole(content, "Workbook", "Book")


def check_ppt(content: mmap) -> None:
    """Take a PowerPoint 97 file without macros."""
    _check_ole(content, "PowerPoint Document")


def _check_ole(content: mmap, *streams: str) -> None:
    """Look for the names of streams in the directory, where they stand in UTF-16."""

    def holds(name: str) -> bool:
        return content.find((name + "\0").encode("utf-16-le")) >= 0

    if holds("EncryptedPackage"):
        raise Invalid("文件已加密，请取消密码后再试。")
    if not any(holds(stream) for stream in streams):
        raise Broken
    if holds("_VBA_PROJECT") or holds("_VBA_PROJECT_CUR") or holds("Macros"):
        raise Invalid("文件含有宏，请另存为不含宏的文件后再试。")
