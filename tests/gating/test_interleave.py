"""Measuring in turns: the order, the looks, rounds that cannot be relied on, the budget."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.gating.interleave import interleaved
from perfadvisor.model.gate import MetricPolicy, Reason, Runs, Side, Verdict

POLICY = MetricPolicy(margin=0.03)


def one(value: float, **known) -> Side:
    runs = Runs(workload="w", metric="m", unit="iops", better="higher", values=(value,))
    return Side(name="", runs={runs.key: runs}, **known)


class Bench:
    """Sides a and b give these values in turn; what was asked for is in `asked`."""

    def __init__(self, a, b, bad=lambda _: False) -> None:
        self.values = {"a": iter(a), "b": iter(b)}
        self.asked: list[str] = []
        self.bad = bad

    def __call__(self, name: str) -> Side:
        self.asked.append(name)
        invalid = {("w", "m"): "the machine was busy"} if self.bad(len(self.asked)) else {}
        return one(next(self.values[name]), invalid=invalid)


def near(level: float):
    return (level + 0.05 * (i % 5) for i in range(27))


def run(bench: Bench, most: int = 27, **more):
    return interleaved(bench, ("a", "b"), lambda _: POLICY, most=most, **more)


def test_pairs_alternate_and_a_clear_answer_stops_at_the_first_look() -> None:
    bench = Bench(near(100), (0.6 * value for value in near(100.3)))
    report = run(bench)
    assert "".join(bench.asked) == "abbaabbaab"
    assert (report.verdict, report.looks[0].pairs, report.looks[0].alpha) == (Verdict.REGRESSION, 5, 0.0005)


def test_an_unclear_one_goes_on_to_the_last_look_and_no_further() -> None:
    loud = (100 * (1 + 0.3 * (-1) ** i) for i in range(27))
    report = run(Bench(near(100), loud))
    assert [look.pairs for look in report.looks] == [5, 8, 12, 18, 27]
    assert report.exit_code == 3


def test_more_pairs_mean_more_looks_at_lower_levels() -> None:
    calm = (100 + 0.05 * (i % 5) for i in range(60))
    loud = (100 * (1 + 0.3 * (-1) ** i) for i in range(60))
    report = run(Bench(calm, loud), most=60)
    assert [look.pairs for look in report.looks] == [5, 8, 12, 18, 27, 40, 60]
    assert report.looks[4].alpha == 0.015 and sum(look.alpha for look in report.looks) < 0.05


def test_fewer_pairs_mean_fewer_looks() -> None:
    loud = (100 * (1 + 0.3 * (-1) ** i) for i in range(27))
    assert [look.pairs for look in run(Bench(near(100), loud), most=17).looks] == [5, 8, 12]
    with pytest.raises(InputError, match="too few"):
        run(Bench((), ()), most=4)


def test_a_pair_with_a_bad_run_is_left_out_with_its_partner() -> None:
    report = run(Bench(near(100), (0.6 * value for value in near(100.3)), bad=lambda n: n == 3))
    assert [look.pairs for look in report.looks] == [5, 8]
    assert len(report.comparisons[0].baseline) == len(report.comparisons[0].candidate) == 7


def test_a_busy_machine_is_said() -> None:
    report = run(Bench(near(100), near(100), bad=lambda _: True))
    assert report.comparisons[0].reason is Reason.INVALID_RUNS
    assert "the machine was busy" in report.comparisons[0].explanation
    assert report.exit_code == 3


def test_the_budget_ends_it_with_what_is_known() -> None:
    times = iter(range(1000))
    loud = (100 * (1 + 0.3 * (-1) ** i) for i in range(27))
    report = run(Bench(near(100), loud), budget_s=9.5, clock=lambda: float(next(times)))
    assert [look.pairs for look in report.looks] == [5, 8][: len(report.looks)]
    assert any("budget" in note for note in report.notes)
    assert report.exit_code == 3


def test_a_unit_that_changes_is_refused() -> None:
    sides = iter(
        [
            one(1.0),
            one(1.0),
            Side(name="", runs={("w", "m"): Runs(workload="w", metric="m", unit="ms", better="higher", values=(1.0,))}),
        ]
    )
    with pytest.raises(InputError, match="unit"):
        interleaved(lambda _: next(sides), ("a", "b"), lambda _: POLICY, most=5)
