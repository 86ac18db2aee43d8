"""Which cells of a run are one curve."""

from dataclasses import replace

from perfadvisor.analyse.curves.curve import Curve, curves
from perfadvisor.analyse.results.cells import cells
from perfadvisor.model.run import Run
from perfadvisor.model.workload import Workload
from perfadvisor.varying import varied
from tests.runner.more.made import result, run_of, workload

BASE = workload(iodepth=4)
DEPTHS = tuple(varied(BASE, {"iodepth": depth}) for depth in (1, 2, 4, 8, 16))


def measured(workloads: tuple[Workload, ...] = DEPTHS) -> Run:
    run = run_of(workloads, repeats=3)
    results = [
        result(trial, 1000.0 * min(int(trial.parameters["iodepth"]), 5) + trial.repeat, lat_p50=1e6, lat_p99=2e6)
        for trial in run.plan
    ]
    return replace(run, results=tuple(results))


def found(run: Run) -> tuple[Curve, ...]:
    return curves(cells(run), run.workloads)


def test_the_points_stand_in_the_order_of_the_parameter() -> None:
    (curve,) = found(measured())
    assert (curve.workload, curve.environment, curve.parameter) == ("storage/x", "local", "iodepth")
    assert [point.value for point in curve.points] == [1, 2, 4, 8, 16]
    assert [point.throughput.median for point in curve.points] == [1002, 2002, 4002, 5002, 5002]
    assert curve.points[0].tail_latency is not None and curve.points[0].tail_latency.median == 2e6
    assert curve.knee is not None and curve.knee.at == 4


def test_what_else_was_changed_stays_in_the_name() -> None:
    small = tuple(varied(one, {"size_bytes": 4096}) for one in DEPTHS)
    (curve,) = found(measured(small))
    assert curve.workload == "storage/x+size_bytes=4096"


def test_a_parameter_that_is_no_concurrency_has_no_knee() -> None:
    sizes = tuple(varied(BASE, {"block_size_bytes": size}) for size in (4096, 8192, 16384))
    (curve,) = found(measured(sizes))
    assert (curve.parameter, curve.knee) == ("block_size_bytes", None)


def test_two_points_or_two_parameters_are_no_curve() -> None:
    assert found(measured(DEPTHS[:2])) == ()
    other = varied(BASE, {"iodepth": 2, "fsync": 1})
    assert found(measured((*DEPTHS[:2], other))) == ()


def test_what_is_not_sound_is_shown_and_makes_no_knee() -> None:
    run = measured()
    spoiled = [
        replace(one, deltas={"cpu.steal_share": 0.5}) if one.trial.parameters["iodepth"] == 2 else one
        for one in run.results
    ]
    (curve,) = found(replace(run, results=tuple(spoiled)))
    assert [point.cell.trust.sound for point in curve.points] == [True, False, True, True, True]
    assert curve.knee is not None and curve.knee.at == 4
    nothing = [replace(one, deltas={"cpu.steal_share": 0.5}) for one in run.results]
    (curve,) = found(replace(run, results=tuple(nothing)))
    assert curve.knee is not None and (curve.knee.at, curve.knee.reason) == (None, "fewer than 3 sound points")
