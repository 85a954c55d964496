"""Backup and restore: whole, sound, and nothing lost, fired or told twice."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Event as Signal

import pytest
from flask_migrate import upgrade
from sqlalchemy import create_engine, delete, func, inspect, select, text
from sqlalchemy.engine import make_url

from app import create_app, scheduler
from app.cli import backups as commands
from app.cli.setup import ROOT
from app.db import db
from app.domain.case import Case
from app.domain.errors import DomainError, StorageFull
from app.domain.evidence import Evidence
from app.domain.notice import Notice
from app.domain.process import Timer
from app.domain.vocabulary import TimerState
from app.services import accounts, backups, evidence, history
from app.services._backup import programs
from app.services._backup.archive import BackupRefused
from tests import postgres
from tests.conftest import settings_for
from tests.soak.places import CannotMount, small_disk

JPEG = bytes.fromhex("ffd8ffc00011080002000203011100011100011100ffd9")


@pytest.fixture
def fresh_machine(database, tmp_path):
    """Another machine: an app on a database that has nothing in it yet."""
    made = []

    def another(name="other"):
        url = make_url(database)
        if url.get_backend_name() == "postgresql":
            url = postgres.create(url.set(database="postgres"), "xiaohao_restored")
        else:
            url = url.set(database=str(tmp_path / name / "xiaohao.db"))
        settings = settings_for(url.render_as_string(hide_password=False), tmp_path / name)
        made.append(create_app(settings))
        return made[-1]

    yield another
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "backup.zip"


@pytest.fixture
def at_work(cast):
    """A county with a case at work, one just opened, and a file of evidence."""
    case = cast.starts_work()
    cast.open_case()
    made = evidence.store(io.BytesIO(JPEG), "照片.jpg", accounts.actor("lyxx_clerk"))
    db.session.get(Evidence, made.id).case_id = case.id
    db.session.commit()
    return case


def restored(app, file, *options):
    """Run the command on *app*'s machine; return what it said."""
    answer = app.test_cli_runner().invoke(commands.restore, [str(file), *options])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer.output


def armed():
    """Return every clock that still runs, with all that it says."""
    query = select(*Timer.__table__.c).where(Timer.state == TimerState.ARMED).order_by(Timer.id)
    return [tuple(row) for row in db.session.execute(query)]


def how_many(table):
    return db.session.scalar(select(func.count()).select_from(table))


def rewritten(file, change):
    """Write the archive anew with *change* applied to its members."""
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)


def spoil(name):
    """Return a change that turns one bit of the last byte of *name*."""

    def change(members):
        data = bytearray(members[name])
        data[-1] ^= 1
        members[name] = bytes(data)

    return change


def database_member(members):
    return next(name for name in members if name.startswith("database"))


def test_a_restored_county_is_the_one_that_was_backed_up(at_work, file, fresh_machine):
    made, clocks = backups.write(file), armed()

    with (machine := fresh_machine()).app_context():
        said = restored(machine, file)

        assert "恢复完成，办理记录完整" in said
        assert armed() == clocks
        assert history.verify() == []
        stored_as = db.session.scalars(select(Evidence.stored_as)).one()
        assert evidence.files().path_of(stored_as).read_bytes() == JPEG
    assert made.counts["case"] == 2
    assert made.armed_timers == len(clocks) > 0


def test_after_a_restore_every_clock_strikes_once_and_nobody_is_told_twice(
    at_work, file, clock, fresh_machine
):
    backups.write(file)
    clock.shift(timedelta(days=20))
    fired = scheduler.sweep()
    told = set(db.session.scalars(select(Notice.key)))

    with (machine := fresh_machine()).app_context():
        restored(machine, file)

        assert [scheduler.sweep(), scheduler.sweep()] == [fired, 0]
        assert set(db.session.scalars(select(Notice.key))) == told
        assert history.verify() == []
    assert fired > 0


def test_a_backup_made_during_work_is_whole(app, cast, file, fresh_machine, clock):
    cases, done = [cast.open_case() for _ in range(3)], Signal()
    numbers = [case.number for case in cases]

    def works(number):
        with app.app_context():
            while not done.is_set():
                case = db.session.scalars(select(Case).filter_by(number=number)).one()
                with suppress(DomainError):  # two who open a case at once want the same number
                    cast.walks(case, *cast.open_tasks(case)[:1])
                    cast.open_case()
                db.session.rollback()
            db.session.remove()

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(works, number) for number in numbers]
        while how_many(Case) < 8:
            db.session.rollback()
        made = [backups.write(file, replace=True) for _ in range(3)]
        done.set()
    assert [one.exception() for one in running] == [None] * 3

    with (machine := fresh_machine()).app_context():
        assert "办理记录完整" in restored(machine, file)
        assert how_many(Case) == made[-1].counts["case"] >= 8


