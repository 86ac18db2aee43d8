"""The machine's own load: rates from counters read before and after a window."""

import pytest

from perfadvisor.facts.trial import own_load
from perfadvisor.facts.trial.own_load_samples import samples
from perfadvisor.judge import judge_snapshot
from perfadvisor.model.result import IoPath
from perfadvisor.model.snapshot import Snapshot, Window
from perfadvisor.model.tree import Tree
from perfadvisor.report.terminal.full import lines

NIC = "/sys/class/net/eth0/statistics"


def at(reads: int, sectors: int, ms: int, rx: int) -> Tree:
    return Tree(
        {
            "/proc/diskstats": f" 254 0 vda {reads} 0 {sectors} {ms} 5 0 40 10 0 {ms} {ms}\n".encode(),
            f"{NIC}/rx_bytes": str(rx).encode(),
            "/proc/stat": f"cpu  {reads} 0 10 80 0 0 0 0 0 0\ncpu0 {reads} 0 10 80 0 0 0 0 0 0\n".encode(),
        }
    )


def values(path: IoPath, **moved: float) -> dict[str, float]:
    before, after = at(100, 800, 50, 1000), at(300, 2400, 150, 5000)
    return {one.metric: one.value for one in samples(before, after, seconds=4.0, path=path, moved=moved)}


def test_a_disk() -> None:
    found = values(IoPath(block="vda"), **{"path.block.busy_share": 0.25, "cpu.busy_share": 0.5})
    assert found == {
        "read.iops": 50.0,
        "read.bytes_per_s": 1600 * 512 / 4,
        "read.lat_mean": 0.5e6,
        "write.iops": 0.0,
        "write.bytes_per_s": 0.0,
        "path.block.busy_share": 0.25,
    }


def test_a_nic_and_what_was_not_read_is_left_out() -> None:
    assert values(IoPath(nic="eth0")) == {"rx.bits_per_s": 8000.0}


def test_the_whole_machine() -> None:
    assert values(IoPath(), **{"cpu.busy_share": 0.5, "path.block.busy_share": 1.0}) == {"cpu.busy_share": 0.5}


def test_a_counter_that_was_reset_is_unknown() -> None:
    found = samples(at(300, 10, 1, 5), at(5, 1, 1, 1), seconds=1.0, path=IoPath(block="vda"), moved={})
    assert {one.metric for one in found} == {"write.iops", "write.bytes_per_s"}


def test_a_window_gives_results_with_numbers() -> None:
    window = Window(seconds=4.0, before=at(1, 8, 1, 0), after=at(5, 40, 2, 0), gauges=())
    snapshot = Snapshot(
        environment="local", taken=1.0, tree=Tree({}), clock_source="tsc", version="0", parent=None, window=window
    )
    ((workload, result),) = own_load.results(snapshot)
    assert workload.id == "own-load" and workload.metrics[0] == "cpu.busy_share"
    assert result.output.samples[0].value == pytest.approx(1.0)


def test_the_terminal_names_each_figure_and_calls_no_window_untrusted() -> None:
    window = Window(seconds=4.0, before=at(1, 8, 1, 0), after=at(5, 40, 2, 0), gauges=())
    snapshot = Snapshot(
        environment="local", taken=1.0, tree=Tree({}), clock_source="tsc", version="0", parent=None, window=window
    )
    said = "\n".join(line.plain for line in lines(judge_snapshot(snapshot, (), source="x"), 100))
    assert "cpu busy share" in said
    assert "trusted" not in said and "NOISY" not in said
