"""The file store: a folder outside the web root, with names that say nothing."""

import errno
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import StorageFull

_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived in full and is not kept yet."""

    path: Path
    size: int
    sha256: str


@contextmanager
def disk_may_fill() -> Iterator[None]:
    """Say so plainly when there is no more room.

    Raises:
        StorageFull: instead of what the operating system says.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise


class FileStore:
    """Files under *root*, in folders by the first two letters of their names."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def receiving(self, chunks: Iterable[bytes]) -> Iterator[Received]:
        """Write *chunks* to disk, safe against a power cut; gone afterwards unless kept."""
        with disk_may_fill():
            handle, name = tempfile.mkstemp(dir=self._folder("incoming"))
        path = Path(name)
        try:
            digest, size = hashlib.sha256(), 0
            with disk_may_fill(), os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                file.flush()
                os.fsync(file.fileno())
            yield Received(path, size, digest.hexdigest())
        finally:
            path.unlink(missing_ok=True)

    def keep(self, received: Received) -> str:
        """Give a received file its place and return the name it is found under."""
        name = secrets.token_hex(16)
        folder = self._folder(name[:2])
        received.path.rename(folder / name)
        _sync(folder)
        return name

    def path_of(self, name: str) -> Path:
        """Return where the file *name* lies, whether or not it is there."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of ours")
        return self.root / name[:2] / name

    def remove(self, name: str) -> None:
        """Take back a file that nothing refers to."""
        self.path_of(name).unlink(missing_ok=True)

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(self.root)
        return folder


def _sync(folder: Path) -> None:
    """Make the names in *folder* last; Windows cannot and need not."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
