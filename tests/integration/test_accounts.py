"""Accounts: signing in, being locked out, weak passwords, and posts that exclude each other."""

from datetime import timedelta

import pytest

from app.db import db
from app.domain.errors import Invalid, NotFound
from app.domain.people import Login, User
from app.domain.vocabulary import Role, UnitKind
from app.services import accounts
from app.services.accounts import LoginRefused
from app.services.people import adding

PASSWORD = "Qinglan-2026"
OFFICE = "青岚县教育督导办公室"


@pytest.fixture
def fail(county, clock):
    """Try a wrong password some times."""

    def fail(times, username="wangmin"):
        for _ in range(times):
            with pytest.raises(LoginRefused):
                accounts.sign_in(username, "wrong", kind="web")

    return fail


def sign_in(kind="web"):
    return accounts.sign_in("wangmin", PASSWORD, kind=kind)[0]


def test_who_knows_the_password_comes_in(county, clock):
    assert accounts.signed_in(sign_in()).username == "wangmin"


def test_the_token_itself_is_not_kept(county, clock):
    token, login = accounts.sign_in("wangmin", PASSWORD, kind="api")

    assert token not in (login.digest, *db.session.scalars(db.select(Login.digest)))


@pytest.mark.parametrize("username", ["nobody", "WANGMIN", "", "wangmin' OR '1'='1"])
def test_an_unknown_name_is_refused_like_a_wrong_password(county, clock, username):
    with pytest.raises(LoginRefused) as unknown:
        accounts.sign_in(username, PASSWORD, kind="web")
    with pytest.raises(LoginRefused) as wrong:
        accounts.sign_in("wangmin", "wrong", kind="web")

    assert str(unknown.value) == str(wrong.value)


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(fail):
    fail(4)
    assert sign_in()

    fail(5)

    with pytest.raises(LoginRefused):
        sign_in()


def test_after_thirty_minutes_the_account_is_open_again(fail, clock):
    fail(5)

    clock.shift(timedelta(minutes=29, seconds=59))
    with pytest.raises(LoginRefused):
        sign_in()
    clock.shift(timedelta(seconds=1))

    assert sign_in()


def test_tries_while_locked_do_not_lock_for_longer(fail, clock):
    fail(5)
    clock.shift(timedelta(minutes=20))
    fail(5)

    clock.shift(timedelta(minutes=10))

    assert sign_in()


def test_a_good_login_forgets_the_failures_before_it(fail):
    for _ in range(3):
        fail(4)
        assert sign_in()


def test_one_account_locked_leaves_the_others_alone(fail):
    fail(5, "zhaolei")

    assert sign_in()


def test_a_browser_that_was_idle_for_half_an_hour_is_signed_out(county, clock):
    token = sign_in()

    clock.shift(timedelta(minutes=29))
    assert accounts.signed_in(token)
    clock.shift(timedelta(minutes=30))
    assert accounts.signed_in(token)  # being busy keeps it alive
    clock.shift(timedelta(minutes=31))

    assert accounts.signed_in(token) is None


def test_a_program_may_be_idle_but_every_login_ends_after_twelve_hours(county, clock):
    token = sign_in("api")

    clock.shift(timedelta(hours=11, minutes=59))
    assert accounts.signed_in(token)
    clock.shift(timedelta(minutes=1))

    assert accounts.signed_in(token) is None


def test_who_signed_out_is_out(county, clock):
    first, second = sign_in(), sign_in()

    accounts.sign_out(first)

    assert accounts.signed_in(first) is None
    assert accounts.signed_in(second)


@pytest.mark.parametrize("token", ["", "x", "a" * 10_000])
def test_an_invented_token_is_nobodys(county, clock, token):
    assert accounts.signed_in(token) is None


def test_an_account_that_was_closed_is_out_at_once(county, clock):
    token = sign_in()

    db.session.rollback()
    db.session.scalars(db.select(User).filter_by(username="wangmin")).one().active = False
    db.session.commit()

    assert accounts.signed_in(token) is None
    with pytest.raises(LoginRefused):
        sign_in()
    with pytest.raises(NotFound):
        accounts.actor("wangmin")


@pytest.mark.parametrize(
    "password",
    ["", "Ab1-", "short-1A", "alllowercase", "lower-case-only", "1234567890", "AAAA111111"],
)
def test_a_weak_password_is_refused(county, password):
    with pytest.raises(Invalid) as refused:
        adding.add_user("new", "新人", password, unit=OFFICE, roles=[Role.OFFICE])

    assert set(refused.value.fields) == {"password"}


@pytest.mark.parametrize("password", ["Abcdefgh12", "abcdefgh-1", "ABCDEFGH-1", PASSWORD])
def test_ten_signs_of_three_kinds_are_enough(county, password):
    adding.add_user("new", "新人", password, unit=OFFICE, roles=[Role.OFFICE])

    assert accounts.sign_in("new", password, kind="web")


def test_passwords_are_kept_as_argon2id_only(county):
    hashes = db.session.scalars(db.select(User.password_hash))

    assert all(one.startswith("$argon2id$") for one in hashes)


@pytest.mark.parametrize(
    "roles",
    [
        [],
        [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN],
        [Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN],
        [Role.AUDIT_ADMIN, Role.OFFICE],
        [Role.SECURITY_ADMIN, Role.TEAM],
    ],
)
def test_the_three_administrators_are_three_people_without_other_posts(county, roles):
    with pytest.raises(Invalid) as refused:
        adding.add_user("new", "新人", PASSWORD, unit=OFFICE, roles=roles)

    assert set(refused.value.fields) == {"roles"}


@pytest.mark.parametrize(
    ("field", "changes"), [("username", {"username": "wangmin"}), ("unit", {"unit": "火星"})]
)
def test_a_taken_name_and_an_unknown_unit_are_refused(county, field, changes):
    facts = {"username": "new", "unit": OFFICE} | changes

    with pytest.raises(Invalid) as refused:
        adding.add_user(facts["username"], "新人", PASSWORD, unit=facts["unit"], roles=[Role.TEAM])

    assert set(refused.value.fields) == {field}


def test_a_new_school_stands_below_its_town(county):
    made = adding.add_unit(
        "柳塬镇第二小学", UnitKind.SCHOOL, parent="柳塬镇人民政府", department="青岚县教育局"
    )

    above = accounts.actor("ly_clerk")
    assert made.path.startswith(above.unit_path)
    assert made.county_id == above.county_id
    for wrong in ({"parent": "火星"}, {"department": "火星"}):
        facts = {"parent": None, "department": None} | wrong
        with pytest.raises(Invalid):
            adding.add_unit("柳塬镇第三小学", UnitKind.SCHOOL, **facts)
