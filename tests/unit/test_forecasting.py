"""The forecast: that it learns a known law, says so when there is none, and never looks ahead."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from app.clock import LOCAL
from app.domain.forecast import ForecastModel, ModelState
from app.domain.vocabulary import Mode, Stage
from app.services.forecasting import features, wording
from app.services.forecasting.calibration import Called, bins, trial
from app.services.forecasting.fitting import ENOUGH, ENOUGH_EACH, Table, fit, split
from app.services.forecasting.model import Model, facts_of
from app.services.forecasting.records import KINDS, Records
from app.services.forecasting.runs import landmarks, running, runs_of
from app.services.forecasting.samples import WIDTH, Samples
from app.services.forecasting.seasons import vacation_share
from app.services.forecasting.story import Line, What
from app.services.forecasting.views import Step, view_of
from tests.forecast_county import lives, morning, with_shuffled_ends

NOW = datetime(2026, 3, 2, 9, tzinfo=LOCAL)
SINCE, UNTIL = date(2022, 1, 1), date(2026, 2, 1)


def samples_of(found, now=NOW):
    samples = Samples()
    for life in found:
        samples.take(life.story(now), now)
    return samples


def model_of(fitted, samples):
    facts = facts_of(fitted, samples.records())
    return Model(ForecastModel(id=1, county_id=1, state=fitted.state, facts=facts))


@pytest.fixture(scope="module")
def county():
    return list(lives(7, 3000, since=SINCE, until=UNTIL))


@pytest.fixture(scope="module")
def learned(county):
    samples = samples_of(county)
    return fit(samples), samples


def test_chances_come_close_to_the_law_that_made_the_cases(learned):
    model = model_of(*learned)
    fresh = lives(7, 1500, since=date(2026, 3, 3), until=date(2026, 12, 1))

    off = []
    for life in fresh:
        at = morning(life.issued_on) + timedelta(days=life.days * 0.7)
        view = view_of(life.story(at), runs_of(life.story(at), at)[-1], at)
        off.append(model.say(view).chance - life.chance)

    assert sum(abs(one) for one in off) / len(off) < 0.06
    assert abs(sum(off) / len(off)) < 0.03


def test_on_cases_it_has_not_seen_what_was_called_came_true(learned):
    tried = learned[0].trial

    assert learned[0].state is ModelState.IN_USE
    assert tried.n > 700
    assert tried.off_by < 0.05
    assert tried.brier < 0.9 * tried.base


def test_where_nothing_is_to_be_learned_it_says_that_it_is_no_better(county):
    fitted = fit(samples_of(with_shuffled_ends(county, 3)))

    assert fitted.state is ModelState.NO_BETTER
    assert abs(fitted.trial.brier - fitted.trial.base) < 0.005


@pytest.mark.parametrize("many", [0, 24, ENOUGH - 1])
def test_it_is_silent_as_long_as_too_little_has_ended(county, many):
    assert fit(samples_of(county[:many])).state is ModelState.SILENT


def test_it_is_silent_as_long_as_too_few_were_late(county):
    samples = samples_of(county)
    late = [number for number, missed in enumerate(samples.missed) if missed]
    for number in late[ENOUGH_EACH - 1 :]:
        samples.missed[number] = False

    assert fit(samples).state is ModelState.SILENT


def test_what_is_learned_at_a_moment_was_known_by_then(county):
    """A case cut off at a moment shows at that moment exactly what the whole case shows of it."""
    compared = 0
    for life in county[:400]:
        whole = life.story(NOW)
        for run in runs_of(whole, NOW):
            for at in landmarks(whole, run, NOW):
                cut = life.story(at)
                seen = view_of(cut, runs_of(cut, at)[-1], at)
                assert seen == view_of(whole, run, at)
                compared += 1

    assert compared > 1000


def test_like_cases_count_only_once_they_have_ended(county):
    """Whatever cases come to after a day, what was known of like cases by then stays as it was."""
    cut = datetime(2024, 1, 1, tzinfo=LOCAL).timestamp()
    samples, other = samples_of(county), samples_of(county)
    for run, end_at in enumerate(other.end_at):
        if end_at >= cut:
            other.missed[run] = not other.missed[run]

    before, changed = samples.like(), other.like()
    width = len(KINDS)
    rows = [row for row, at in enumerate(samples.at) if at < cut]
    later = [row for row, at in enumerate(samples.at) if at > cut + 60 * 86400]

    assert len(rows) > 1000
    assert all(
        before[r * width : (r + 1) * width] == changed[r * width : (r + 1) * width] for r in rows
    )
    assert any(
        before[r * width : (r + 1) * width] != changed[r * width : (r + 1) * width] for r in later
    )


def test_it_is_tried_on_later_moments_than_all_it_was_learned_from(learned):
    data = Table(learned[1])

    earlier, rows, cut = split(data)

    assert data.end_at[data.run[earlier]].max() < cut <= data.at[rows].min()
    assert not set(data.run[earlier]) & set(data.run[rows])
    assert len(set(data.run[rows])) == len(rows) == learned[0].trial.n


def test_a_handful_of_unusual_cases_does_not_weigh_like_a_law(county):
    samples, place = samples_of(county), features.KEYS.index("rework")
    kept = [run for run, missed in enumerate(samples.missed) if not missed][:4]
    for row, run in enumerate(samples.run):
        if run in kept:
            samples.own[row * WIDTH + place] = 1.0

    slope, _, _ = fit(samples).weights["rework"]

    assert -1 < slope < 0


# What the periods of a case are.


@pytest.fixture
def life(county):
    """A case of 60 days that filed and then reported; issued in term."""
    found = next(one for one in county if one.days == 60 and one.reported_at < morning(one.due_on))
    return replace(found, lines=list(found.lines))


def add(life, day, what, value=None):
    life.lines.append(Line(morning(life.issued_on) + timedelta(days=day), what, value))
    life.lines.sort(key=lambda line: line.at)


def unreported(life):
    life.lines = [line for line in life.lines if line.what is not What.REPORTED]
    return life


def test_a_date_that_passes_unreported_is_missed(life):
    (run,) = runs_of(unreported(life).story(NOW), NOW)

    assert run.missed is True
    assert run.end_at == datetime.combine(
        life.due_on + timedelta(days=1), datetime.min.time(), LOCAL
    )


def test_a_date_that_was_put_off_in_time_is_not_missed(life):
    due = life.due_on + timedelta(days=30)
    unreported(life)
    add(life, 50, What.EXTENDED)
    add(life, 50, What.MOVED, (due, False))
    add(life, 80, What.REPORTED)

    story = life.story(NOW)
    (run,) = runs_of(story, NOW)

    assert run.missed is False
    assert run.due == due
    before, after = (view_of(story, run, morning(life.issued_on + timedelta(n))) for n in (49, 51))
    assert (before.due, before.extensions) == (life.due_on, 0)
    assert (after.due, after.extensions) == (due, 1)


def test_a_date_put_off_too_late_begins_a_new_period(life):
    unreported(life)
    add(life, 65, What.MOVED, (life.due_on + timedelta(days=30), False))
    add(life, 70, What.REPORTED)

    first, second = runs_of(life.story(NOW), NOW)

    assert (first.missed, second.missed) == (True, False)
    assert second.missed_before


def test_while_it_is_suspended_no_date_passes_and_nothing_is_learned(life):
    unreported(life)
    add(life, 30, What.STOPPED)
    add(life, 75, What.RESUMED)
    add(life, 75, What.MOVED, (life.due_on + timedelta(days=45), True))
    add(life, 90, What.REPORTED)

    story = life.story(NOW)
    (run,) = runs_of(story, NOW)

    assert run.missed is False
    assert run.spans[-1].start == life.issued_on + timedelta(days=45)
    opened = morning(life.issued_on)
    still = (opened + timedelta(days=30), opened + timedelta(days=75))
    assert not [at for at in landmarks(story, run, NOW) if still[0] <= at < still[1]]


def test_what_another_unit_had_in_hand_is_not_held_against_the_present_one(life):
    unreported(life)
    add(life, 30, What.HANDED)
    add(life, 55, What.REPORTED)

    first, second = runs_of(life.story(NOW), NOW)

    assert first.missed is None
    assert first.known_from is None
    assert second.missed is False


def test_what_is_sent_back_has_a_new_period(life):
    day = (life.reported_at - morning(life.issued_on)).days + 5
    add(life, day, What.BACK, (life.due_on + timedelta(days=40), True))

    story = life.story(NOW)
    first, second = runs_of(story, NOW)

    assert (first.missed, second.missed, second.rework) == (False, True, True)
    view = view_of(story, second, second.began_at)
    assert (view.percent, view.step) == (0, Step.RECTIFYING)


def test_the_row_has_the_last_word_on_what_is_due_when(life):
    at = morning(life.issued_on) + timedelta(days=10)
    moved = replace(life.story(at), due_on=life.due_on + timedelta(days=9))

    assert running(life.story(at), at).due == life.due_on
    assert running(moved, at).due == life.due_on + timedelta(days=9)
    assert running(replace(moved, stage=Stage.SUSPENDED), at) is None
    assert running(replace(moved, reported=True), at) is None


def test_steps_are_followed_from_the_notice_to_the_report(life):
    unreported(life)
    life.lines = life.lines[:1]
    for day, what in enumerate(
        (What.SIGNED, What.PLANNED, What.RETURNED, What.PLANNED, What.APPROVED, What.APPLIED), 1
    ):
        add(life, day, what)
    story = replace(life.story(NOW), mode=Mode.DATED)
    (run,) = runs_of(story, NOW)

    steps = [view_of(story, run, line.at).step for line in story.lines]

    assert steps == [
        Step.UNSIGNED,
        Step.PLANNING,
        Step.PLAN_REVIEW,
        Step.PLANNING,
        Step.PLAN_REVIEW,
        Step.RECTIFYING,
        Step.REPORTING,
    ]


# How it is told.


def test_few_cases_of_a_unit_say_little():
    records = Records()
    for number in range(200):
        records.add({"unit": "many"}, missed=number % 2 == 0)
        records.add({"unit": "others"}, missed=number % 10 == 0)
    records.add({"unit": "one"}, missed=True)

    assert records.stands_out("unit", "unknown") == pytest.approx(0)
    assert 0 < records.stands_out("unit", "one") < records.stands_out("unit", "many") / 2


def test_reasons_add_up_and_name_what_can_be_changed(learned, life):
    model, at = model_of(*learned), morning(life.issued_on) + timedelta(days=45)
    life.lines = [
        line._replace(value=0) if line.what is What.PROGRESS else line for line in life.lines
    ]
    story = life.story(at)
    view = view_of(story, runs_of(story, at)[-1], at)
    said = model.say(view)
    told = wording.reasons(said, view, model.records)

    assert 0 < sum(one["share"] for one in told) <= 100
    assert len(told) == wording.REASONS
    assert [one["share"] for one in told] == sorted((one["share"] for one in told), reverse=True)
    assert "进度" in wording.advice(said, view)


def test_every_feature_has_a_name_and_can_be_told():
    assert len(features.OWN) == WIDTH
    assert features.LABELS.keys() == features.GROUPS.keys() == set(features.KEYS)
    told = wording._OWN.keys() | wording._LIKE.keys()
    assert set(features.GROUPS.values()) == told


def test_bins_count_what_was_called_and_what_came_true():
    found = bins([(0.71, True), (0.79, False), (0.75, True), (1.0, True), (0.0, False)])

    assert [(one.tenth, one.n, one.missed) for one in found] == [(0, 1, 0), (7, 3, 2), (9, 1, 1)]
    assert found[1].called == pytest.approx(0.75)


def test_the_brier_score_is_the_mean_square_of_what_was_off():
    tried = trial([Called(0.8, True, 0.5, 0.5), Called(0.4, False, 0.5, 0.5)])

    assert tried.brier == pytest.approx((0.04 + 0.16) / 2)
    assert tried.base == pytest.approx(0.25)


def test_days_of_vacation_are_counted_across_years():
    assert vacation_share(date(2025, 12, 31), date(2026, 2, 28)) == pytest.approx(32 / 59)
    assert vacation_share(date(2026, 7, 9), date(2026, 7, 19)) == 1
    assert vacation_share(date(2026, 3, 2), date(2026, 3, 2)) == 0
