"""Evidence: where it is kept, how much of it, who sees it."""

import hashlib
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.db import db
from app.domain.errors import Invalid, NotFound, TooLarge
from app.domain.evidence import Evidence
from app.services import accounts, dossier, evidence
from tests.cast import SCHOOL

JPEG = bytes.fromhex("ffd8ffc0001108000200020301110001110001110 0ffd9".replace(" ", ""))


@pytest.fixture
def root(cast, tmp_path):
    """The folder that files are kept in."""
    folder = tmp_path / "files"
    evidence.configure(folder)
    return folder


@pytest.fixture
def clerk(root):
    return accounts.actor("lyxx_clerk")


def upload(actor, content=JPEG, name="照片.jpg", **options) -> Evidence:
    return evidence.store(io.BytesIO(content), name, actor, **options)


def submit(file: Evidence, case) -> None:
    """Do what completing a form does with the files it holds."""
    db.session.execute(update(Evidence).where(Evidence.id == file.id).values(case_id=case.id))
    db.session.commit()
    db.session.refresh(file)


def files_in(root) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


class Endless(io.RawIOBase):
    """A sender that never stops, and counts what was taken from it."""

    def __init__(self, head: bytes) -> None:
        self.taken, self._head = 0, head

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "read as a whole"
        chunk = self._head.ljust(size, b"\0")
        self._head = b""
        self.taken += size
        return chunk


# Keeping.


def test_a_file_is_kept_under_a_name_that_says_nothing(root, clerk):
    file = upload(clerk)

    assert files_in(root) == [file.stored_as]
    assert (root / file.stored_as[:2] / file.stored_as).read_bytes() == JPEG
    assert "照片" not in file.stored_as


def test_what_is_known_of_a_file_is_written_down(clerk, clock):
    file = upload(clerk)

    assert (file.name, file.media_type, file.size) == ("照片.jpg", "image/jpeg", len(JPEG))
    assert file.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert (file.uploaded_by_id, file.case_id, file.task_id) == (clerk.id, None, None)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/照片.jpg", "照片.jpg"),
        ("照片.jpg/", "照片.jpg"),
        (r"C:\Users\王敏\照片.jpg", "照片.jpg"),
        ("\u202egpj.照片.jpg", "gpj.照片.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("照片.php\0.jpg", "照片.php.jpg"),
        ("照片 \u2028 一.JPG", "照片 一.JPG"),
        ("长" * 300 + ".jpg", "长" * 196 + ".jpg"),
        ("<script>.jpg", "<script>.jpg"),
    ],
)
def test_the_name_is_only_text(clerk, sent, shown):
    assert upload(clerk, name=sent).name == shown


@pytest.mark.parametrize("name", ["", ".jpg", "照片", "照片.jpg.", "..", "a.jpg\n.exe"])
def test_a_name_that_hides_its_extension_is_refused(clerk, name):
    with pytest.raises(Invalid):
        upload(clerk, name=name)


# Refusing.


def test_a_refused_file_leaves_nothing_behind(root, clerk):
    for content, name in [(b"<html>", "a.jpg"), (JPEG[:6], "a.jpg"), (b"", "a.jpg"), (JPEG, "a.x")]:
        with pytest.raises(Invalid):
            upload(clerk, content, name)

    assert files_in(root) == []
    assert db.session.scalar(select(func.count()).select_from(Evidence)) == 0


def test_a_file_that_is_announced_as_too_large_is_not_read(root, clerk):
    sender = Endless(JPEG)

    with pytest.raises(TooLarge, match="50 MB"):
        evidence.store(sender, "a.jpg", clerk, size_hint=evidence.LARGEST + 1)
    assert sender.taken == 0


def test_a_file_that_never_ends_is_cut_off_at_the_limit(root, clerk):
    sender = Endless(JPEG)

    with pytest.raises(TooLarge, match="50 MB"):
        evidence.store(sender, "a.jpg", clerk, size_hint=10)
    assert sender.taken <= evidence.LARGEST + 65_536
    assert files_in(root) == []


def test_a_file_of_the_wrong_kind_is_refused_after_its_first_bytes(root, clerk):
    sender = Endless(b"MZ")

    with pytest.raises(Invalid):
        evidence.store(sender, "a.jpg", clerk)
    assert sender.taken <= 65_536


