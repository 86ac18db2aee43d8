"""Results that other programs print: each figure with its unit and direction, out of outputs that were recorded, or
written by hand in their form."""

from pathlib import Path

import pytest

from perfadvisor.gating import benchmarks
from perfadvisor.gating.history_input import from_file
from perfadvisor.gating.rows import read_side

DATA = Path(__file__).resolve().parents[1] / "data" / "benchmarks"

# file -> (tool, {(workload, metric): (unit, better, values)})
FIGURES = {
    "qperf.txt": ("qperf", {
        ("tcp_bw", "bw"): ("GB/sec", "higher", [1.32]), ("tcp_lat", "latency"): ("us", "lower", [14.3]),
    }),
    "sockperf-pp.txt": ("sockperf", {
        ("sockperf", "Latency"): ("usec", "lower", [12.551]), ("sockperf", "latency p99"): ("usec", "lower", [90.989]),
    }),
    "sockperf-tp.txt": ("sockperf", {("sockperf", "Message Rate"): ("msg/sec", "higher", [278109])}),
    "perftest-bw.txt": ("perftest", {
        ("RDMA_Write BW Test 65536 bytes", "BW average"): ("MB/sec", "higher", [11009.87]),
        ("RDMA_Write BW Test 65536 bytes", "MsgRate"): ("Mpps", "higher", [0.176158]),
    }),
    "perftest-lat.txt": ("perftest", {
        ("Send Latency Test 2 bytes", "t_typical"): ("usec", "lower", [0.81]),
        ("Send Latency Test 2 bytes", "99% percentile"): ("usec", "lower", [0.98]),
    }),
    "netperf-stream.txt": ("netperf", {("TCP_STREAM", "throughput"): ("10^6bits/sec", "higher", [9412.35])}),
    "iperf2.txt": ("iperf 2", {("iperf 2", "bandwidth"): ("Gbits/sec", "higher", [19.3])}),
    "iperf2-P2.txt": ("iperf 2", {("iperf 2", "bandwidth"): ("Gbits/sec", "higher", [37.4])}),
    "sysbench-cpu.txt": ("sysbench", {("sysbench", "events"): ("events/s", "higher", [1862.48])}),
    "sysbench-memory.txt": ("sysbench", {("sysbench", "memory"): ("MiB/s", "higher", [2354.84])}),
    "sysbench-fileio.txt": ("sysbench", {("sysbench", "read"): ("MiB/s", "higher", [53.84])}),
    "stream.txt": ("STREAM", {("STREAM", "Triad"): ("MB/s", "higher", [111234.5])}),
    "mlc.txt": ("Memory Latency Checker", {("MLC", "ALL Reads"): ("MB/s", "higher", [234567.8])}),
    "fio-terse3.txt": ("fio's terse output", {("t", "read IOPS"): ("IOPS", "higher", [12043])}),
    "fio-terse4.txt": ("fio's terse output", {("t", "write IOPS"): ("IOPS", "higher", [298935])}),
    "criterion.txt": ("criterion", {
        ("fib 20", "time"): ("us", "lower", [26.251]),
        ("a group with a name that is long/and a parameter of it", "time"): ("ms", "lower", [1.2]),
    }),
    "jmh.json": ("JMH", {("org.example.B.m size=10", "thrpt"): ("ops/s", "higher", [105.0, 115.0])}),
}  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_figures(name: str) -> None:
    tool, figures = FIGURES[name]
    found = benchmarks.values((DATA / name).read_text())
    assert found is not None and found[0] == tool
    for (workload, metric), (unit, better, wanted) in figures.items():
        mine = [one for one in found[1] if (one.workload, one.metric) == (workload, metric)]
        assert [one.value for one in mine] == wanted
        assert {(one.unit, one.better) for one in mine} == {(unit, better)}


def test_a_direction_that_did_nothing_has_no_figures() -> None:
    found = benchmarks.values((DATA / "fio-terse3.txt").read_text())
    assert found is not None and {one.metric for one in found[1]} == {"read IOPS", "read bandwidth"}


def test_criterion_for_machines() -> None:
    line = '{"reason":"benchmark-complete","id":"fib","typical":{"estimate":26.2,"unit":"us"}}\n'
    found = benchmarks.values('{"reason":"group-complete"}\n' + line)
    assert found is not None and [(one.workload, one.value, one.unit) for one in found[1]] == [("fib", 26.2, "us")]


def test_prose_has_no_figures() -> None:
    assert benchmarks.values("I saw a latency of 5 us with TCP, and bw = nothing.\n") is None


@pytest.mark.parametrize("name", FIGURES)
def test_cut_anywhere_gives_no_other_figure(name: str) -> None:
    text = (DATA / name).read_text()
    whole = benchmarks.values(text)
    assert whole is not None
    values = {one.value for one in whole[1]}
    for end in range(0, len(text), max(1, len(text) // 40)):
        cut = benchmarks.values(text[:end].rpartition("\n")[0] + "\n")
        assert {one.value for one in cut[1] if cut} <= values if cut and "iperf2" not in name else True


def test_the_gate_and_the_history_take_them(tmp_path: Path) -> None:
    assert read_side(DATA / "sockperf-pp.txt").runs["sockperf", "Latency"].values == (12.551,)
    stored = from_file(DATA / "jmh.json", "abc")
    assert [(point.key.workload, point.value, point.fresh_runs) for point in stored.points] == [
        ("org.example.B.m size=10", 110.0, (105.0, 115.0))
    ]
    dated = tmp_path / "b.json"
    dated.write_text(
        '{"machine_info": {}, "datetime": "2026-01-02T03:04:05", "benchmarks": [{"name": "a", "stats": {"median": 2}}]}'
    )
    assert from_file(dated, "").runs[0].started == 1767323045.0
    assert from_file(dated, "").runs[0].id == from_file(dated, "").runs[0].id