def test_a_changed_member_is_named_and_nothing_is_restored(at_work, file, fresh_machine):
    made = backups.write(file)
    for member in made.members:
        backups.write(file, replace=True)
        rewritten(file, spoil(member))

        with pytest.raises(BackupRefused, match=member):
            backups.check(file)
    with (machine := fresh_machine()).app_context():
        with pytest.raises(BackupRefused, match=member):
            restored(machine, file)

        assert not inspect_tables()
        assert not [path for path in evidence.files().root.rglob("*") if path.is_file()]


def test_members_too_many_or_too_few_are_named(at_work, file):
    backups.write(file)
    rewritten(file, lambda members: members.update({"evidence/../../etc/passwd": b"x"}))
    with pytest.raises(BackupRefused, match="etc/passwd"):
        backups.check(file)

    backups.write(file, replace=True)
    rewritten(file, lambda members: members.pop(database_member(members)))
    with pytest.raises(BackupRefused, match="备份缺少“database"):
        backups.check(file)


@pytest.mark.parametrize("part", [0, 0.3, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_refused(at_work, file, part):
    backups.write(file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])

    with pytest.raises(BackupRefused, match="不是完整的备份文件"):
        backups.check(file)


def test_what_is_no_backup_is_refused_in_words(at_work, file, tmp_path):
    with pytest.raises(BackupRefused, match="不能读取"):
        backups.check(tmp_path / "nowhere.zip")

    with zipfile.ZipFile(file, "w") as other:
        other.writestr("photo.jpg", JPEG)
    with pytest.raises(BackupRefused, match="清单"):
        backups.check(file)


def facts(**changes):
    """Return a change of the manifest."""

    def change(members):
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | changes)

    return change


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": 9}, "格式是9"),
        ({"revision": "0999"}, "先升级程序"),
        ({"counts": {"case": 7}}, "表 case 有 2 行，备份时是 7 行"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(at_work, file, fresh_machine, changes, says):
    backups.write(file)
    rewritten(file, facts(**changes))

    with (machine := fresh_machine()).app_context(), pytest.raises(BackupRefused, match=says):
        restored(machine, file)


def test_a_backup_of_the_other_kind_of_database_is_refused(at_work, file, fresh_machine):
    here = db.engine.dialect.name
    there = {"sqlite": "postgresql", "postgresql": "sqlite"}[here]
    backups.write(file)

    def pretend(members):
        facts(database=there)(members)
        old, new = ("database.sqlite", "database.dump")[:: 1 if here == "sqlite" else -1]
        members[new] = members.pop(old)
        held = json.loads(members["manifest.json"])
        held["members"][new] = held["members"].pop(old)
        members["manifest.json"] = json.dumps(held)

    rewritten(file, pretend)
    with (machine := fresh_machine()).app_context():
        with pytest.raises(BackupRefused, match=f"这是 {there} 的备份，不能恢复到 {here}"):
            restored(machine, file)

        assert not inspect_tables()


def inspect_tables():
    return inspect(db.engine).get_table_names()


def test_a_database_with_people_in_it_is_overwritten_only_by_force(at_work, file, fresh_machine):
    backups.write(file)

    with (machine := fresh_machine()).app_context():
        restored(machine, file)
        db.session.remove()
        with pytest.raises(BackupRefused, match="会丢失其中的 2 个问题"):
            restored(machine, file)
        assert how_many(Case) == 2
        db.session.remove()

        assert "恢复完成" in restored(machine, file, "--force")
        assert how_many(Case) == 2


def test_force_leaves_nothing_of_what_was_there(at_work, file, fresh_machine):
    backups.write(file)
    with (machine := fresh_machine()).app_context():
        restored(machine, file)
        left = evidence.store(io.BytesIO(JPEG), "另一张.jpg", accounts.actor("lyxx_clerk"))
        path = evidence.files().path_of(left.stored_as)
        assert path.exists()
        db.session.remove()

        restored(machine, file, "--force")

        assert not path.exists()
        assert how_many(Evidence) == 1


def test_nothing_is_restored_under_a_program_that_is_running(at_work, file, fresh_machine):
    backups.write(file)
    with (machine := fresh_machine()).app_context():
        restored(machine, file)
        db.session.remove()
        other = create_engine(db.engine.url)
        with other.connect() as connection:
            connection.execute(text("SELECT 1 FROM unit")).all()

            with pytest.raises(BackupRefused, match="先停止服务"):
                restored(machine, file, "--force")
        other.dispose()


def test_an_older_backup_is_brought_up_to_date(file, fresh_machine, tmp_path):
    with fresh_machine("older").app_context():
        upgrade(directory=str(ROOT / "migrations"), revision="0001")
        assert backups.write(file).revision == "0001"

    with (machine := fresh_machine("newer")).app_context():
        restored(machine, file)

        assert db.session.scalar(text("SELECT version_num FROM alembic_version")) > "0001"


def test_a_backup_is_for_its_owner_alone_and_never_overwrites_by_accident(at_work, file):
    backups.write(file)

    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupRefused, match="已存在"):
        backups.write(file)
    assert [path.name for path in file.parent.glob("backup*")] == ["backup.zip"]


