"""A sweep with a target asks for points between those that were planned, and tells what it found."""

from dataclasses import replace

from perfadvisor.bundle.schema import RunFile
from perfadvisor.model.result import TrialResult, TrialState
from perfadvisor.model.workload import Trial
from perfadvisor.runner.more.search import Search
from perfadvisor.sweeping import LatencyTarget, Sweep
from tests.runner.more.made import STOLEN, header_of, result, workload

BASE = workload(iodepth=4)
SWEEP = Sweep(parameter="iodepth", values=(1, 2, 4, 8, 16, 32))
POLICY = Search(workload=BASE, sweep=SWEEP, target=LatencyTarget(metric="read.lat_p99", most_ns=1.05e6))


def value(trial: Trial) -> TrialResult:
    """100 µs in each request's turn."""
    depth = int(trial.parameters["iodepth"])
    return result(trial, 10_000.0 * min(depth, 10), lat_p99=1e5 * depth)


def searched(policy: Search, header: RunFile, give=value) -> tuple[RunFile, list[TrialResult]]:
    results = [give(trial) for trial in header.plan]
    while (asked := policy.more(header, results, None)).trials:
        workloads = {**header.workloads, **asked.workloads}
        assert set(asked.like) == set(asked.workloads) and set(asked.like.values()) <= set(header.workloads)
        assert all(trial.parameters == workloads[trial.workload].parameters for trial in asked.trials)
        header = replace(header, plan=(*header.plan, *asked.trials), workloads=workloads)
        results += [give(trial) for trial in asked.trials]
    assert [trial.number for trial in header.plan] == list(range(1, len(header.plan) + 1))
    return header, results


def test_the_answer_is_the_largest_depth_that_meets_it() -> None:
    header, results = searched(POLICY, header_of(SWEEP.of(BASE), 1))
    assert POLICY.words(header, results) == (
        "storage/x: read.lat_p99 of at most 1.05 ms: 100 k IOPS at iodepth 10, "
        "read.lat_p99 1.00 ms (1.00 to 1.00 in 5 runs)",
    )
    assert "storage/x+iodepth=11" in header.workloads


def test_a_target_that_all_meet_or_none() -> None:
    easy = replace(POLICY, target=LatencyTarget(metric="read.lat_p99", most_ns=1e9))
    assert easy.words(*searched(easy, header_of(SWEEP.of(BASE), 1)))[0].endswith("the largest value asked for")
    hard = replace(POLICY, target=LatencyTarget(metric="read.lat_p99", most_ns=1.0))
    assert hard.words(*searched(hard, header_of(SWEEP.of(BASE), 1))) == (
        "storage/x: read.lat_p99 of at most 1.00 ns: iodepth 1 already exceeds it",
    )


def test_an_answer_from_disturbed_runs_is_marked() -> None:
    header, results = searched(POLICY, header_of(SWEEP.of(BASE), 1), lambda one: replace(value(one), deltas=STOLEN))
    assert POLICY.words(header, results)[0].endswith("in 5 runs); some of these runs are NOISY")


def test_failed_trials_end_the_search() -> None:
    def fails(trial: Trial) -> TrialResult:
        return replace(value(trial), state=TrialState.FAILED, output=replace(value(trial).output, samples=()))

    assert "iodepth 1 already exceeds it" in POLICY.words(*searched(POLICY, header_of(SWEEP.of(BASE), 1), fails))[0]


def test_the_budget_ends_it_with_what_comes_next() -> None:
    header = header_of(SWEEP.of(BASE), 1)
    results = [value(trial) for trial in header.plan]
    assert POLICY.more(header, results, 0.5).trials == ()
    assert POLICY.words(header, results)[0].endswith("did not end within the budget; iodepth 11 is next")
    assert POLICY.words(header, [])[0].endswith("nothing was measured")


def test_a_new_point_runs_as_the_run_does() -> None:
    """The run may have given all of them another engine, and less time."""
    agreed = [replace(one, parameters={**one.parameters, "engine": "libaio"}, runtime_s=0.5) for one in SWEEP.of(BASE)]
    asked = POLICY.more(header_of(agreed, 1), [value(trial) for trial in header_of(agreed, 1).plan], None)
    (new,) = asked.workloads.values()
    assert (new.parameters["engine"], new.runtime_s, new.title) == ("libaio", 0.5, "storage/x, with iodepth=11")
