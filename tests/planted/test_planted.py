"""Faults planted on this machine, measured for real: the matching rule or trust mark names them, and is clear without.

Each case runs a short workload twice, with the fault and without, and asks the whole chain (tool, counters, facts,
rules) about it. Whether the machine is quiet otherwise does not matter: only the planted fault is asked about.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.tools, pytest.mark.slow]

WORKLOAD = """\
id: storage/{name}
title: planted
why: A short run for a planted fault.
tool: fio
parameters: {{rw: randread, block_size_bytes: 4096, {parameters}}}
metrics: [read.iops]
runtime_s: 2
warmup_s: 0.2
"""
HUGE_PAGES = Path("/proc/sys/vm/nr_hugepages")
Judged = dict[str, object]


class Runner:
    """Runs one short workload through the command line and asks what was found of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0
        (folder / "own/storage").mkdir(parents=True)

    def run(self, parameters: str, during: Callable[[], None] | None = None, before: tuple[str, ...] = ()) -> Path:
        self.number += 1
        name = f"planted{self.number}"
        (self.folder / f"own/storage/{name}.yaml").write_text(WORKLOAD.format(name=name, parameters=parameters))
        out = self.folder / f"run{self.number}"
        argv = [
            *before,
            sys.executable,
            "-m",
            "perfadvisor",
            "run",
            f"storage/{name}",
            "--repeats",
            "3",
            "--workloads",
            str(self.folder / "own"),
            "--dir",
            str(self.folder),
            "--out",
            str(out),
        ]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if during:
            during()
        _, stderr = process.communicate(timeout=180)
        assert process.returncode == 0, stderr
        (self.folder / "own/storage" / f"{name}.yaml").unlink()
        return out

    def advise(self, path: Path) -> dict[str, Judged]:
        done = subprocess.run(
            [sys.executable, "-m", "perfadvisor", "advise", str(path), "--format", "json"],
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)


def outcomes(told: dict, rule: str) -> set[str]:
    return {finding["outcome"] for finding in told["findings"] if finding["rule"] == rule}


def evidence(told: dict, rule: str) -> dict[str, object]:
    fired = [f for f in told["findings"] if f["rule"] == rule and f["outcome"] == "fires"]
    return {fact["name"]: fact.get("value") for finding in fired for fact in finding["evidence"]}


