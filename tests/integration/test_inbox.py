"""The inbox: what waits for whom, in which order, and who takes it first."""

from datetime import date, datetime, timedelta

import pytest

from app.clock import LOCAL, utcnow
from app.db import db
from app.domain.errors import AlreadyDone, Conflict, NotAllowed
from app.domain.process import Task
from app.domain.vocabulary import Severity
from app.services import accounts, inbox, tasks
from app.services.inbox import Due, View


@pytest.fixture
def wangmin(cast):
    return accounts.actor("wangmin")


@pytest.fixture
def zhaolei(cast):
    return accounts.actor("zhaolei")


@pytest.fixture
def task(cast):
    """A plan that waits for either of the office's two."""
    case = cast.open_case()
    cast.walks(case, "acknowledge", "draft_plan", "sign_plan", "review_plan")
    return cast.task(case, "approve_plan")


def ids(actor, view=View.MINE, **options):
    return [one.id for one in inbox.page(actor, view, **options).items]


def test_a_task_of_a_post_waits_for_all_who_hold_it(task, wangmin, zhaolei):
    assert ids(wangmin) == ids(zhaolei) == [task.id]
    assert ids(wangmin, View.CLAIMABLE) == [task.id]
    assert ids(accounts.actor("chenjianguo")) == []


def test_a_claimed_task_is_mine_and_no_longer_my_colleagues(task, wangmin, zhaolei):
    tasks.claim(task.id, wangmin)

    assert (ids(wangmin), ids(wangmin, View.CLAIMABLE)) == ([task.id], [])
    assert (ids(zhaolei), ids(zhaolei, View.CLAIMABLE)) == ([], [])


def test_a_released_task_waits_for_all_again(task, wangmin, zhaolei):
    tasks.claim(task.id, wangmin)

    tasks.release(task.id, wangmin)

    assert ids(zhaolei, View.CLAIMABLE) == [task.id]


def test_who_claims_second_is_told_who_was_first(task, wangmin, zhaolei):
    tasks.claim(task.id, wangmin)

    with pytest.raises(Conflict, match="王敏"):
        tasks.claim(task.id, zhaolei)

    assert tasks.claim(task.id, wangmin).assignee_id == wangmin.id  # again is no conflict


def test_a_task_that_a_colleague_claimed_cannot_be_completed(task, wangmin, zhaolei):
    tasks.claim(task.id, wangmin)

    assert "王敏" in inbox.why_not(task, zhaolei)
    with pytest.raises(NotAllowed, match="王敏"):
        tasks.complete_task(task.id, zhaolei, {"passed": "yes"})


def test_nobody_releases_what_a_colleague_holds(task, wangmin, zhaolei):
    tasks.claim(task.id, wangmin)

    with pytest.raises(Conflict):
        tasks.release(task.id, zhaolei)


def test_a_task_is_handed_over_to_a_colleague_of_the_same_post(task, wangmin, zhaolei):
    assert [one.username for one in inbox.colleagues(task, wangmin)] == ["zhaolei"]

    tasks.hand_over(task.id, wangmin, "zhaolei")

    assert (ids(wangmin), ids(zhaolei)) == ([], [task.id])


@pytest.mark.parametrize("username", ["chenjianguo", "lyxx_head", "nobody"])
def test_a_task_is_handed_over_to_nobody_else(task, wangmin, username):
    with pytest.raises(NotAllowed):
        tasks.hand_over(task.id, wangmin, username)

    assert task.assignee_id is None


def test_claims_and_hand_overs_are_lines_of_history(cast, task, wangmin):
    tasks.claim(task.id, wangmin)
    tasks.hand_over(task.id, wangmin, "zhaolei")

    assert cast.told(task.case, "to")[-2:] == [("claimed", "王敏"), ("handed_over", "赵磊")]


def test_who_comes_too_late_is_told_who_did_it_and_when(task, wangmin, zhaolei):
    tasks.complete_task(task.id, wangmin, {"passed": "yes"})

    with pytest.raises(AlreadyDone, match=r"王敏于2026-03-02 09:00"):
        tasks.complete_task(task.id, zhaolei, {"passed": "yes"})


def test_a_stale_page_is_refused(task, wangmin, zhaolei):
    seen = task.revision
    tasks.claim(task.id, wangmin)

    with pytest.raises(Conflict):
        tasks.complete_task(task.id, wangmin, {"passed": "yes"}, revision=seen)


def test_a_task_that_the_process_withdrew_needs_no_doing(cast):
    case = cast.open_case()
    gone = cast.task(case, "acknowledge").id
    cast.passes(days=5)

    with pytest.raises(AlreadyDone, match="撤回"):
        tasks.complete_task(gone, accounts.actor("lyxx_clerk"), {"signed_by": "华雪梅"})


def test_a_draft_is_kept_until_the_task_is_completed(task, wangmin):
    saved_at = tasks.save_draft(task.id, wangmin, {"passed": "no", "opinion": "未写完"})
    assert saved_at == utcnow()
    db.session.rollback()

    found = inbox.get_task(task.id, wangmin)

    assert found.draft == {"passed": "no", "opinion": "未写完"}
    tasks.complete_task(task.id, wangmin, {"passed": "yes"})
    with pytest.raises(AlreadyDone):
        tasks.save_draft(task.id, wangmin, {"passed": "no"})


