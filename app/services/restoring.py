"""Restoring: a backup put in the place of an empty database, or of one that may be lost."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.db import db
from app.domain.errors import Sentence
from app.services import evidence
from app.services._backup import loading
from app.services._backup.archive import DATABASES, KEY, Archive, BackupRefused, Manifest
from app.services._files import disk_may_fill
from app.services.backups import Progress, begun, heads


def restore(
    source: Path,
    instance: Path,
    *,
    revisions: Collection[str],
    force: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Put a backup in the place of the present database and evidence.

    Everything is unpacked and compared before anything of the present is touched. The database's
    own *revisions* are those that this program can bring up to date.

    Raises:
        BackupRefused: it is no sound backup for this database, or there is something to lose.
        StorageFull: there was no room to unpack it; nothing has changed.
    """
    with Archive(source) as archive:
        manifest = archive.manifest
        _require_fitting(manifest, revisions)
        if not force and (stake := at_stake()) is not None:
            raise BackupRefused("%(stake)s如确要覆盖，请加 --force。", stake=stake)
        loading.require_nobody_else()
        with _unpacked(archive, instance, progress) as folder:
            _place(folder, manifest, instance)
    _require_same(manifest)
    _forget_other_files(manifest)
    return manifest


def _require_fitting(manifest: Manifest, revisions: Collection[str]) -> None:
    here = db.engine.dialect.name
    if manifest.database != here:
        raise BackupRefused(
            "这是 %(found)s 的备份，不能恢复到 %(here)s："
            "请把 XIAOHAO_DATABASE_URL 设为同类数据库。",
            found=manifest.database,
            here=here,
        )
    if manifest.revision not in revisions:
        raise BackupRefused(
            "备份来自更新的程序（%(version)s，数据库版本%(revision)s）：请先升级程序再恢复。",
            version=manifest.version,
            revision=manifest.revision,
        )


def at_stake() -> Sentence | None:
    """Say what a restore would overwrite; ``None`` if the database is empty."""
    found = loading.counts(db.session())
    if not (found.get("user") or found.get("case")):
        return None
    return Sentence(
        "目标数据库不是空的：恢复会丢失其中的 %(cases)s 个问题、%(submissions)s 次办理、"
        "%(events)s 条办理记录、%(evidence)s 份材料。",
        cases=found.get("case", 0),
        submissions=found.get("submission", 0),
        events=found.get("event", 0),
        evidence=found.get("evidence", 0),
    )


@contextmanager
def _unpacked(archive: Archive, instance: Path, progress: Progress | None) -> Iterator[Path]:
    """Yield a folder with all members; the database lies where it can be moved from."""
    folder = loading.beside_database(instance) / "restoring"
    shutil.rmtree(folder, ignore_errors=True)
    note = begun(progress, archive.size)
    try:
        with disk_may_fill():
            folder.mkdir(mode=0o700, parents=True)
            for name in archive.manifest.members:
                archive.extract(name, folder / name, note)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place(folder: Path, manifest: Manifest, instance: Path) -> None:
    """Evidence first: a file too many harms nobody, a file too few does."""
    root = evidence.files().root
    for path in sorted((folder / "evidence").glob("*/*")):
        target = root / path.parent.name / path.name
        with disk_may_fill():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(path, target)
    loading.load(folder / DATABASES[manifest.database])
    if KEY in manifest.members:
        shutil.move(folder / KEY, instance / KEY)


def _require_same(manifest: Manifest) -> None:
    """Compare what is there now with what was written."""
    found = loading.counts(db.session())
    for name, count in manifest.counts.items():
        if found.get(name) != count:
            raise BackupRefused(
                "恢复后的表 %(table)s 有 %(found)s 行，备份时是 %(count)s 行。",
                table=name,
                found=found.get(name, 0),
                count=count,
            )
    if heads(db.session(), manifest.history.last_event_id) != manifest.history:
        raise BackupRefused("恢复后的办理记录与备份时锚定的不符。")
    db.session.remove()


def _forget_other_files(manifest: Manifest) -> None:
    """Remove the evidence of the database that was overwritten."""
    root = evidence.files().root
    for path in root.glob("??/*"):
        if f"evidence/{path.relative_to(root).as_posix()}" not in manifest.members:
            path.unlink()
