"""The file of a backup: a zip whose manifest names every member and its SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from app.domain.errors import DomainError
from app.services._files import disk_may_fill

#: Of the archive itself; a program that reads another says so.
FORMAT = 1
MANIFEST = "manifest.json"
KEY = "secret_key"
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
_MEMBER = re.compile(r"database\.(sqlite|dump)|secret_key|evidence/[0-9a-f]{2}/[0-9a-f]{32}")
CHUNK = 1024 * 1024

#: Is told of every stretch of bytes that has been dealt with.
Note = Callable[[int], None]


class BackupRefused(DomainError):
    """备份文件不能使用。"""

    code = "backup_refused"


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of all chains of history, sealed together."""

    cases: int
    events: int
    last_event_id: int
    hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, and what it was made of."""

    version: str
    database: str
    revision: str
    created_at: str
    counts: dict[str, int]
    armed_timers: int
    history: Heads
    #: SHA-256 by member.
    members: dict[str, str]
    #: Names of evidence that the store lacks or that is not what was uploaded.
    unsound: list[str]
    format: int = FORMAT


class Writer:
    """Adds members to a new archive and remembers what they were."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", allowZip64=True)
        self.members: dict[str, str] = {}

    def __enter__(self) -> Writer:
        """Write."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Let go of the file; what failed before is what is told."""
        if kind is not None:
            with suppress(OSError, ValueError):
                self._zip.close()

    def add(self, name: str, chunks: Iterable[bytes], *, packed: bool = False) -> str:
        """Write one member; return its SHA-256."""
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = 0o600 << 16
        digest = hashlib.sha256()
        with self._zip.open(entry, "w", force_zip64=True) as member:
            for chunk in chunks:
                digest.update(chunk)
                member.write(chunk)
        self.members[name] = digest.hexdigest()
        return self.members[name]

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, and with it the end of the archive."""
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        self._zip.writestr(MANIFEST, text)
        self._zip.close()


@contextmanager
def fresh(target: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """Yield a file that becomes *target* if all goes well, and is gone otherwise.

    Raises:
        BackupRefused: there is such a file already, or it is just being written.
    """
    if target.exists() and not replace:
        raise BackupRefused("%(file)s 已存在；如确要覆盖请加 --force。", file=target)
    part = target.with_name(target.name + ".part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BackupRefused(
            "%(file)s 已存在：另一个备份正在写入，或上次被中断；确认没有备份在进行后删除它。",
            file=part,
        ) from error
    except OSError as error:
        raise unwritable(part, error) from error
    try:
        with disk_may_fill(), os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> BackupRefused:
    """Return what to say when *path* can't be written."""
    return BackupRefused(
        "不能写入 %(file)s：%(reason)s。", file=path, reason=error.strerror or type(error).__name__
    )


class Archive:
    """A backup that is being read; nothing in it is believed before its SHA-256 was compared."""

    def __init__(self, file: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
            self.manifest = _manifest(self._zip)
        except OSError as error:
            raise BackupRefused(
                "不能读取 %(file)s：%(reason)s。", file=file, reason=error.strerror or "?"
            ) from error
        except zipfile.BadZipFile as error:
            raise BackupRefused("%(file)s 不是完整的备份文件（可能被截断）。", file=file) from error
        self._check_names()

    def __enter__(self) -> Archive:
        """Read."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._zip.close()

    @property
    def size(self) -> int:
        """Bytes in all members, unpacked."""
        return sum(entry.file_size for entry in self._zip.infolist())

    def chunks(self, name: str, note: Note) -> Iterator[bytes]:
        """Yield the bytes of one member.

        Raises:
            BackupRefused: at the end, if they are not what was written; it names the member.
        """
        digest = hashlib.sha256()
        try:
            with self._zip.open(name) as member:
                while chunk := member.read(CHUNK):
                    digest.update(chunk)
                    note(len(chunk))
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise _changed(name) from error
        if digest.hexdigest() != self.manifest.members[name]:
            raise _changed(name)

    def extract(self, name: str, to: Path, note: Note) -> None:
        """Write one member to a new file, safe against a power cut."""
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            for chunk in self.chunks(name, note):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

    def _check_names(self) -> None:
        held = [name for name in self._zip.namelist() if name != MANIFEST]
        promised = self.manifest.members.keys()
        if lacking := sorted(promised - set(held)):
            raise BackupRefused("备份缺少“%(member)s”。", member=lacking[0])
        foreign = [name for name in held if name not in promised or not _MEMBER.fullmatch(name)]
        if foreign or len(held) != len(promised):
            raise BackupRefused("备份中多出“%(member)s”。", member=(foreign or held)[0])
        if DATABASES.get(self.manifest.database) not in promised:
            raise BackupRefused("备份中没有数据库。")


def _changed(name: str) -> BackupRefused:
    return BackupRefused("备份中的“%(member)s”已损坏或被改动，未做任何恢复。", member=name)


def _manifest(file: zipfile.ZipFile) -> Manifest:
    try:
        found = json.loads(file.read(MANIFEST))
        if found.get("format") != FORMAT:
            raise BackupRefused(
                "备份的格式是%(found)s，本程序只认%(known)s：请用对应版本的程序恢复。",
                found=found.get("format"),
                known=FORMAT,
            )
        return Manifest(**{**found, "history": Heads(**found["history"])})
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BackupRefused("备份的清单（manifest.json）缺失或已损坏。") from error