def test_what_i_did_is_listed_latest_first(cast, task, wangmin):
    tasks.complete_task(task.id, wangmin, {"passed": "yes"})
    cast.passes(hours=1)
    other = cast.open_case()
    cast.walks(other, "acknowledge", "draft_plan", "sign_plan", "review_plan")
    later = cast.task(other, "approve_plan").id
    tasks.complete_task(later, wangmin, {"passed": "yes"})

    assert ids(wangmin, View.DONE) == [later, task.id]
    assert ids(accounts.actor("zhaolei"), View.DONE) == []


def fill(cast, number):
    """Open cases on days and hours of their own, all waiting for the same clerk."""
    for n in range(number):
        cast.open_case(severity=Severity.GENERAL)
        if n % 3 == 2:  # some share their moment
            cast.clock.shift(timedelta(hours=20))


def test_what_is_due_first_stands_first(cast):
    fill(cast, 7)

    due = [one.due_at for one in inbox.page(accounts.actor("lyxx_clerk")).items]

    assert len(due) == 7
    assert due == sorted(due)


def test_what_is_overdue_stands_before_what_is_not(cast):
    late = cast.open_case()
    cast.walks(late, "acknowledge")
    cast.clock.move_to(datetime(2026, 3, 20, 9, tzinfo=LOCAL))
    fresh = cast.open_case(issued_on=date(2026, 3, 20))
    cast.walks(fresh, "acknowledge")
    owner = accounts.actor("lyxx_owner")

    assert [one.case.id for one in inbox.page(owner).items] == [late.id, fresh.id]
    assert [one.case.id for one in inbox.page(owner, due=Due.OVERDUE).items] == [late.id]


@pytest.mark.parametrize("view", [View.MINE, View.CLAIMABLE])
def test_pages_together_hold_everything_once(cast, view):
    fill(cast, 11)
    clerk, seen, after = accounts.actor("lyxx_clerk"), [], None

    while True:
        stretch = inbox.page(clerk, view, limit=3, after=after)
        seen += [one.id for one in stretch.items]
        if (after := stretch.next) is None:
            break

    assert seen == ids(clerk, view, limit=50)
    assert len(set(seen)) == len(seen) == 11 == inbox.total(clerk, view)


def test_a_page_misses_nothing_when_a_task_before_it_is_done_meanwhile(cast):
    fill(cast, 6)
    clerk = accounts.actor("lyxx_clerk")
    everything = ids(clerk)
    first = inbox.page(clerk, limit=3)

    tasks.complete_task(everything[0], clerk, {"signed_by": "华雪梅"})

    assert ids(clerk, after=first.next) == everything[3:]


def test_done_tasks_are_paged_as_well(cast):
    fill(cast, 5)
    clerk = accounts.actor("lyxx_clerk")
    for task_id in ids(clerk):
        tasks.complete_task(task_id, clerk, {"signed_by": "华雪梅"})

    first = inbox.page(clerk, View.DONE, limit=2)
    rest = inbox.page(clerk, View.DONE, limit=9, after=first.next)

    together = [one.id for one in first.items + rest.items]
    assert together == ids(clerk, View.DONE)
    assert len(set(together)) == 5


def test_counts_agree_with_the_lists(cast, task, wangmin, zhaolei):
    cast.passes(days=20)
    tasks.claim(task.id, wangmin)

    counts = inbox.counts(wangmin)

    assert (counts.mine, counts.claimable, counts.overdue) == (1, 0, 1)
    assert inbox.total(zhaolei, View.MINE) == 0
    assert inbox.total(wangmin, View.MINE, Due.OVERDUE) == 1


def test_what_falls_due_today_is_listed_to_its_last_task(cast, clock):
    cases = [cast.open_case() for _ in range(3)]
    due = max(cast.task(case, "acknowledge").due_at for case in cases)
    clock.move_to(due - timedelta(hours=2))
    owner = accounts.actor("lyxx_clerk")

    first = inbox.page(owner, due=Due.TODAY, limit=2)
    rest = inbox.page(owner, due=Due.TODAY, limit=2, after=first.next)

    assert {task.case_id for task in first.items + rest.items} == {case.id for case in cases}
    assert rest.next is None
    assert inbox.counts(owner).today == inbox.total(owner, View.MINE, Due.TODAY) == 3
    assert inbox.page(owner, due=Due.OVERDUE).items == []


def test_a_person_of_two_posts_finds_the_tasks_of_both(cast):
    cast.hires("both", *(accounts.actor(one).posts[0][0] for one in ("lyxx_clerk", "lyxx_owner")))
    first, second = cast.open_case(), cast.open_case()
    cast.does(first, "acknowledge")

    found = inbox.page(accounts.actor("both")).items

    assert {(one.case_id, one.key) for one in found} == {
        (first.id, "draft_plan"),
        (second.id, "acknowledge"),
    }
    assert all(isinstance(one, Task) for one in found)
