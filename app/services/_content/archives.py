"""Looking into zip archives without believing what they say of themselves."""

import os
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from app.domain.errors import Invalid, TooLarge

CHUNK = 64 * 1024

_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LONGEST_COMMENT = 65_535
#: More than any honest entry needs in the directory at the end, its name included.
_ENTRY = 600
_ENCRYPTED = 0x1
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: Parts smaller than this may shrink as far as they like.
_SMALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may unpack to."""

    entries: int = 2_000
    unpacked: int = 200_000_000
    ratio: int = 100


class Broken(Invalid):
    """文件已损坏，无法读取，请重新保存后再试。"""


def parts(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield each part's name and bytes; every byte is unpacked, counted and checksummed.

    Raises:
        Broken: it is no sound archive.
        Invalid: it is encrypted, or a name in it leads elsewhere or comes twice.
        TooLarge: it unpacks to more than *limits*.
    """
    _check_directory(file, limits)
    with _sound():
        archive = zipfile.ZipFile(file)
    with archive:
        entries = archive.infolist()
        _check_entries(entries, limits)
        budget = limits.unpacked
        for entry in entries:
            counted = _Counted(archive, entry, budget, limits.ratio)
            yield entry.filename, iter(counted)
            budget -= counted.drain()


@contextmanager
def _sound() -> Iterator[None]:
    """Translate whatever `zipfile` makes of a broken archive."""
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError
    ) as error:  # fmt: skip
        raise Broken from error


def _check_directory(file: BinaryIO, limits: Limits) -> None:
    """Refuse a directory of too many entries before any of them is read into memory."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _LONGEST_COMMENT - _END.size)
    file.seek(start)
    tail = file.read()
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) - place < _END.size:
        raise Broken
    *_, entries, length, _offset, _comment = _END.unpack_from(tail, place)
    if entries > limits.entries or length > limits.entries * _ENTRY:
        raise _too_many(limits)
    file.seek(0)


def _check_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise _too_many(limits)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Invalid("文件已加密，请取消密码后再试。")
    if any(e.compress_type not in _PLAIN_METHODS or e.header_offset < 0 for e in entries):
        raise Broken
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) < len(names) or any(_leads_elsewhere(name) for name in names):
        raise Broken


def _leads_elsewhere(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith(("/", "../")) or ":" in plain or ".." in posixpath.split(plain)


def _too_many(limits: Limits) -> TooLarge:
    return TooLarge("文件内部的部件超过 %(most)s 个。", most=limits.entries)


class _Counted:
    """The bytes of one part, refused as soon as there are too many of them."""

    def __init__(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int, ratio: int
    ) -> None:
        self._entry, self._budget = entry, budget
        self._most = max(entry.compress_size * ratio, _SMALL)
        with _sound():
            self._stream = archive.open(entry)
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._read():
            self._size += len(chunk)
            if self._size > min(self._budget, self._most):
                raise TooLarge("文件解压后过大。")
            yield chunk

    def _read(self) -> bytes:
        with _sound():
            return self._stream.read(CHUNK)

    def drain(self) -> int:
        """Read what the caller left unread; return the size of the whole part."""
        for _ in self:
            pass
        self._stream.close()
        return self._size
