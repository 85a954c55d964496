"""Notices outside: sent with their cause, at least once, under one key, and not at night."""

import hmac
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import event, select

from app.clock import LOCAL, utcnow
from app.db import db, transaction
from app.domain.errors import Invalid, NotFound
from app.domain.notice import Delivery, Notice
from app.domain.people import User
from app.domain.process import Incident
from app.domain.vocabulary import Channel, DeliveryState, Role
from app.messages import Writer
from app.services import _notices, accounts, deliveries, incidents, mending, notices, subscriptions
from app.services._catalogue import Context, about
from app.services.subscriptions import Wish
from config.outgoing import Host, Outgoing
from tests.receivers import Hook, hook

ROOT = Path(__file__).parents[2]
BASE = "https://xiaohao.example.gov.cn"
SECRET = "a-secret-of-some-length"
BUSY = (500, {}, b"busy")
GONE = (410, {}, b"")


@pytest.fixture
def outside(app) -> Iterator[Hook]:
    """A program that may be called."""
    with hook() as made:
        hosts = (Host("127.0.0.1", "http", made.port, inner=True),)
        deliveries.configure(Outgoing(BASE, None, hosts), Writer(BASE))
        yield made


@pytest.fixture
def wants(outside):
    """Have somebody told by a call."""

    def wish(username: str, **more) -> None:
        address = f"http://127.0.0.1:{outside.port}/{username}"
        facts = {"channel": Channel.WEBHOOK, "address": address, "secret": SECRET} | more
        subscriptions.save(accounts.actor(username), Wish(**facts))

    return wish


@pytest.fixture
def case(cast):
    return cast.open_case()


@pytest.fixture
def told(case):
    """Tell the office something about a case, at the moment that the clock shows."""

    def tell(what: str = "letter_issued", of: str = "1", *, fails: bool = False, **params) -> None:
        with transaction() as session:
            context = Context(session, about(session.merge(case)), utcnow(), None)
            filled = {"letter": "教督办函〔2026〕1号"} | params
            _notices.tell(context, what, [Role.OFFICE], of=of, params=filled)
            assert not fails

    return tell


def queued() -> list[Delivery]:
    db.session.rollback()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def states() -> list[str]:
    return [row.state.value for row in queued()]


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=LOCAL)


def test_a_notice_is_queued_with_its_cause_and_sent_once(cast, wants, outside):
    wants("lyxx_head")
    case = cast.closes_out()

    assert [deliveries.sweep(), deliveries.sweep()] == [1, 0]

    (call,) = outside.calls
    item = call.json["items"][0]
    assert (call.path, item["kinds"], item["case"]) == ("/lyxx_head", ["closed_out"], case.number)
    (row,) = queued()
    assert (row.state, row.attempts, row.claimed_by) == (DeliveryState.SENT, 0, None)
    assert row.sent_at == utcnow()


def test_what_is_rolled_back_was_never_told_nor_queued(told, wants):
    wants("wangmin")

    with pytest.raises(AssertionError):
        told(fails=True)

    assert queued() == []
    assert db.session.scalars(select(Notice)).all() == []


def test_telling_a_whole_office_takes_three_statements(cast, told, wants, app):
    for n in range(8):
        cast.hires(f"extra{n}", Role.OFFICE)
        wants(f"extra{n}")
    heard: list[str] = []

    def listen(_c, _cursor, statement, *_more) -> None:
        heard.append(statement.split()[0] + " " + statement.partition("INTO ")[2].split(" ")[0])

    event.listen(db.engine, "before_cursor_execute", listen)
    told()
    event.remove(db.engine, "before_cursor_execute", listen)

    assert [one for one in heard if "INSERT" in one] == ["INSERT notice", "INSERT delivery"]
    assert len(queued()) == 8
    assert len(db.session.scalars(select(Notice)).all()) >= 9


def test_nobody_is_told_of_one_occasion_twice(told, wants):
    wants("wangmin")

    told()
    told()
    told(of="2")

    assert len(queued()) == 2


def test_who_joins_later_is_told_alone(cast, told, wants):
    told()
    cast.hires("newcomer", Role.OFFICE)
    wants("newcomer")

    told()

    (row,) = queued()
    assert row.user_id == accounts.actor("newcomer").id