def test_two_backups_do_not_write_the_same_file(at_work, file):
    file.with_name("backup.zip.part").touch()

    with pytest.raises(BackupRefused, match="另一个备份正在写入"):
        backups.write(file)


def test_the_secret_key_goes_along_only_when_asked(app, at_work, file, fresh_machine):
    run = app.test_cli_runner().invoke
    assert run(commands.backup, [str(file)]).exit_code == 0
    assert "secret_key" not in backups.check(file).members

    assert run(commands.backup, [str(file), "--force", "--with-key"]).exit_code == 0
    with (machine := fresh_machine()).app_context():
        restored(machine, file)

        key = machine.config["SETTINGS"].instance / "secret_key"
        assert key.read_text() == "test-" * 8
        assert key.stat().st_mode & 0o777 == 0o600


def test_a_folder_keeps_only_the_latest_backups(app, at_work, clock, tmp_path):
    folder = tmp_path / "nightly"
    for _ in range(4):
        clock.shift(timedelta(days=1))
        options = ["--to-folder", str(folder), "--keep", "2"]
        assert app.test_cli_runner().invoke(commands.backup, options).exit_code == 0

    days = [path.name for path in sorted(folder.iterdir())]
    assert days == ["xiaohao-20260305-090000.zip", "xiaohao-20260306-090000.zip"]


def test_missing_evidence_is_named_and_the_rest_is_kept(app, at_work, file):
    stored_as = db.session.scalars(select(Evidence.stored_as)).one()
    evidence.files().remove(stored_as)

    answer = app.test_cli_runner().invoke(commands.backup, [str(file)])

    assert answer.exit_code == 1
    assert stored_as in answer.output
    assert backups.check(file).unsound == [stored_as]


def test_a_file_thrown_away_meanwhile_is_not_missed(app, at_work, file, monkeypatch):
    add = backups._add_evidence

    def after_a_deletion(*args):
        stored_as = db.session.scalars(delete(Evidence).returning(Evidence.stored_as)).one()
        db.session.commit()
        evidence.files().remove(stored_as)
        return add(*args)

    monkeypatch.setattr(backups, "_add_evidence", after_a_deletion)
    backups.write(file)

    assert backups.check(file).unsound == []


def test_a_full_disk_leaves_no_half_file(at_work, tmp_path):
    try:
        with small_disk(tmp_path / "small", kilobytes=128) as disk:
            with pytest.raises(StorageFull, match="存储空间已满"):
                backups.write(disk / "backup.zip")

            assert list(disk.iterdir()) == []
    except CannotMount as reason:
        pytest.skip(str(reason))


def test_a_disk_that_fills_during_a_restore_changes_nothing(at_work, file, fresh_machine, tmp_path):
    backups.write(file)
    try:
        with small_disk(tmp_path / "small", kilobytes=128) as disk:
            fails_for_want_of_room(fresh_machine("small"), file)

            assert not (disk / "restoring").exists()
    except CannotMount as reason:
        pytest.skip(str(reason))


def fails_for_want_of_room(machine, file):
    with machine.app_context():
        with pytest.raises(StorageFull):
            restored(machine, file)

        assert not inspect_tables()


def is_sqlite():
    return db.engine.dialect.name == "sqlite"


def test_a_missing_program_of_postgresql_is_named(app):
    if is_sqlite():
        pytest.skip("SQLite needs no other program")

    with pytest.raises(BackupRefused, match="找不到 pg_nothing：请安装 postgresql-client-"):
        programs.find("pg_nothing", db.session())
