"""Each trust mark fires on its evidence, stays quiet just below it, and stays quiet when nothing was read."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from perfadvisor.analyse.results.cells import cell
from perfadvisor.analyse.results.changes import SettingChange
from perfadvisor.analyse.results.trust import achieved_depth, moved_share, with_doubts
from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Output, Sample, TrialResult, TrialState, Trust
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial, Workload

METRICS = ("read.iops", "read.lat_p99")


def workload(**parameters: Scalar) -> Workload:
    return Workload(id="storage/x", title="x", device="storage", tool="fio", parameters=parameters, metrics=METRICS)


def result(
    deltas: Mapping[str, float] | None = None,
    details: Mapping[str, Scalar] | None = None,
    iops: float = 1000.0,
    lat_ns: float = 32e6,
    number: int = 1,
) -> TrialResult:
    trial = Trial(
        number=number, workload="storage/x", environment="local", repeat=1, position=0, runtime_s=1, warmup_s=0
    )
    samples = (
        Sample(metric="read.iops", value=iops, unit=Unit.IOPS, better="higher"),
        Sample(metric="read.lat_mean", value=lat_ns, unit=Unit.NANOSECONDS, better="lower"),
    )
    output = Output(samples=samples, details=details or {})
    return TrialResult(trial=trial, state=TrialState.DONE, started=0, duration_s=1, output=output, deltas=deltas or {})


def reasons(given: TrialResult, work: Workload | None = None) -> dict[str, Trust]:
    return {doubt.reason: doubt.trust for doubt in with_doubts(given, work or workload()).doubts}


def test_nothing_read_nothing_said() -> None:
    assert reasons(result()) == {}


@pytest.mark.parametrize(
    ("deltas", "reason", "mark"),
    [
        ({"cpu.steal_share": 0.02}, "CPU time was stolen by the hypervisor", Trust.NOISY),
        ({"cpu.steal_share": 0.1}, "CPU time was stolen by the hypervisor", Trust.INVALID),
        ({"cpu.steal_share": 0.019}, None, None),
        ({"gauge.other_runnable_mean": 0.5}, "other work ran on the CPUs", Trust.NOISY),
        ({"gauge.other_runnable_mean": 0.49}, None, None),
        ({"gauge.other_runnable_mean": 2, "cpu.busy_share": 0.96}, "other work ran on the CPUs", Trust.INVALID),
        ({"gauge.other_runnable_mean": 2, "cpu.busy_share": 0.9}, "other work ran on the CPUs", Trust.NOISY),
        ({"gauge.other_cpus": 0.5}, "other work ran on the CPUs", Trust.NOISY),
        ({"gauge.other_cpus": 0.49, "gauge.other_runnable_mean": 2}, None, None),
        ({"gauge.other_cpus": 1.2, "cpu.busy_share": 0.96}, "other work ran on the CPUs", Trust.INVALID),
        ({"host.gauge.other_cpus": 1.2}, "other work ran on the host's CPUs", Trust.NOISY),
        ({"host.gauge.other_cpus": 0.3}, None, None),
        ({"pressure.memory_some_share": 0.05}, "memory was short", Trust.NOISY),
        ({"vmstat.swapped_pages": 1}, "memory was short", Trust.NOISY),
        ({"pressure.memory_some_share": 0.049, "vmstat.swapped_pages": 0}, None, None),
        ({"thermal.throttle_events": 1}, "the CPU throttled for heat", Trust.NOISY),
        ({"thermal.throttle_events": 0}, None, None),
    ],
)
def test_counters(deltas: dict[str, float], reason: str | None, mark: Trust | None) -> None:
    assert reasons(result(deltas)) == ({reason: mark} if reason else {})


@pytest.mark.parametrize(
    ("moved", "asked", "fires"), [(0.0, 1e9, True), (0.89e9, 1e9, True), (0.9e9, 1e9, False), (2e9, 1e9, False)]
)
def test_page_cache(moved: float, asked: float, fires: bool) -> None:
    given = result({"path.block.read_bytes": moved}, {"read_io_bytes": asked})
    assert ("the page cache is in the result" in reasons(given)) is fires


def test_page_cache_needs_the_disk_counter() -> None:
    assert reasons(result({}, {"read_io_bytes": 1e9})) == {}


@pytest.mark.parametrize(("lat_ns", "fires"), [(32e6, False), (25.6e6, False), (25e6, True), (1e6, True)])
def test_queue_depth_by_littles_law(lat_ns: float, fires: bool) -> None:
    given = result(details={"iodepth": 32, "numjobs": 1}, lat_ns=lat_ns)
    assert achieved_depth(given) == pytest.approx(1000 * lat_ns * 1e-9)
    assert ("the queue depth was not reached" in reasons(given)) is fires


def warmed(deltas: Mapping[str, float], asked: float = 1e9) -> TrialResult:
    given = result(deltas, {"read_io_bytes": asked})
    return replace(given, trial=replace(given.trial, runtime_s=8.0, warmup_s=2.0))


def test_page_cache_is_judged_by_the_measured_time_alone() -> None:
    """The disk moved 442 MB in 10 s, of which the warm-up had but 67: not a sign of the page cache."""
    slow_start = warmed({"path.block.read_bytes": 442e6, "gauge.disk_read_bytes_per_s": 375e6 / 8}, asked=375e6)
    assert moved_share(slow_start, "read") == pytest.approx(1.0)
    assert reasons(slow_start) == {}
    cached = warmed({"path.block.read_bytes": 1.1e9, "gauge.disk_read_bytes_per_s": 10e6})
    assert reasons(cached) == {"the page cache is in the result": Trust.INVALID}


def test_readings_of_a_slower_part_of_the_trial_are_not_the_page_cache() -> None:
    wavering = warmed({"path.block.read_bytes": 1.24e9, "gauge.disk_read_bytes_per_s": 100e6})
    assert reasons(wavering) == {}


@pytest.mark.parametrize(
    ("wrote_per_s", "own", "fires"), [(10e6, 0, True), (4e6, 0, False), (10e6, 5e8, False), (None, 0, False)]
)
def test_writes_of_others_beside_a_tool_that_only_reads(wrote_per_s, own, fires) -> None:
    deltas = {"gauge.disk_read_bytes_per_s": 125e6} | (
        {} if wrote_per_s is None else {"gauge.disk_write_bytes_per_s": wrote_per_s}
    )
    given = warmed(deltas)
    output = replace(given.output, details={"read_io_bytes": 1e9, "write_io_bytes": own})
    assert ("other work wrote to the disk" in reasons(replace(given, output=output))) is fires


def test_few_bytes_beside_a_slow_disk_are_the_logs_of_a_quiet_machine() -> None:
    given = warmed({"gauge.disk_read_bytes_per_s": 1e6, "gauge.disk_write_bytes_per_s": 0.2e6}, asked=8e6)
    output = replace(given.output, details={"read_io_bytes": 8e6, "write_io_bytes": 0})
    assert reasons(replace(given, output=output)) == {}


@pytest.mark.parametrize(("way", "ran_ms"), [("read", 2400), ("write", 2301)])
def test_a_job_that_outlasts_its_time_under_a_cap_is_judged_by_what_it_took(way: str, ran_ms: float) -> None:
    """As recorded under a cap of 20 MiB/s with 8 MiB in flight: the job of 2 s ended after 2.3 or 2.4."""
    given = result(
        {f"gauge.disk_{way}_bytes_per_s": 20971520, f"path.block.{way}_bytes": 54525952},
        {f"{way}_io_bytes": 20971520 * ran_ms / 1000, "runtime_ms": ran_ms},
    )
    given = replace(given, trial=replace(given.trial, runtime_s=2.0, warmup_s=0.2))
    assert moved_share(given, way) == pytest.approx(1.0)
    assert reasons(given) == {}


def test_readings_of_a_job_that_stops_and_goes_miss_no_cache() -> None:
    """As recorded under a quota: the readings saw 143 MB/s, the counters around the trial all that fio read."""
    given = result(
        {"gauge.disk_read_bytes_per_s": 143269888, "path.block.read_bytes": 392187904},
        {"read_io_bytes": 349401088, "runtime_ms": 2001.0},
    )
    given = replace(given, trial=replace(given.trial, runtime_s=2.0, warmup_s=0.2))
    assert moved_share(given, "read") == 1.0
    assert reasons(given) == {}


def test_page_cache_without_a_reader_is_seen_only_where_the_whole_trial_moved_too_little() -> None:
    assert reasons(warmed({"path.block.read_bytes": 1.1e9})) == {}
    assert moved_share(warmed({"path.block.read_bytes": 1.1e9}), "read") is None
    assert reasons(warmed({"path.block.read_bytes": 0.8e9})) == {"the page cache is in the result": Trust.INVALID}


def waiting(wait_s: float, cpu_s: float, own: float) -> dict[str, float]:
    return {
        "gauge.tool_wait_ns_per_s": wait_s * 1e9,
        "gauge.tool_cpu_ns_per_s": cpu_s * 1e9,
        "gauge.tool_runnable_mean": own,
        "gauge.cpus": 2.0,
    }


@pytest.mark.parametrize(
    ("wait_s", "cpu_s", "own", "mark"),
    [
        (0.09, 0.9, 1, None),
        (0.11, 0.9, 1, Trust.NOISY),
        (0.6, 0.4, 1, Trust.INVALID),
        (0.6, 0.4, 2, Trust.INVALID),
        (0.1, 0.95, 1, None),  # a twentieth of its time: many short waits
        (2.0, 2.0, 4, None),  # four busy threads of its own on two CPUs wait for each other
    ],
)
def test_a_tool_that_waits_for_a_cpu(wait_s: float, cpu_s: float, own: float, mark: Trust | None) -> None:
    deltas, one = waiting(wait_s, cpu_s, own), {"numjobs": 1}
    assert reasons(result(deltas, one)) == ({"the tool waited for a CPU": mark} if mark else {})
    del deltas["gauge.cpus"]
    assert reasons(result(deltas, one)) == {}, "unknown is not waited"


@pytest.mark.parametrize(
    ("wait_s", "cpu_s", "threads", "others", "marked"),
    [
        (0.36, 0.50, 2, 0.04, False),  # seen: two threads on the CPU that takes the disk's interrupts, the other idle
        (0.36, 0.50, 1, 0.04, True),
        (1.20, 0.25, 2, 0.04, True),  # a quota
        (1.20, 0.25, None, 0.04, True),
        (0.36, 0.50, None, 0.04, False),
        (0.36, 0.50, 2, 0.60, True),
    ],
)
def test_threads_that_wait_for_each_other_wait_for_nobody_else(wait_s, cpu_s, threads, others, marked) -> None:
    details = {} if threads is None else {"numjobs": threads}
    given = result(waiting(wait_s, cpu_s, 1.5) | {"gauge.other_cpus": others}, details)
    assert ("the tool waited for a CPU" in reasons(given)) is marked


@pytest.mark.parametrize(("wait_s", "cpu_s", "mark"), [(1.6, 0.25, Trust.INVALID), (0.6, 0.5, None)])
def test_a_guest_whose_qemu_waits_for_a_cpu(wait_s: float, cpu_s: float, mark: Trust | None) -> None:
    on_host = {f"host.{name}": value for name, value in waiting(wait_s, cpu_s, 1.5).items()}
    assert reasons(result(on_host)) == ({"other work ran on the host's CPUs": mark} if mark else {})


def test_queue_depth_is_not_expected_of_a_rate_limited_job() -> None:
    assert reasons(result(details={"iodepth": 32}, lat_ns=1e6), workload(rate_iops=100)) == {}


def test_depth_one_is_never_short() -> None:
    assert reasons(result(details={"iodepth": 1}, lat_ns=1e3)) == {}


@pytest.mark.parametrize(("total", "fires"), [(9999, True), (10000, False)])
def test_completions_for_a_percentile(total: int, fires: bool) -> None:
    assert ("too few completions for a percentile" in reasons(result(details={"total_ios": total}))) is fires


def test_completions_for_a_percentile_of_completion_latency() -> None:
    old = replace(workload(), metrics=("read.iops", "read.clat_p99"))
    assert "too few completions for a percentile" in reasons(result(details={"total_ios": 9999}), old)


def test_unsteady() -> None:
    assert reasons(result(details={"steady": False})) == {"never steady": Trust.NOISY}


def test_invalid_runs_are_left_out_while_others_are_sound() -> None:
    runs = tuple(with_doubts(result(iops=1000, number=i), workload()) for i in range(3))
    bad = with_doubts(result({"cpu.steal_share": 0.5}, iops=10, number=9), workload())
    summed = cell(workload(), "local", (*runs, bad))
    assert summed.trust is Trust.NOISY
    assert [estimate.n for estimate in summed.estimates] == [3, 3]
    assert "in 1 of 4 runs" in summed.doubts[0].evidence


def test_all_runs_invalid_makes_the_cell_invalid() -> None:
    bad = tuple(with_doubts(result({"cpu.steal_share": 0.5}, number=i), workload()) for i in range(3))
    assert cell(workload(), "local", bad).trust is Trust.INVALID


def test_runs_that_disagree() -> None:
    runs = tuple(result(iops=value) for value in (900.0, 1000.0, 1100.0))
    assert [doubt.reason for doubt in cell(workload(), "local", runs).doubts] == ["the runs disagree"]
    close = tuple(result(iops=value) for value in (950.0, 1000.0, 1050.0))
    assert cell(workload(), "local", close).trust is Trust.VALID


def test_changed_settings_invalidate() -> None:
    runs = tuple(result(number=i) for i in range(3))
    change = SettingChange(name="cpu.governors", subject="", before="performance", after="powersave")
    assert cell(workload(), "local", runs, (change,)).trust is Trust.INVALID


def test_nothing_measured_says_why() -> None:
    failed = TrialResult(
        trial=result().trial, state=TrialState.FAILED, started=0, duration_s=0, reason="fio is not installed"
    )
    assert cell(workload(), "local", (failed,)).reason == "fio is not installed"
    assert cell(workload(), "local", ()).reason == "not run yet"


def test_failed_trials_count() -> None:
    """Three good trials beside two that failed are not a result that can be trusted as it stands."""
    gone = "0000:81:00.0 left the bus during trial 2"
    failed = replace(result(), state=TrialState.FAILED, output=Output(samples=()), reason=gone)
    absent = replace(failed, state=TrialState.NOT_MEASURED)
    good = tuple(result(number=number) for number in range(3))
    found = cell(workload(), "local", (*good, failed, absent))
    assert found.trust is Trust.NOISY
    doubt = next(doubt for doubt in found.doubts if doubt.reason == "trials failed")
    assert doubt.evidence == f"2 of 5 trials gave no result: {gone} (2 times)"
    assert cell(workload(), "local", good).trust is Trust.VALID
    assert cell(workload(), "local", (failed,)).trust is Trust.NOT_MEASURED