def test_a_call_is_signed_over_its_moment_and_carries_its_key(told, wants, outside):
    wants("wangmin")
    told()

    deliveries.sweep()

    (call,) = outside.calls
    sealed = f"{call.headers['x-xiaohao-timestamp']}.".encode() + call.body
    seal = hmac.new(SECRET.encode(), sealed, "sha256").hexdigest()
    assert call.headers["x-xiaohao-signature"] == f"sha256={seal}"
    assert call.headers["idempotency-key"] == call.json["key"]


def test_a_failure_is_tried_again_after_1_5_and_25_minutes_under_the_same_key(
    told, wants, outside, clock
):
    wants("wangmin")
    told()
    outside.answers += [BUSY] * 4

    waits = []
    for _ in range(3):
        deliveries.sweep()
        (row,) = queued()
        waits.append(row.try_at - utcnow())
        clock.move_to(row.try_at - timedelta(seconds=1))
        deliveries.sweep()  # too early
        clock.shift(timedelta(seconds=1))
    deliveries.sweep()

    assert waits == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25)]
    assert len(outside.calls) == 4
    assert len(set(outside.keys)) == 1
    (row,) = queued()
    assert (row.state, row.attempts, row.error) == (DeliveryState.FAILED, 4, "status: 500")


def test_what_failed_for_good_is_an_incident_and_can_be_sent_after_all(
    cast, told, wants, outside, clock
):
    wants("wangmin")
    told()
    outside.answers += [BUSY] * 4
    for _ in range(4):
        deliveries.sweep()
        clock.shift(timedelta(minutes=25))

    (incident,) = db.session.scalars(select(Incident))
    assert incident.subject == f"delivery:{queued()[0].id}"
    assert "通用回调" in incidents.cause_of(incident)

    mending.retry(incident.id, cast.hires("mender", Role.SYSTEM_ADMIN))
    assert deliveries.sweep() == 1
    assert states() == ["sent"]


def test_a_failure_that_stands_is_not_tried_again_and_troubles_no_administrator(
    told, wants, outside, clock
):
    wants("wangmin")
    told()
    outside.answers.append(GONE)

    deliveries.sweep()
    clock.shift(timedelta(hours=1))
    deliveries.sweep()

    assert (len(outside.calls), states()) == (1, ["failed"])
    assert db.session.scalars(select(Incident)).all() == []


def test_one_that_fails_does_not_hold_up_the_others(cast, told, wants, outside):
    cast.hires("colleague", Role.OFFICE)
    wants("wangmin")
    wants("colleague")
    told()
    outside.answers.append(BUSY)

    assert deliveries.sweep() == 1
    assert states() == ["queued", "sent"]


DIE = """
import os, sys
from app import create_app
from app.messages import Writer
from app.services import deliveries
from config.outgoing import Host, Outgoing
from config.settings import Settings
from pathlib import Path
url, folder, port, delivery_id = sys.argv[1:]
app = create_app(Settings(Path(folder), url, "test-" * 8))
hosts = (Host("127.0.0.1", "http", int(port), inner=True),)
deliveries.configure(Outgoing(hosts=hosts), Writer("http://127.0.0.1"))
with app.app_context():
    claimed = deliveries._claim(int(delivery_id))
    deliveries.ways()[claimed.channel].send(claimed.sending)
    os._exit(9)
"""


@pytest.fixture
def dies(database, tmp_path):
    """Have another process send a delivery and be gone before it can note so."""

    def run(delivery_id: int, port: int) -> int:
        db.session.rollback()
        facts = [database, str(tmp_path), str(port), str(delivery_id)]
        killed = subprocess.run([sys.executable, "-c", DIE, *facts], cwd=ROOT, check=False)
        return killed.returncode

    return run


def test_killed_between_sending_and_noting_it_is_sent_again_with_the_same_key(
    told, wants, outside, clock, dies
):
    wants("wangmin")
    told()

    died = dies(queued()[0].id, outside.port)

    assert (died, len(outside.calls), states()) == (9, 1, ["queued"])
    clock.move_to(queued()[0].claimed_until - timedelta(seconds=1))
    assert deliveries.sweep() == 0  # it may still be at it
    clock.shift(timedelta(seconds=1))
    assert deliveries.sweep() == 1
    assert len(set(outside.keys)) == 1


