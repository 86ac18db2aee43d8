"""Faults that were played on a machine (tests/planted/record.py, `astray` of tests/lab/run_steps.py), of which the runs
are kept, and the rules that must tell."""

from dataclasses import dataclass
from pathlib import Path

RUNS = Path(__file__).parents[1] / "data" / "planted" / "runs"
_FIO = "size_bytes: {size}, engine"
_RANDOM = f"{_FIO}: io_uring, rw: randread, block_size_bytes: 4096, iodepth"
SIZE = 256 << 20
WORKLOADS = {  # tool, parameters, metric
    "storage/planted-deep": ("fio", f"{_RANDOM}: 64", "read.iops"),
    "storage/planted-shallow": ("fio", f"{_RANDOM}: 2", "read.iops"),
    "storage/planted-one": ("fio", f"{_RANDOM}: 1", "read.iops"),
    "storage/planted-large": (
        "fio", f"{_FIO}: io_uring, rw: read, block_size_bytes: 1048576, iodepth: 8", "read.bytes_per_s",
    ),
    "storage/planted-file-read": (
        "fio", f"{_FIO}: psync, rw: read, block_size_bytes: 4096, direct: false", "read.bytes_per_s",
    ),
    "storage/planted-file-write": (
        "fio", f"{_FIO}: psync, rw: write, block_size_bytes: 1048576, direct: false", "write.bytes_per_s",
    ),
    "storage/planted-write": (
        "fio", f"{_FIO}: io_uring, rw: write, block_size_bytes: 1048576, iodepth: 8", "write.bytes_per_s",
    ),
    "storage/planted-two": (
        "fio", f"{_RANDOM}: 32, numjobs: 2", "read.iops",
    ),
}  # fmt: skip


HELD_RULES = ("container-cpu-quota-throttled-before", "container-memory-limit-small")
"""Of the group that read the machine in held-good.tar.gz and held-bad.tar.gz."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The rule fires on `about` in the run `bad`, and is clear on it, or on `clear_on`, in the run `good`."""

    rule: str
    bad: str
    good: str
    about: str
    clear_on: str = ""


def _of(bad: str, good: str, about: str, *rules: str) -> tuple[Kept, ...]:
    return tuple(Kept(rule=rule, bad=bad, good=good, about=about) for rule in rules)


KEPT = (
    *_of("server-bad", "server-good", "storage/lab-randread", "numa-storage-workload-remote",
         "measurement-memory-pressure", "memory-swapping"),
    *_of("server-bad", "server-good", "network/lab-stream", "irq-backlog-drop"),
    *_of("disk-bad", "disk-good", "storage/planted-deep", "storage-few-requests", "storage-loop-buffered"),
    *_of("disk-bad", "disk-good", "storage/planted-large", "storage-requests-split"),
    *_of("disk-bad", "disk-good", "storage/planted-file-write", "storage-mounted-sync", "storage-writeback-limited"),
    Kept(rule="storage-qd-too-low", bad="disk-good", good="disk-good", about="storage/planted-shallow",
         clear_on="storage/planted-deep"),
    Kept(rule="container-io-limit", bad="disk-capped", good="disk-good", about="storage/exam-rand",
         clear_on="storage/planted-deep"),  # as `blkio-read-iops` of tests/exam plays it
    *_of("disk-shared", "disk-good", "storage/planted-one", "storage-other-io"),
    *_of("disk-overlay", "disk-good", "storage/planted-one", "container-test-file-on-overlay"),
    *_of("disk-falling", "disk-level", "storage/planted-write", "measurement-steady-state-not-attained",
         "measurement-spread"),
    *_of("ram-bad", "ram-good", "storage/planted-deep", "storage-scheduler-on-virtual"),
    *_of("ram-bad", "ram-good", "storage/planted-two", "container-cpuset-narrow"),
    *_of("veth-bad", "veth-good", "network/exam-stream", "network-bbr-short-path", "network-offloads-disabled"),
    *_of("veth-shaped", "veth-good", "network/exam-stream", "network-shaped"),
    *_of("veth-filtered", "veth-good", "network/exam-stream", "irq-softirq-saturated"),
    *_of("line-receiver", "line-good", "network/exam-far-stream", "network-peer-window-limited"),
    Kept(rule="network-tcp-window-limited", bad="line-sender", good="line-unselective",
         about="imported/iperf3-tcp-1-flow"),
    Kept(rule="network-sack-off", bad="line-unselective", good="line-sender", about="imported/iperf3-tcp-1-flow"),
    Kept(rule="storage-read-ahead-small", bad="disk-ahead", good="disk-good",
         about="imported/fio-read-4k-qd1-psync-buffered-33a05b", clear_on="storage/planted-file-read"),
)  # fmt: skip


def written_workloads(folder: Path, size_bytes: int = SIZE) -> None:
    """The workloads as files of a pack."""
    for name, (tool, parameters, metric) in WORKLOADS.items():
        file = folder / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            f"id: {name}\ntitle: planted\nwhy: Short, for a planted fault.\ntool: {tool}\n"
            f"parameters: {{{parameters.format(size=size_bytes)}}}\nmetrics: [{metric}]\n"
            "runtime_s: 1.5\nwarmup_s: 0.2\n"
        )
