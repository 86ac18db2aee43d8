from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.model.result import Cell, Estimate, Histogram, Output, TrialResult, TrialState
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial
from perfadvisor.report.latency import MOST_BINS, histogram, latencies, sides
from perfadvisor.report.results import groups


def cell_with(*histograms: Histogram) -> Cell:
    trial = Trial(number=1, workload="w", environment="e", repeat=1, position=1, runtime_s=1, warmup_s=0)
    results = tuple(
        TrialResult(
            trial=trial, state=TrialState.DONE, started=0, duration_s=1, output=Output(samples=(), histograms=(each,))
        )
        for each in histograms
    )
    return Cell(workload="w", environment="e", estimates=(), trials=results)


def test_trials_are_added_up() -> None:
    one = Histogram(metric="m", edges_ns=(100.0, 1000.0), counts=(3, 4))
    other = Histogram(metric="m", edges_ns=(100.0, 5000.0), counts=(1, 2))
    bins = histogram(cell_with(one, other, replace(one, metric="other")), "m")
    assert sum(each.count for each in bins) == 10
    assert bins[0].low_ns < 100.0 <= bins[0].high_ns * (1 + 1e-9)
    assert bins[-1].low_ns < 5000.0 <= bins[-1].high_ns


edges = st.floats(allow_nan=True, allow_infinity=True) | st.floats(1e-3, 1e12)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(edges, st.integers(-5, 10**9)), max_size=300))
def test_nothing_is_lost_and_nothing_overflows(pairs: list[tuple[float, int]]) -> None:
    found = Histogram(metric="m", edges_ns=tuple(e for e, _ in pairs), counts=tuple(c for _, c in pairs))
    bins = histogram(cell_with(found), "m")
    usable = sum(count for edge, count in pairs if edge > 0 and count > 0)
    assert sum(each.count for each in bins) == usable
    assert all(one.high_ns == other.low_ns for one, other in pairwise(bins))


@settings(max_examples=50, deadline=None)
@given(st.floats(1, 1e9), st.floats(1, 1e6))
def test_few_enough_bins_for_an_eye(low: float, factor: float) -> None:
    found = Histogram(metric="m", edges_ns=(low, low * factor * 1.001), counts=(1, 1))
    assert 1 <= len(histogram(cell_with(found), "m")) <= MOST_BINS + 1


def test_latency_table_has_the_columns_that_somebody_has(view) -> None:
    storage, network, memory = groups(view())
    table = latencies(storage)
    assert table is not None and latencies(memory) is None
    assert table.columns == ("mean", "p50", "p99", "p99.9", "p99.99")
    sequential = next(row for row in table.rows if "Sequential" in row.row.title)
    assert [value is None for value in sequential.values] == [True, False, False, True, True]
    assert latencies(network).columns == ("p50", "p99")


def measured(*metrics: str) -> Cell:
    found = (
        Estimate(
            metric=m,
            unit=Unit.NANOSECONDS,
            better="lower",
            median=1.0,
            low=None,
            high=None,
            coverage=None,
            values=(1.0,),
        )
        for m in metrics
    )
    return Cell(workload="w", environment="e", estimates=tuple(found), trials=())


def test_total_latency_goes_before_that_of_completion_alone() -> None:
    both = dict(sides(measured("read.clat_p50", "read.lat_p50", "read.lat_mean", "read.clat_mean")))
    assert {key: one.metric for key, one in both["read"].items()} == {"p50": "read.lat_p50", "mean": "read.lat_mean"}
    alone = dict(sides(measured("read.clat_p50", "read.lat_mean", "read.slat_mean")))
    assert list(alone) == ["read (completion)"] and list(alone["read (completion)"]) == ["p50"]
