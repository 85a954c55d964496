"""Wrong passwords by the address that they came from."""

from datetime import UTC, datetime, timedelta

import pytest

from app.services import _tries
from app.services._tries import Tries

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def tries():
    return Tries()


def fail(tries, times, address="203.0.113.7", at=NOON):
    for _ in range(times):
        tries.fail(address, at)


def test_the_twentieth_wrong_password_bars_an_address_for_half_an_hour(tries):
    fail(tries, 19)
    assert not tries.barred("203.0.113.7", NOON)
    fail(tries, 1)

    assert tries.barred("203.0.113.7", NOON + timedelta(minutes=29))
    assert not tries.barred("203.0.113.7", NOON + timedelta(minutes=30))
    assert not tries.barred("203.0.113.8", NOON)


def test_wrong_passwords_long_apart_bar_nobody(tries):
    for hour in range(30):
        fail(tries, 1, at=NOON + timedelta(hours=hour))

    assert not tries.barred("203.0.113.7", NOON + timedelta(hours=29))


def test_colleagues_behind_one_address_begin_anew_when_one_of_them_comes_in(tries):
    fail(tries, 19)
    tries.forget("203.0.113.7")
    fail(tries, 19)

    assert not tries.barred("203.0.113.7", NOON)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", None, "", "not an address"])
def test_an_address_that_says_nothing_is_not_counted(tries, address):
    fail(tries, 99, address)

    assert not tries.barred(address, NOON)


def test_only_so_many_addresses_are_remembered(tries, monkeypatch):
    monkeypatch.setattr(_tries, "_MOST", 3)

    for last in range(9):
        fail(tries, 20, f"203.0.113.{last}")

    assert [tries.barred(f"203.0.113.{last}", NOON) for last in (0, 5, 6, 8)] == [0, 0, 1, 1]
