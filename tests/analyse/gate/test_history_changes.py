"""Change points: against a slow oracle, on made-up noise, and which of them are news."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from perfadvisor.analyse.gate.history import AlertPolicy, changes_of, check
from perfadvisor.analyse.statistics.changepoints import change_points
from perfadvisor.analyse.statistics.partition import best_partition
from perfadvisor.analyse.statistics.ranks import best_rank_cut, likeliest_place, memory, rank_shift, ranks
from perfadvisor.model.history import ChangeKind, Series, SeriesKey


def slow_partition(values, penalty, least):
    n = len(values)
    best, last = [0.0] + [np.inf] * n, [0] * (n + 1)
    for end in range(least, n + 1):
        for start in range(end - least + 1):
            piece = values[start:end]
            cost = best[start] + ((piece - piece.mean()) ** 2).sum() + penalty
            if cost < best[end] - 1e-9:
                best[end], last[end] = cost, start
    cuts = []
    while last[n] > 0:
        n = last[n]
        cuts.append(n)
    return cuts[::-1]


@pytest.mark.parametrize("least", [1, 3, 5])
def test_the_partition_is_the_best_one(least) -> None:
    chance = np.random.default_rng(least)
    for n in (4, 5, 9, 10, 11, 37, 60, 83):
        values = chance.normal(size=n)
        values[n // 2 :] += 2
        values[n // 3 :] -= 1.5
        assert best_partition(values, 4.0, least) == slow_partition(values, 4.0, least)


@given(st.lists(st.integers(0, 6), min_size=2, max_size=40), st.data())
@settings(max_examples=100, deadline=None)
def test_ranks_and_shift_are_scipys(values, data) -> None:
    array = np.array(values, dtype=float)
    cut = data.draw(st.integers(1, len(values) - 1))
    assert ranks(array) == pytest.approx(stats.rankdata(array))
    u = stats.mannwhitneyu(array[:cut], array[cut:]).statistic
    assert rank_shift(array, cut).apart == pytest.approx(abs(2 * u / (cut * (len(values) - cut)) - 1), abs=1e-9)


def test_the_best_rank_cut_is_the_step() -> None:
    assert best_rank_cut(np.array([1.0] * 9 + [2.0] * 11), 5) == 9
    assert best_rank_cut(np.ones(9), 5) == 0


def slow_place(values, least, near, worth):
    ranked = stats.rankdata(values)
    likelihood = {}
    for cut in range(least, len(values) - least + 1):
        pieces = ranked[:cut], ranked[cut:]
        likelihood[cut] = sum(((piece - piece.mean()) ** 2).sum() for piece in pieces) ** (-worth / 2)
    whole = sum(likelihood.values())
    return {cut: sum(likelihood.get(cut + i, 0.0) for i in range(-near, near + 1)) / whole for cut in likelihood}


@pytest.mark.parametrize("seed", range(8))
def test_a_change_is_placed_where_most_of_its_likelihood_lies_near(seed) -> None:
    values = np.random.default_rng(seed).normal(size=60)
    values[25:] += 0.9
    place = likeliest_place(values, 5, 5)
    ranked = stats.rankdata(values)
    best = best_rank_cut(values, 5)
    worth = 60 / memory(np.concatenate([ranked[:best] - ranked[:best].mean(), ranked[best:] - ranked[best:].mean()]))
    around = slow_place(values, 5, 5, worth)
    assert place.sure == pytest.approx(around[place.cut])
    good = [cut for cut, share in around.items() if share >= max(around.values()) - 0.01]
    assert place.cut == min(good, key=lambda cut: abs(cut - best))


def test_a_clear_change_is_placed_exactly_and_no_change_nowhere_surely() -> None:
    clear = likeliest_place(np.array([1.0, 1.1] * 10 + [2.0, 2.1] * 15), 5, 5)
    assert (clear.cut, clear.sure) == (20, pytest.approx(1.0, abs=1e-6))
    assert likeliest_place(np.ones(60), 5, 5).sure < 0.25
    assert likeliest_place(np.ones(10), 5, 5).cut == 5


def test_a_confirmed_change_is_one_that_can_be_placed() -> None:
    """A third of the noise over a thousand points is a change for sure, but nobody can say at which commit."""
    found = []
    for step in (0.02, 0.1):
        logs = np.random.default_rng(4).normal(size=2000) * 0.05
        logs[1000:] += step
        found.append([cut.confirmed for cut in change_points(np.exp(logs))])
    assert found == [[False], [True]]


@given(st.lists(st.floats(-1e12, 1e12), max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_numbers_are_survived(values) -> None:
    cuts = change_points(np.array(values))
    assert [cut.index for cut in cuts] == sorted({cut.index for cut in cuts})
    assert all(5 <= cut.index <= len(values) - 5 for cut in cuts)


@pytest.mark.parametrize(
    "values", [[], [1.0], [5.0] * 200, [0.0] * 50, [1.0] * 5 + [2.0] * 4, [1e-300, 1e300] * 20, [-1.0, 1.0] * 30]
)
def test_odd_series_have_no_change(values) -> None:
    assert change_points(np.array(values)) == ()


def test_a_step_without_noise_is_found() -> None:
    (cut,) = change_points(np.array([100.0] * 30 + [90.0] * 30))
    assert (cut.index, cut.confirmed, cut.ratio) == (30, True, pytest.approx(0.9))


def noisy(seed: int, n: int = 120, step: float = 0.0, at: int = 100) -> np.ndarray:
    logs = np.random.default_rng(seed).normal(size=n) * 0.02
    logs[at:] += np.log(1 + step)
    return 100 * np.exp(logs)


def test_a_real_step_is_found_in_place_and_equal_series_are_quiet() -> None:
    found = [change_points(noisy(seed, step=-0.1)) for seed in range(20)]
    assert all(len(cuts) == 1 and abs(cuts[0].index - 100) <= 3 and cuts[0].confirmed for cuts in found)
    assert sum(bool(change_points(noisy(seed, 300))) for seed in range(40)) <= 1


def test_outliers_and_two_modes_are_no_change() -> None:
    chance = np.random.default_rng(2)
    modes = 100 * np.exp(chance.normal(size=300) * 0.01 + 0.06 * (chance.random(300) < 0.3))
    spiky = noisy(3, 300)
    spiky[chance.integers(0, 300, 9)] *= 0.5
    assert not change_points(modes)
    assert not change_points(spiky)


def series(values, better="higher", **known) -> Series:
    n = len(values)
    return Series(
        key=SeriesKey(workload=known.pop("workload", "w")),
        unit="iops",
        better=better,
        values=tuple(values),
        times=tuple(float(i) for i in range(n)),
        commits=tuple(f"c{i}" for i in range(n)),
        **known,
    )


def test_a_fresh_step_is_suspected_first_and_confirmed_later() -> None:
    values = noisy(1, step=-0.15)
    kinds = [changes_of(series(values[:end]), AlertPolicy())[0].kind for end in (105, 115)]
    assert kinds == [ChangeKind.SUSPECTED, ChangeKind.CONFIRMED]
    assert check([series(values[:105])], AlertPolicy()).exit_code == 3
    assert check([series(values[:105])], AlertPolicy(), allow_undecided=True).exit_code == 0
    assert check([series(values[:115])], AlertPolicy()).exit_code == 1


def test_a_change_names_its_commits_and_the_versions_that_moved() -> None:
    marks = ({"kernel.release": "6.1"},) * 100 + ({"kernel.release": "6.8"},) * 20
    (change,) = changes_of(series(noisy(1, step=-0.1), marks=marks), AlertPolicy())
    assert (change.commit_before, change.commit) == ("c99", "c100")
    assert change.marks == {"kernel.release": "6.1 -> 6.8"}
    assert change.low < change.ratio < change.high


@pytest.mark.parametrize(
    ("values", "better", "wanted", "alerts"),
    [
        (noisy(1, step=-0.1), "higher", AlertPolicy(), True),
        (noisy(1, step=-0.1), "lower", AlertPolicy(), False),
        (noisy(1, step=-0.1), "", AlertPolicy(), True),  # it may be worse
        (noisy(1, step=0.1), "higher", AlertPolicy(), False),
        (noisy(1, step=-0.1), "higher", AlertPolicy(margin_of=lambda _: 0.2), False),
        (noisy(1, step=-0.1), "higher", AlertPolicy(recent=10), False),
        (noisy(1, n=160, step=-0.1), "higher", AlertPolicy(recent=100), True),
    ],
)
def test_which_changes_are_news(values, better, wanted, alerts) -> None:
    (change,) = changes_of(series(values, better), wanted)
    assert change.alerting is alerts


@pytest.mark.parametrize("step", [-0.1, 0.1])
def test_a_change_nobody_can_call_worse_is_undecided_not_passed(step) -> None:
    unsaid = [series(noisy(1, step=step), better="")]
    report = check(unsaid, AlertPolicy())
    assert (report.changes[0].kind, report.changes[0].worse, report.exit_code) == (ChangeKind.CONFIRMED, None, 3)
    assert check(unsaid, AlertPolicy(), allow_undecided=True).exit_code == 0


@pytest.mark.parametrize(("back", "recovered"), [(1 / 0.9, True), (1.3, False)])
def test_without_a_direction_recovered_means_back_where_it_was(back, recovered) -> None:
    values = noisy(1, n=140, step=-0.1)
    values[120:] *= back
    first, _ = changes_of(series(values, better=""), AlertPolicy(recent=100))
    assert first.recovered is recovered


def test_a_recovered_change_closes_itself() -> None:
    values = noisy(1, n=140, step=-0.1)
    values[120:] /= 0.9
    first, second = changes_of(series(values), AlertPolicy(recent=100))
    assert (first.recovered, first.alerting, second.worse) == (True, False, False)


def test_accepted_and_known_changes_are_quiet_even_if_found_a_point_away() -> None:
    (change,) = changes_of(series(noisy(1, step=-0.1)), AlertPolicy())
    values = noisy(1, step=-0.1)
    values[98:100] *= 0.9
    (moved,) = changes_of(series(values), AlertPolicy(acknowledged={change.id: "the new codec"}))
    assert moved.id != change.id
    assert (moved.acknowledged, moved.alerting) == ("the new codec", False)
    (known,) = changes_of(series(values), AlertPolicy(known=frozenset({(change.id, "confirmed")})))
    assert not known.alerting
    (again,) = changes_of(series(values), AlertPolicy(known=frozenset({(change.id, "suspected")})))
    assert again.alerting  # a suspicion is news again once it is confirmed


def test_one_cause_is_one_event() -> None:
    several = [series(noisy(seed, step=-0.1), workload=f"w{seed}") for seed in range(5)]
    report = check([*several, series(noisy(9), workload="fine")], AlertPolicy())
    assert len(report.events) == 1
    assert len(report.events[0].changes) == 5
    assert replace(report, events=()).exit_code == 0
