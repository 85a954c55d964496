"""Accounts after they were made: passwords, roles, units, leaving; and the record of it all."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text

from app.db import db
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.history import Event
from app.domain.people import Login, Unit, User
from app.domain.vocabulary import Role, UnitKind
from app.services import _progress, accounts, cases, history, tasks
from app.services.people import adding, lists, passwords, posts, record, rights, units
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


def sign_in(username="wangmin", password=PASSWORD, kind="web"):
    return accounts.sign_in(username, password, kind=kind)[0]


def noted(auditor):
    return [(line.what, line.whom, line.by_name) for line in record.page(auditor).items]


class Watchful:
    """A hasher that notices whether the database is held while it works."""

    def __init__(self, hasher):
        self.hasher, self.held = hasher, []

    def verify(self, *args):
        self.held.append(db.session().in_transaction())
        return self.hasher.verify(*args)


@pytest.mark.parametrize("username", ["wangmin", "nobody"])
def test_nobody_waits_while_a_password_is_verified(county, clock, monkeypatch, username):
    watchful = Watchful(accounts._HASHER)
    monkeypatch.setattr(accounts, "_HASHER", watchful)

    with pytest.raises(accounts.LoginRefused):
        sign_in(username, "wrong")

    assert watchful.held == [False]


def test_one_changes_ones_own_password_and_all_other_logins_end(county, clock, actor):
    here, elsewhere, program = sign_in(), sign_in(), sign_in(kind="api")

    passwords.change_own(actor("wangmin"), PASSWORD, NEW, keep=here)

    assert [bool(accounts.signed_in(one)) for one in (here, elsewhere, program)] == [True, 0, 0]
    assert sign_in(password=NEW)
    with pytest.raises(accounts.LoginRefused):
        sign_in()
    assert noted(actor("shenji"))[0] == ("password_changed", "王敏", "王敏")


def test_guessing_the_old_password_locks_the_account(county, clock, actor):
    here = sign_in()

    for _ in range(5):
        with pytest.raises(Invalid):
            passwords.change_own(actor("wangmin"), "guess", NEW, keep=here)

    with pytest.raises(Invalid):
        passwords.change_own(actor("wangmin"), PASSWORD, NEW, keep=here)
    with pytest.raises(accounts.LoginRefused):
        sign_in()


def test_a_one_time_password_opens_a_locked_account_and_must_be_changed(county, clock, keeper):
    old = sign_in()
    for _ in range(5):
        with pytest.raises(accounts.LoginRefused):
            sign_in(password="wrong")

    password = passwords.reset(who("wangmin").id, keeper)

    assert accounts.signed_in(old) is None
    person = accounts.signed_in(token := sign_in(password=password))
    assert person.must_change_password
    with pytest.raises(accounts.PasswordIsTemporary):
        sign_in(password=password, kind="api")
    passwords.change_own(person, password, NEW, keep=token)
    assert not accounts.signed_in(token).must_change_password
    assert sign_in(password=NEW, kind="api")


def test_who_leaves_is_signed_out_and_what_was_claimed_goes_back(cast, keeper, actor):
    case = cast.open_case()
    task = cast.task(case, "acknowledge")
    tasks.claim(task.id, actor("lyxx_clerk"))
    cast.hires("second", Role.UNIT_CLERK)
    token = sign_in("lyxx_clerk", kind="api")
    clerk = who("lyxx_clerk")
    assert posts.leaving(clerk) == posts.Left(tasks=1)

    assert posts.deactivate(clerk.id, keeper) == posts.Left(tasks=1)

    assert accounts.signed_in(token) is None
    assert db.session.scalar(select(func.count(Login.digest)).filter_by(user_id=clerk.id)) == 0
    assert tasks.claim(task.id, actor("second")).assignee.username == "second"
    assert {"given_back"} <= set(cast.told(case))
    assert list(history.verify()) == []
    assert noted(actor("shenji"))[0][0] == "deactivated"
    posts.reactivate(clerk.id, keeper)
    assert sign_in("lyxx_clerk")


def test_an_inspector_who_leaves_leaves_the_schools_to_the_office(county, keeper):
    inspector = db.session.scalars(select(Unit.inspector_id).where(Unit.inspector_id > 0)).first()

    left = posts.deactivate(inspector, keeper)

    assert left.schools > 0
    assert db.session.scalar(select(func.count(Unit.id)).filter_by(inspector_id=inspector)) == 0


def test_who_moves_leaves_the_tasks_with_the_old_unit(cast, keeper, actor):
    case = cast.open_case()
    task = cast.task(case, "acknowledge")
    tasks.claim(task.id, actor("lyxx_clerk"))

    left = posts.change(who("lyxx_clerk").id, keeper, name="李新", unit="柳塬镇初级中学")

    assert left.tasks == 1
    assert actor("lyxx_clerk").unit_name == "柳塬镇初级中学"
    assert cast.task(case, "acknowledge").assignee is None
    changes = record.page(keeper, user_id=who("lyxx_clerk").id).items
    assert [line.what for line in changes] == ["moved", "user_renamed"]
    with pytest.raises(Invalid) as refused:
        posts.change(who("lyxx_clerk").id, keeper, unit="火星")
    assert set(refused.value.fields) == {"unit"}


def test_roles_are_the_security_administrators_where_there_is_one(cast, keeper, granter, actor):
    case = cast.open_case()
    task = cast.task(case, "acknowledge")
    clerk = who("lyxx_clerk")
    tasks.claim(task.id, actor("lyxx_clerk"))

    with pytest.raises(NotAllowed):
        posts.change_roles(clerk.id, keeper, add=[Role.UNIT_OWNER])
    left = posts.change_roles(clerk.id, granter, add=[Role.UNIT_OWNER], drop=[Role.UNIT_CLERK])

    assert left.tasks == 1
    assert actor("lyxx_clerk").roles == {Role.UNIT_OWNER}
    (line,) = record.page(granter).items
    assert line.params["granted"] == ["unit_owner"]
    assert line.params["revoked"] == ["unit_clerk"]


def test_a_county_without_a_security_administrator_has_its_roles_from_the_systems(county, keeper):
    db.session.execute(text("DELETE FROM \"grant\" WHERE role = 'security_admin'"))
    db.session.commit()
    assert rights.grants(keeper)

    posts.change_roles(who("wangmin").id, keeper, add=[Role.TEAM])

    assert who("wangmin").roles == {Role.OFFICE, Role.TEAM}


def test_a_new_account_waits_for_its_roles_and_a_password_of_its_own(county, keeper, granter):
    new = Newcomer(username="new", name=" 新 人 ", password=PASSWORD, unit=OFFICE)

    made = adding.hire(new, keeper)

    assert (made.name, made.roles, made.must_change_password) == ("新 人", frozenset(), True)
    narrow = lists.Filter(state=lists.State.WITHOUT_ROLE)
    assert [one.username for one in lists.people(granter, narrow).items] == ["new"]
    assert noted(granter)[0] == ("user_added", "新 人", keeper.name)
    for wrong in ({"username": "名"}, {"name": " "}, {"unit": ""}, {"password": "short"}):
        facts = {"username": "n2", "name": "新", "password": PASSWORD, "unit": OFFICE} | wrong
        with pytest.raises(Invalid) as refused:
            adding.hire(Newcomer(**facts), keeper)
        assert set(refused.value.fields) == set(wrong)


def test_another_countys_accounts_are_not_there(county, keeper):
    other = adding.add_unit("清溪县", UnitKind.COUNTY, parent=None, department=None)
    stranger = adding.add_user("far", "远", PASSWORD, unit="清溪县", roles=[Role.OFFICE]).id

    assert "far" not in {one.username for one in lists.people(keeper, lists.Filter()).items}
    assert "清溪县" not in {one.name for one in lists.tree(keeper)}
    for touch in (
        lambda: lists.user(stranger, keeper),
        lambda: lists.unit(other.id, keeper),
        lambda: posts.deactivate(stranger, keeper),
        lambda: passwords.reset(stranger, keeper),
        lambda: units.change(other.id, keeper, name="x", department=None),
    ):
        with pytest.raises(NotFound):
            touch()
    with pytest.raises(Invalid):
        posts.change(who("wangmin").id, keeper, unit="清溪县")
    assert {line.whom for line in record.page(keeper).items} == set()


def test_a_unit_is_renamed_and_its_people_and_cases_follow(cast, keeper, actor):
    case = cast.open_case()
    school = db.session.scalars(select(Unit).filter_by(name=SCHOOL)).one().id

    units.change(school, keeper, name="柳塬镇第一小学", department="青岚县财政局")

    assert actor("lyxx_clerk").unit_name == "柳塬镇第一小学"
    assert case.lead_unit.name == "柳塬镇第一小学"
    assert case.department.name == "青岚县教育局"  # as it was issued
    with pytest.raises(Invalid) as taken:
        units.change(school, keeper, name="柳塬镇初级中学", department=None)
    assert set(taken.value.fields) == {"name"}


def test_a_unit_is_closed_only_when_nothing_waits_there(cast, keeper):
    cast.open_case()
    school = db.session.scalars(select(Unit).filter_by(name=SCHOOL)).one()
    with pytest.raises(Invalid) as refused:
        units.deactivate(school.id, keeper)
    assert "未办结的事项 1 件、未办结的待办 1 项、在用的账号 3 个" in str(refused.value)

    made = adding.add_unit(
        "新建小学", UnitKind.SCHOOL, parent="柳塬镇人民政府", department=None, by=keeper
    )
    units.deactivate(made.id, keeper)

    with pytest.raises(Invalid):
        cast.open_case(unit="新建小学")
    units.reactivate(made.id, keeper)
    assert cast.open_case(unit="新建小学")


def test_the_tree_is_paged_with_each_unit_right_after_what_it_belongs_to(county, keeper):
    seen, after = [], None
    while True:
        page = lists.units(keeper, lists.Filter(), limit=7, after=after)
        seen += page.items
        if (after := page.next) is None:
            break

    assert len(seen) == page.total == len({one.id for one in seen})
    for before, unit in pairwise(seen):
        parent = unit.path.removesuffix(f"{unit.id}/")
        assert before.path.startswith(parent)


def test_accounts_are_paged_and_found(county, keeper):
    everybody = lists.people(keeper, lists.Filter(), limit=200)
    first = lists.people(keeper, lists.Filter(), limit=10)
    second = lists.people(keeper, lists.Filter(), limit=10, after=first.next)
    town = db.session.scalar(select(Unit.id).filter_by(name="柳塬镇人民政府"))

    both = [*first.items, *second.items]
    assert [one.id for one in both] == [one.id for one in everybody.items[:20]]
    found = lists.people(keeper, lists.Filter(text="lyxx", below=town, role=Role.UNIT_CLERK))
    assert [one.username for one in found.items] == ["lyxx_clerk"]
    assert found.total == 1


def test_events_of_what_was_given_back_name_who_left(cast, keeper, actor):
    case = cast.open_case()
    tasks.claim(cast.task(case, "acknowledge").id, actor("lyxx_clerk"))

    posts.deactivate(who("lyxx_clerk").id, keeper)

    (line,) = db.session.scalars(select(Event).filter_by(what="given_back"))
    assert (line.params["whom"], line.by_name) == (who("lyxx_clerk").name, keeper.name)


def test_what_a_drawing_means_for_somebody_who_left_is_the_posts(county, keeper):
    step = SimpleNamespace(session=db.session())
    assert _progress.user_id(step, "limei") == who("limei").id

    posts.deactivate(who("limei").id, keeper)

    assert _progress.user_id(step, "limei") is None


def test_a_unit_moves_with_all_below_it_and_what_is_seen_of_them(cast, keeper, actor):
    case = cast.open_case()
    ids = dict(db.session.execute(select(Unit.name, Unit.id)).all())
    town, other = "柳塬镇人民政府", "石鼓坪镇人民政府"
    before = len(lists.units(keeper, lists.Filter(below=ids[town])).items)

    units.change(ids[SCHOOL], keeper, name=SCHOOL, department=None, parent=other)
    assert cases.get(case.number, actor("sg_head")).id == case.id
    with pytest.raises(NotFound):
        cases.get(case.number, actor("ly_clerk"))
    units.change(ids[other], keeper, name=other, department=None, parent=town)

    below = lists.units(keeper, lists.Filter(below=ids[town])).items
    assert len(below) > before
    assert actor("lyxx_head").unit_path == f"{actor('sg_head').unit_path}{ids[SCHOOL]}/"
    for wrong in (SCHOOL, other):
        with pytest.raises(Invalid) as refused:
            units.change(ids[other], keeper, name=other, department=None, parent=wrong)
        assert set(refused.value.fields) == {"parent"}
