"""Runs and snapshots on a disk that gets full: an error in one line, finished trials kept, nothing left behind."""

import contextlib
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.errors import PerfAdvisorError
from tests.runner.conftest import PROGRAM, Bench
from tests.torture.report import Report


@contextlib.contextmanager
def small_disk(kibibytes: int) -> Iterator[Path]:
    """A file system in memory of this size."""
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        size = ["-o", f"size={kibibytes}k"]
        subprocess.run(["mount", "-t", "tmpfs", *size, "perfadvisor-torture", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def fill(bench: Bench, chance: random.Random, number: int, report: Report) -> None:
    """One command whose output has little room."""
    kibibytes = chance.choice((4, 8, 16, 32, 64, 128, 256))
    with small_disk(kibibytes) as disk:
        run = [*bench.argv("storage/tiny", "network/tiny", more=("--repeats", "1"))]
        run[run.index(str(bench.out))] = str(disk / "run")
        read = [*PROGRAM, "snapshot", "-o", str(disk / "snapshot.tar.gz")]
        name, argv = chance.choice((("run", run), ("snapshot", read)))
        done = bench.call(argv)
        report.count("full disk", name)
        for problem in _problems(disk, done):
            files = {"stderr": done.stderr.encode()}
            report.fail(f"{name} on {kibibytes} KiB: {problem}", number, files, argv=argv)
    subprocess.run([*PROGRAM, "restore"], env=bench.environment(), capture_output=True, timeout=60)
    if left := bench.left_behind():
        report.fail(f"{name} on {kibibytes} KiB: left behind {left}", number, {}, argv=argv)


def _problems(disk: Path, done: "subprocess.CompletedProcess[str]") -> Iterator[str]:
    if "Traceback" in done.stderr or done.returncode == 4:
        yield "a traceback"
    elif done.returncode and "perfadvisor: " not in done.stderr:
        yield f"ended with {done.returncode} and without a word"
    if (disk / "run" / "run.json").exists():
        try:
            bundle.load(disk / "run")
        except PerfAdvisorError as wrong:
            yield f"the run cannot be read: {wrong.message}"
    if not done.returncode and not any(disk.iterdir()):
        yield "claimed success and wrote nothing"
