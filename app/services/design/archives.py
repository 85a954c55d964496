"""Archives that people upload: read with bounds on all that they may cost, written the same way."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from app.domain.errors import Invalid

#: Files in one archive, bytes of one of them, and of all together.
MOST_FILES = 200
LARGEST_FILE = 2_000_000
LARGEST_WHOLE = 12_000_000

_MAGIC = b"PK\x03\x04"
#: What systems put into archives without being asked.
_NOISE = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$)")
_CHUNK = 64_000


class BadArchive(Invalid):
    """压缩包无法读取。"""

    code = "file/archive"


def is_archive(data: bytes) -> bool:
    """Tell whether *data* is a zip file."""
    return data.startswith(_MAGIC)


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of an archive by their names; nothing is written anywhere.

    Raises:
        BadArchive: it is broken, or asks for more than a process is made of.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _files(archive)
    except BadArchive:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise BadArchive from error
    except (OSError, RuntimeError) as error:
        raise BadArchive("压缩包无法读取，可能已加密。") from error


def _files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [one for one in archive.infolist() if not _is_noise(one)]
    if len(entries) > MOST_FILES:
        raise BadArchive("压缩包中的文件超过 %(most)d 个。", most=MOST_FILES)
    found: dict[str, bytes] = {}
    left = LARGEST_WHOLE
    for entry in entries:
        name = _safe_name(entry)
        if name in found:
            raise BadArchive("压缩包中有两个同名文件“%(name)s”。", name=name)
        found[name] = _read(archive, entry, min(LARGEST_FILE, left))
        left -= len(found[name])
    return found


def _is_noise(entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() or bool(_NOISE.search(entry.filename))


def _safe_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of a file, if it is one that lies inside its archive."""
    name = entry.filename
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    is_plain = name.isprintable() and "\\" not in name and ":" not in name
    if is_link or not is_plain or name.startswith("/") or ".." in name.split("/"):
        raise BadArchive("压缩包中的文件名“%(name)s”不安全。", name=ascii(name)[1:81])
    return name


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Unpack one file, no further than it may go, whatever its header says."""
    found = bytearray()
    with archive.open(entry) as file:
        while chunk := file.read(min(_CHUNK, most + 1 - len(found))):
            found += chunk
            if len(found) > most:
                raise BadArchive(
                    "“%(name)s”解压后过大，单个文件不超过 %(one)d MB，合计不超过 %(all)d MB。",
                    name=entry.filename,
                    one=LARGEST_FILE // 1_000_000,
                    all=LARGEST_WHOLE // 1_000_000,
                )
    return bytes(found)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of *files*; equal files make equal archives."""
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return whole.getvalue()
