"""Numbers of cases and letters: each county's own series, whatever was typed by hand."""

import shutil
from datetime import date

import pytest
from sqlalchemy import select, update

from app.cli import cli
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Invalid, NotAllowed
from app.domain.people import Unit
from app.domain.vocabulary import UnitKind
from app.services import accounts, numbering, rule_sets
from app.services.people import record

LONG = "QL-2026-ZB-" + "8" * 27
LATE = date(2026, 4, 3)


def admin():
    return accounts.actor("xitong")


def renumbered(case, number):
    """Give a case the number that an earlier release would have let in."""
    with transaction() as session:
        session.execute(update(Case).where(Case.id == case.id).values(number=number))


def test_a_number_that_cannot_be_is_refused_beside_its_field(cast):
    with pytest.raises(Invalid) as refused:
        cast.open_case(number=LONG)

    assert set(refused.value.fields) == {"number"}


def test_a_number_mistyped_long_ago_does_not_ruin_the_series(cast):
    cast.open_case()
    renumbered(cast.open_case(), LONG)
    renumbered(cast.open_case(), "QL-2026-ZB-9x")

    assert cast.open_case().number == "QL-2026-ZB-0002"


def test_a_series_goes_on_after_its_last_number_of_four_digits(cast):
    cast.open_case(number="QL-2026-ZB-9999")

    assert cast.open_case().number == "QL-2026-ZB-10000"
    assert cast.open_case().number == "QL-2026-ZB-10001"


def test_a_county_numbers_by_its_own_prefixes(cast):
    case = cast.starts_work()
    assert (case.number, numbering.of_actor(admin()).letter_prefix) == (
        "QL-2026-ZB-0001",
        "教督办函",
    )

    numbering.choose("QX", "清教督办函", admin())

    assert record.page(admin()).items[0].what == "prefixes_changed"
    assert cast.open_case().number == "QX-2026-ZB-0001"
    cast.until(LATE)
    cast.walks(case, "draft_letter", "sign_letter")
    assert cast.letters(case)[0].number == "清教督办函〔2026〕1号"


def test_nobody_else_chooses_and_no_two_counties_count_in_one_series(cast):
    with transaction() as session:
        session.add(
            Unit(
                name="白水县",
                kind=UnitKind.COUNTY,
                path="/9/",
                case_prefix="BS",
                letter_prefix="白教督函",
            )
        )
    with pytest.raises(NotAllowed):
        numbering.choose("QX", "清教督办函", accounts.actor("wangmin"))
    with pytest.raises(Invalid) as refused:
        numbering.choose("BS", "白教督函", admin())
    assert set(refused.value.fields) == {"case_prefix", "letter_prefix"}
    with pytest.raises(Invalid) as refused:
        numbering.choose("q-", "A", admin())
    assert set(refused.value.fields) == {"case_prefix", "letter_prefix"}


def test_the_command_shows_the_prefixes_and_changes_one(cast, app):
    def run(*words):
        return app.test_cli_runner().invoke(cli, ["units", "numbers", "青岚县", *words])

    assert run().output == "青岚县：问题 QL-年份-ZB-0001，教督办函〔年份〕1号\n"
    assert run("--letters", "青教督办函").output.endswith("，青教督办函〔年份〕1号\n")
    assert run("--cases", "青").exit_code == 1
    db.session.rollback()
    assert db.session.scalar(select(Unit.case_prefix).where(Unit.parent_id.is_(None))) == "QL"


def test_a_letter_gives_as_long_as_the_county_s_rules(cast, tmp_path, monkeypatch):
    case = cast.starts_work()
    folder = tmp_path / "rules"
    shutil.copytree(rule_sets.FOLDER, folder)
    book = (folder / "default.toml").read_text(encoding="utf-8")
    before, after = book.split("[rules.T10b]")
    after = after.replace("number = 5", "number = 7", 1)
    (folder / "default.toml").write_text(f"{before}[rules.T10b]{after}", encoding="utf-8")
    monkeypatch.setattr(rule_sets, "FOLDER", folder)
    rule_sets.all_sets.cache_clear()
    rule_sets._chosen.clear()

    cast.until(LATE)
    demand = cast.letters(case)[0].demand
    rule_sets.all_sets.cache_clear()

    assert "于收到本函之日起7个工作日内书面回复" in demand