def test_two_workers_never_send_the_same_at_the_same_time(app, told, wants, outside):
    wants("wangmin")
    told()
    (row,) = queued()
    number, together, sent = row.id, Barrier(4), []
    db.session.rollback()

    def work() -> None:
        with app.app_context():
            together.wait()
            sent.append(deliveries.deliver(number))
            db.session.remove()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sorted(sent), len(outside.calls)) == ([False, False, False, True], 1)


@pytest.mark.parametrize(
    "moments",
    [
        (on(2, 20, 59), on(2, 20, 59)),
        (on(2, 21, 0), on(3, 7, 30)),
        (on(2, 23, 59), on(3, 7, 30)),
        (on(3, 0, 0), on(3, 7, 30)),
        (on(3, 7, 29), on(3, 7, 30)),
        (on(3, 7, 30), on(3, 7, 30)),
    ],
)
def test_at_night_nothing_is_sent_and_in_the_morning_it_is(told, wants, clock, outside, moments):
    told_at, sent_at = moments
    wants("wangmin", quiet_from=time(21), quiet_until=time(7, 30))
    clock.move_to(told_at)
    told()

    assert queued()[0].try_at == sent_at
    if sent_at > told_at:
        clock.move_to(sent_at - timedelta(seconds=1))
        assert deliveries.sweep() == 0
    clock.move_to(sent_at)

    assert deliveries.sweep() == 1


def test_a_retry_waits_for_the_morning_too(told, wants, clock, outside):
    wants("wangmin", quiet_from=time(21), quiet_until=time(7, 30))
    clock.move_to(on(2, 20, 59))
    told()
    outside.answers.append(BUSY)

    deliveries.sweep()
    clock.move_to(on(2, 21, 5))
    deliveries.sweep()

    (row,) = queued()
    assert (row.try_at, row.attempts, len(outside.calls)) == (on(3, 7, 30), 1, 1)


def test_who_has_read_it_meanwhile_is_not_woken_for_it(told, wants, clock, outside):
    wants("wangmin", quiet_from=time(21), quiet_until=time(7, 30))
    clock.move_to(on(2, 22))
    told()

    notices.mark_read(accounts.actor("wangmin"))
    clock.move_to(on(3, 8))
    deliveries.sweep()

    assert (outside.calls, states(), queued()[0].error) == ([], ["skipped"], "read")


def test_muted_kinds_are_not_sent_but_shown_inside(told, wants, outside):
    wants("wangmin", muted=["letter_issued"])

    told()
    told("clue_recorded", kind="relapse")

    assert len(queued()) == 1
    assert notices.unread(accounts.actor("wangmin")) == 2


def test_muting_and_pausing_hold_for_what_waits_already(told, wants, outside):
    wants("wangmin")
    told()
    wants("wangmin", muted=["letter_issued"])
    deliveries.sweep()
    told(of="2", what="closed_out")
    wants("wangmin", active=False)
    deliveries.sweep()

    assert [(row.state.value, row.error) for row in queued()] == [
        ("skipped", "muted"),
        ("skipped", "unsubscribed"),
    ]


def test_a_closed_account_gets_nothing(told, wants, outside):
    wants("wangmin")
    told()
    with transaction() as session:
        session.scalars(select(User).filter_by(username="wangmin")).one().active = False

    deliveries.sweep()

    assert (outside.calls, queued()[0].error) == ([], "account_closed")


def test_the_digest_comes_once_a_day_at_eight_with_what_is_unread(
    told, wants, clock, outside, case
):
    wants("wangmin", digest=True)
    for n in range(3):
        told(of=str(n))
    clock.move_to(on(2, 23))
    told("closed_out")

    clock.move_to(on(3, 7, 59))
    assert (deliveries.sweep(), queued()) == (0, [])
    clock.move_to(on(3, 8))
    assert [deliveries.sweep(), deliveries.sweep()] == [1, 0]

    (call,) = outside.calls
    (item,) = call.json["items"]
    assert (item["case"], item["count"], call.json["kind"]) == (case.number, 4, "digest")
    assert call.json["link"] == f"{BASE}/notices"
    clock.move_to(on(3, 20))
    assert deliveries.sweep() == 0