def doubts(told: dict) -> set[str]:
    return {doubt["reason"] for cell in told["cells"] for doubt in cell["doubts"]}


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Beside the repository, not in a temporary file system: the test file has to lie on a disk."""
    return Runner(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def clean(runner: Runner) -> Path:
    """The same work without any planted fault."""
    return runner.run("engine: io_uring, iodepth: 8, size_bytes: 268435456")


@contextmanager
def setting(path: Path, value: str) -> Iterator[None]:
    before = path.read_text()
    chosen = before.split("[")[1].split("]")[0] if "[" in before else before
    path.write_text(value)
    try:
        yield
    finally:
        path.write_text(chosen)


@contextmanager
def cpu_quota(share: float) -> Iterator[tuple[str, ...]]:
    """A control group of our own with a quota; gives the words that start a command in it. Version 1 and 2."""
    root = Path("/sys/fs/cgroup")
    v2 = (root / "cgroup.controllers").exists()
    parents = [root] if v2 else [root / name for name in ("cpu", "cpuacct") if (root / name).exists()]
    groups = list(dict.fromkeys(parent.resolve() / f"perfadvisor-test-{os.getpid()}" for parent in parents))
    for group in groups:
        group.mkdir()
    try:
        limit = int(share * 100000)
        (groups[0] / ("cpu.max" if v2 else "cpu.cfs_quota_us")).write_text(f"{limit} 100000" if v2 else str(limit))
        join = "; ".join(f"echo $$ > {group}/cgroup.procs" for group in groups)
        yield ("sh", "-c", f'{join}; exec "$@"', "sh")
    finally:
        for group in groups:
            group.rmdir()


def test_page_cache_in_the_result(runner: Runner, clean: Path) -> None:
    told = runner.advise(runner.run("engine: psync, iodepth: 1, direct: false, size_bytes: 8388608"))
    assert "the page cache is in the result" in doubts(told)
    assert outcomes(told, "measurement-page-cache-involved") == {"fires"}
    assert float(evidence(told, "measurement-page-cache-involved")["result.device_read_share"]) < 0.5  # type: ignore[arg-type]
    without = runner.advise(clean)
    assert "the page cache is in the result" not in doubts(without)
    assert outcomes(without, "measurement-page-cache-involved") == {"clear"}


def test_a_queue_depth_that_cannot_be_reached(runner: Runner, clean: Path) -> None:
    """A synchronous engine waits for each read, whatever depth it is given (fio HOWTO, iodepth)."""
    told = runner.advise(runner.run("engine: psync, iodepth: 32, size_bytes: 268435456"))
    assert "the queue depth was not reached" in doubts(told)
    assert outcomes(told, "measurement-sync-engine-with-iodepth") == {"fires"}
    without = runner.advise(clean)
    assert "the queue depth was not reached" not in doubts(without)
    for rule in ("measurement-queue-depth-not-reached", "measurement-sync-engine-with-iodepth"):
        assert "fires" not in outcomes(without, rule)


@pytest.mark.skipif(os.geteuid() != 0, reason="making a control group needs root")
def test_a_cpu_quota(runner: Runner, clean: Path) -> None:
    with cpu_quota(0.1) as inside:
        told = runner.advise(runner.run("engine: io_uring, iodepth: 32, size_bytes: 268435456", before=inside))
    assert outcomes(told, "container-cpu-quota-throttled") == {"fires"}
    assert evidence(told, "container-cpu-quota-throttled")["cgroup.cpu_quota_cpus"] == pytest.approx(0.1)
    assert outcomes(runner.advise(clean), "container-cpu-quota-throttled") == {"clear"}


def test_a_second_load_on_the_cpus(runner: Runner) -> None:
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        told = runner.advise(runner.run("engine: io_uring, iodepth: 8, size_bytes: 268435456"))
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    assert "other work ran on the CPUs" in doubts(told)
    others = evidence(told, "measurement-other-load")["result.other_runnable"]
    assert isinstance(others, float) and others >= len(burners) / 2


def disk_of(run: Path) -> str:
    argv = [sys.executable, "-m", "perfadvisor", "facts", str(run), "--name", "result.block", "--format", "json"]
    told = json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)
    return next(fact["value"] for fact in told["facts"] if fact["name"] == "result.block")


@pytest.mark.skipif(os.geteuid() != 0, reason="changing a scheduler needs root")
def test_a_scheduler_change(runner: Runner, clean: Path) -> None:
    disk = disk_of(clean)
    scheduler = Path(f"/sys/block/{disk}/queue/scheduler")
    if "mq-deadline" not in scheduler.read_text():
        pytest.skip(f"{disk} offers no mq-deadline")
    work = "engine: io_uring, iodepth: 8, size_bytes: 268435456"
    with setting(scheduler, "mq-deadline"):
        told = runner.advise(runner.run(work))
        several = len(list(Path(f"/sys/block/{disk}/mq").iterdir())) > 1
        fired = "fires" in outcomes(told, "storage-scheduler-not-none")
        assert fired is several, "on a disk with one queue the kernel itself chooses mq-deadline"
        changed = runner.advise(runner.run(work, during=lambda: change_soon(scheduler, "none")))
    with setting(scheduler, "none"):
        assert "fires" not in outcomes(runner.advise(runner.run(work)), "storage-scheduler-not-none")
    assert "the machine changed between the start and the end of the run" in doubts(changed)


def change_soon(path: Path, value: str) -> None:
    """Write a setting three seconds from now, in the middle of the trials."""
    import time

    time.sleep(5)
    path.write_text(value)


@pytest.mark.skipif(os.geteuid() != 0, reason="reserving huge pages needs root")
def test_huge_pages_reserved_and_missing(runner: Runner, tmp_path: Path) -> None:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with setting(HUGE_PAGES, str(int(total * 0.15) >> 21)):
        told = runner.advise(snapshot(tmp_path / "reserved.tar.gz"))
    assert outcomes(told, "hugepages-reserved-idle") == {"fires"}
    assert float(str(evidence(told, "hugepages-reserved-idle")["memory.hugepages_idle_share"])) > 0.1
    with setting(HUGE_PAGES, "0"):
        told = runner.advise(snapshot(tmp_path / "none.tar.gz"))
    assert "fires" not in outcomes(told, "hugepages-reserved-idle")


def snapshot(path: Path) -> Path:
    argv = [sys.executable, "-m", "perfadvisor", "snapshot", "-o", str(path)]
    subprocess.run(argv, check=True, capture_output=True)
    return path
