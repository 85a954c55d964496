"""Files put aside between two pages: uploaded, looked at, and taken up or forgotten."""

from pathlib import Path

from app.clock import utcnow
from app.domain.errors import NotFound
from app.services._files import FileStore

#: After that nobody comes back for it.
KEPT_FOR_HOURS = 24


def put(folder: Path, data: bytes) -> str:
    """Put *data* aside under *folder* and return the name to ask for it by; forget old parcels."""
    store = FileStore(folder)
    if folder.is_dir():
        _forget(folder)
    with store.receiving([data]) as received:
        return store.keep(received)


def take(folder: Path, name: str) -> bytes:
    """Return what was put aside.

    Raises:
        NotFound: it is gone, or never was.
    """
    try:
        return FileStore(folder).path_of(name).read_bytes()
    except (OSError, ValueError) as error:
        raise NotFound("上传的文件已过期，请重新选择。") from error


def drop(folder: Path, name: str) -> None:
    """Forget a parcel that was taken up."""
    FileStore(folder).remove(name)


def _forget(folder: Path) -> None:
    oldest = utcnow().timestamp() - KEPT_FOR_HOURS * 3600
    for path in folder.glob("??/*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