def test_a_digest_of_nothing_is_not_sent(told, wants, clock, outside):
    wants("wangmin", digest=True)
    told()
    notices.mark_read(accounts.actor("wangmin"))

    clock.move_to(on(3, 9))
    assert deliveries.sweep() == 0

    assert (outside.calls, states(), queued()[0].error) == ([], ["skipped"], "nothing_unread")


def test_what_stays_unread_is_in_one_digest_only_and_what_came_later_in_the_next(
    told, wants, clock, outside
):
    wants("wangmin", digest=True)
    told()
    clock.move_to(on(3, 9))
    deliveries.sweep()
    told(of="2")
    clock.move_to(on(4, 12))  # nobody swept at eight
    deliveries.sweep()
    clock.move_to(on(5, 12))
    deliveries.sweep()

    assert [call.json["items"][0]["count"] for call in outside.calls] == [1, 1]


def test_a_digest_that_could_not_be_sent_is_made_up_for_by_the_next(told, wants, clock, outside):
    wants("wangmin", digest=True)
    told()
    clock.move_to(on(3, 8))
    deliveries.sweep()
    told(of="2")
    outside.answers += [BUSY] * 4
    for minutes in (0, 1, 5, 25):
        clock.move_to(on(4, 8))
        clock.shift(timedelta(minutes=minutes * 2))
        deliveries.sweep()
    told(of="3")

    clock.move_to(on(5, 8))
    deliveries.sweep()

    assert outside.calls[-1].json["items"][0]["count"] == 2


def test_what_was_sent_by_itself_is_not_in_the_digest(told, wants, clock, outside):
    wants("wangmin")
    told()
    deliveries.sweep()
    wants("wangmin", digest=True)

    clock.move_to(on(3, 8))

    assert (deliveries.sweep(), states()) == (0, ["sent", "skipped"])


def test_nothing_that_somebody_typed_goes_outside(told, wants, outside, case):
    secret = "学生张小明，电话13800000000"
    with transaction() as session:
        session.merge(case).problem = secret
    wants("wangmin")
    told("letter_issued", letter=secret)
    told("clue_recorded", kind="relapse")

    deliveries.sweep()

    for call in outside.calls:
        assert "张小明" not in call.body.decode()
        assert "1380000" not in call.body.decode()
    titles = [call.json["items"][0]["title"] for call in outside.calls]
    assert titles == ["收到督办函（…）", "登记了问责线索，请研究：反弹"]


def test_english_readers_are_told_in_english(told, wants, outside):
    accounts.choose_locale(accounts.actor("wangmin").id, "en")
    wants("wangmin")
    told()

    deliveries.sweep()

    assert "etter" in outside.calls[0].json["title"]


def test_an_address_is_tried_out_once_a_minute(wants, outside, clock):
    actor = accounts.actor("wangmin")
    with pytest.raises(NotFound):
        deliveries.send_test(actor, Channel.WEBHOOK)
    wants("wangmin", quiet_from=time(0), quiet_until=time(23, 59))

    assert deliveries.send_test(actor, Channel.WEBHOOK).state is DeliveryState.SENT
    with pytest.raises(Invalid):
        deliveries.send_test(actor, Channel.WEBHOOK)
    clock.shift(timedelta(minutes=1, seconds=1))
    outside.answers.append(BUSY)

    failed = deliveries.send_test(actor, Channel.WEBHOOK)
    assert (failed.state, failed.error) == (DeliveryState.FAILED, "status: 500")
    assert outside.calls[0].json["kind"] == "test"


def test_due_ones_are_found_longest_waiting_first(told, wants, clock):
    wants("wangmin")
    told(of="1")
    clock.shift(timedelta(minutes=-5))
    told(of="2")
    clock.shift(timedelta(minutes=10))

    first, second = queued()

    assert deliveries.due_deliveries() == [second.id, first.id]
    assert second.queued_at.tzinfo is UTC