def test_nobody_fills_the_disk_with_files_that_are_never_submitted(clerk, clock):
    loose = upload(clerk)
    loose.size = evidence.MOST_LOOSE
    db.session.commit()

    with pytest.raises(TooLarge, match="未提交"):
        upload(clerk)

    clock.shift(timedelta(days=1, seconds=1))
    assert upload(clerk).id


def test_a_file_is_not_kept_when_the_database_refuses_it(root, clerk):
    nobody = replace(clerk, id=999_999)

    with pytest.raises(IntegrityError):
        upload(nobody)
    assert files_in(root) == []


# Who sees it.


def test_until_it_is_submitted_only_its_uploader_sees_a_file(clerk):
    file = upload(clerk)

    assert evidence.open_file(file.id, clerk)[1].read_bytes() == JPEG
    for other in ("lyxx_head", "wangmin", "xitong"):
        with pytest.raises(NotFound):
            evidence.open_file(file.id, accounts.actor(other))


def test_a_submitted_file_is_seen_by_whoever_may_see_the_case(cast, clerk):
    file = upload(clerk)
    submit(file, cast.open_case(unit=SCHOOL))

    for somebody in ("lyxx_clerk", "lyxx_head", "ly_clerk", "wangmin", "sunwei", "zhangjing"):
        assert evidence.open_file(file.id, accounts.actor(somebody))[0].id == file.id
    for somebody in ("lyzx_clerk", "bl_head", "huangtao", "xitong", "fenxi"):
        with pytest.raises(NotFound):
            evidence.open_file(file.id, accounts.actor(somebody))


def test_an_uploader_to_somebody_elses_case_has_no_more_right_to_it(cast, clerk):
    file = upload(clerk)
    submit(file, cast.open_case(unit="柳塬镇初级中学"))

    with pytest.raises(NotFound):
        evidence.open_file(file.id, clerk)


def test_a_file_lost_from_the_disk_is_reported_by_its_name(root, clerk):
    file = upload(clerk)
    (root / file.stored_as[:2] / file.stored_as).unlink()

    with pytest.raises(NotFound, match=r"照片\.jpg"):
        evidence.open_file(file.id, clerk)


# The same file twice.


def test_the_same_file_in_another_case_is_reported(cast, clerk):
    office = accounts.actor("wangmin")
    one, other = cast.open_case(), cast.open_case()
    files = [upload(clerk), upload(clerk), upload(clerk)]
    submit(files[0], one)
    submit(files[1], other)

    assert evidence.same_elsewhere(files[0], office) == [other.number]
    assert evidence.same_elsewhere(files[1], office) == [one.number]
    assert evidence.same_elsewhere(files[2], office) == sorted([one.number, other.number])


def test_the_same_file_twice_in_one_case_is_no_news(cast, clerk):
    case = cast.open_case()
    files = [upload(clerk), upload(clerk)]
    for file in files:
        submit(file, case)

    assert evidence.same_elsewhere(files[0], accounts.actor("wangmin")) == []


def test_cases_one_may_not_see_are_not_told(cast, clerk):
    stranger = accounts.actor("lyzx_clerk")
    submit(upload(clerk), cast.open_case(unit=SCHOOL))

    assert evidence.same_elsewhere(upload(stranger), stranger) == []


# Handed in again.


def test_what_a_step_held_before_it_was_sent_back_may_stay(cast, root):
    case = cast.starts_work()
    old, new = (upload(accounts.actor("lyxx_owner")).id for _ in range(2))
    cast.does(case, "rectify", evidence=[old])
    cast.does(case, "sign_report", signed="no")

    cast.does(case, "rectify", evidence=[new, old])

    assert {file.id for file in dossier.evidence_of(case)} == {old, new}


def test_what_another_step_held_is_not_handed_in_again(cast, root):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    file = upload(accounts.actor("lyxx_owner")).id
    cast.does(case, "draft_plan", emergency_plan=[file])
    cast.walks(case, "sign_plan", "review_plan", "approve_plan")

    with pytest.raises(Invalid):
        cast.does(case, "rectify", evidence=[file])
