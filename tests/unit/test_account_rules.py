"""What is refused of changes to accounts, to whom and why."""

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.errors import Invalid, NotAllowed
from app.domain.people import Unit, User
from app.domain.vocabulary import Role, UnitKind
from app.services import accounts
from app.services.people import adding, passwords, posts, units
from app.services.people.adding import Newcomer
from tests.cast import SCHOOL

PASSWORD, NEW = "Qinglan-2026", "Another-One-2"
OFFICE = "青岚县教育督导办公室"


@pytest.fixture
def keeper(actor):
    """The system administrator."""
    return actor("xitong")


@pytest.fixture
def granter(actor):
    """The security administrator."""
    return actor("anquan")


def who(username):
    db.session.rollback()
    return db.session.scalars(select(User).filter_by(username=username)).one()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("wrong", NEW, "old"), (PASSWORD, "short", "new"), (PASSWORD, PASSWORD, "new")],
)
def test_a_password_is_not_changed_to_a_weak_one_or_by_who_does_not_know_it(
    actor, clock, old, new, field
):
    here = accounts.sign_in("wangmin", PASSWORD, kind="web")[0]

    with pytest.raises(Invalid) as refused:
        passwords.change_own(actor("wangmin"), old, new, keep=here)

    assert set(refused.value.fields) == {field}
    assert accounts.sign_in("wangmin", PASSWORD, kind="web")


@pytest.mark.parametrize(
    ("username", "add", "drop"),
    [
        ("anquan", [Role.OFFICE], []),  # one's own
        ("wangmin", [], [Role.OFFICE]),  # none would be left
        ("wangmin", [Role.SYSTEM_ADMIN], []),
        ("xitong", [Role.TEAM], [Role.SYSTEM_ADMIN]),  # the last
        ("shenji", [Role.SYSTEM_ADMIN], []),
    ],
)
def test_roles_that_contradict_are_refused(county, granter, username, add, drop):
    before = who(username).roles

    with pytest.raises(Invalid):
        posts.change_roles(who(username).id, granter, add=add, drop=drop)

    assert who(username).roles == before


def test_a_made_up_password_is_strong_enough(county):
    for _ in range(50):
        accounts.check_password(passwords.made_up())


@pytest.mark.parametrize("username", ["wangmin", "chenjianguo", "fenxi", "shenji"])
def test_only_the_system_administrator_keeps_accounts(county, actor, username):
    by, of = actor(username), who("lyxx_clerk").id
    school = db.session.scalar(select(Unit.id).filter_by(name=SCHOOL))

    for touch in (
        lambda: posts.deactivate(of, by),
        lambda: posts.reactivate(of, by),
        lambda: posts.change(of, by, name="x"),
        lambda: posts.change_roles(of, by, add=[Role.OFFICE]),
        lambda: passwords.reset(of, by),
        lambda: units.change(school, by, name="x", department=None),
        lambda: units.deactivate(school, by),
        lambda: units.reactivate(school, by),
        lambda: adding.add_unit("x", UnitKind.SCHOOL, parent=None, department=None, by=by),
        lambda: adding.hire(Newcomer(username="x1", name="x", password=NEW, unit=SCHOOL), by),
    ):
        with pytest.raises(NotAllowed):
            touch()


def test_nobody_closes_their_own_account_and_the_last_administrators_stay(county, keeper, granter):
    with pytest.raises(Invalid, match="自己"):
        posts.deactivate(keeper.id, keeper)
    with pytest.raises(Invalid, match="最后一名系统管理员"):
        posts.deactivate(keeper.id, None)
    with pytest.raises(Invalid, match="最后一名安全管理员"):
        posts.deactivate(granter.id, keeper)

    adding.add_user("xitong2", "系统二", PASSWORD, unit=OFFICE, roles=[Role.SYSTEM_ADMIN])
    posts.deactivate(keeper.id, accounts.actor("xitong2"))

    assert not who("xitong").active


def test_nobody_changes_their_own_roles(granter):
    adding.add_user("anquan2", "安二", PASSWORD, unit=OFFICE, roles=[Role.SECURITY_ADMIN])

    with pytest.raises(Invalid, match="自己的角色"):
        posts.change_roles(granter.id, granter, add=[Role.SYSTEM_ADMIN], drop=[Role.SECURITY_ADMIN])
