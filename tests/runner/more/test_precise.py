"""A workload is repeated up to the next planned look until its headline is known well enough."""

from collections import Counter
from dataclasses import replace

from perfadvisor.bundle.schema import RunFile
from perfadvisor.model.result import TrialResult
from perfadvisor.model.workload import Environment, Trial
from perfadvisor.runner.more.precise import Precise
from perfadvisor.specs.parse import read_spec
from tests.runner.more.made import LOCAL, header_of, result, workload

CALM, WILD = workload("storage/calm"), workload("storage/wild")
VM = Environment(name="vm", spec=read_spec("vm"))
SPREAD = {"storage/calm": 0.001, "storage/wild": 0.02, "storage/wilder": 0.05}


def value(trial: Trial) -> TrialResult:
    return result(trial, 1000.0 * (1 + SPREAD[trial.workload] * (trial.repeat % 5 - 2)))


def extended(header: RunFile, trials: tuple[Trial, ...]) -> RunFile:
    return replace(header, plan=(*header.plan, *trials))


def test_only_the_workload_that_needs_it_is_repeated_up_to_the_next_look() -> None:
    header = header_of([CALM, WILD], repeats=8)
    found = Precise(0.02).more(header, [value(trial) for trial in header.plan], None)
    assert Counter(trial.workload for trial in found.trials) == {"storage/wild": 4}
    assert [trial.number for trial in found.trials] == [17, 18, 19, 20]
    assert [trial.repeat for trial in found.trials] == [9, 10, 11, 12]


def test_nothing_is_judged_before_the_first_look() -> None:
    header = header_of([CALM], repeats=3)
    results = [value(trial) for trial in header.plan]
    assert len(Precise(0.02).more(header, results, None).trials) == 5
    assert Precise(0.02).words(header, results) == (
        "storage/calm@local: read.iops: too few runs to tell how well it is known, after 3 runs; needs 8",
    )


def test_environments_that_are_compared_get_the_same_repeats() -> None:
    header = header_of([WILD], 8, (LOCAL, VM))
    results = [result(trial, 1000.0) if trial.environment == "vm" else value(trial) for trial in header.plan]
    found = Precise(0.02).more(header, results, None)
    assert Counter(trial.environment for trial in found.trials) == {"local": 4, "vm": 4}
    assert [trial.position for trial in found.trials] == [1, 2] * 4


def test_the_widest_goes_first_where_time_is_short() -> None:
    wilder = workload("storage/wilder")
    header = header_of([CALM, WILD, wilder], repeats=8)
    results = [value(trial) for trial in header.plan]
    found = Precise(0.02).more(header, results, left_s=9.0)
    assert {trial.workload for trial in found.trials} == {"storage/wilder"}
    assert Precise(0.02).more(header, results, left_s=1.0).trials == ()
    said = Precise(0.02).words(header, results)
    assert said[0] == (
        "storage/wilder@local: read.iops is known within 10.0 %, not 2.0 %, after 8 runs; needs about 192 more repeats"
    )
    assert said[1].startswith("storage/wild@local") and len(said) == 2


def test_the_last_look_ends_it_also_where_runs_are_invalid() -> None:
    header = header_of([WILD], repeats=40)
    spoiled = {"cpu.steal_share": 0.5}
    results = [replace(value(trial), deltas=spoiled if trial.number % 2 else {}) for trial in header.plan]
    assert Precise(0.001).more(header, results, None).trials == ()


def test_a_workload_without_any_result_is_left_alone() -> None:
    header = header_of([CALM], repeats=8)
    assert Precise(0.02).more(header, [], None).trials == ()
    assert Precise(0.02).words(header, []) == ()
