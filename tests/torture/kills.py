"""Signals to commands that change something, at any moment; then `restore`, and a look at what is left."""

import contextlib
import random
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.errors import PerfAdvisorError
from tests.runner.conftest import PROGRAM, Bench, write_workloads
from tests.torture.report import Report

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
GONE_WITHIN_S = 3.0
LONGEST_S = {"run": 12.0, "gate run": 12.0}  # a loaded machine takes some seconds to the first trial
OTHERS_S = 4.0
BENCHMARK = 'sh -c "echo workload,metric,value,unit > $PERFADVISOR_CSV; echo w,m,1,s >> $PERFADVISOR_CSV; sleep 0.1"'


@contextlib.contextmanager
def place() -> Iterator[Bench]:
    """A run's surroundings, with one finished run to work on."""
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        bench = Bench(Path(name))
        bench.test_dir.mkdir()
        write_workloads(bench.root)
        yield bench


def victims(bench: Bench) -> dict[str, list[str]]:
    """The command lines; a run that was begun is resumed."""
    begun = (bench.out / "run.json").exists()
    run = [*PROGRAM, "run", "--resume", str(bench.out)]
    new = bench.argv("storage/tiny", "network/tiny", "dma/tiny", more=("--repeats", "2", "--seed", "1"))
    gate = [*PROGRAM, "gate", "run", "--cmd", BENCHMARK, "--a", str(bench.test_dir), "--b", str(bench.test_dir)]
    mine = [
        *PROGRAM, "gate", "run", "storage/tiny", "--a", "local", "--b", "local", "--dir", str(bench.test_dir),
        "--workloads", str(bench.root / "workloads"),
    ]  # fmt: skip
    read = [*PROGRAM, "snapshot", "-o", str(bench.root / "snapshot.tar.gz")]
    keep = [*PROGRAM, "history", "ingest", str(bench.out), "--db", str(bench.root / "history.db")]
    page = [*PROGRAM, "report", str(bench.out), "-o", str(bench.root / "report.html")]
    always = {"run": run if begun else new, "gate run --cmd": gate, "gate run": mine, "snapshot": read}
    return always | ({"history ingest": keep, "report": page} if begun else {})


def strike(bench: Bench, chance: random.Random, number: int, report: Report) -> None:
    """One signal to one command."""
    name, argv = chance.choice(sorted(victims(bench).items()))
    one, moment_s = chance.choice(SIGNALS), chance.uniform(0.05, LONGEST_S.get(name, OTHERS_S))
    before = finished(bench)
    process = bench.start(argv)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(moment_s)
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(one)
    try:
        _, error = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        _, error = process.communicate()
        error = f"{error}\nit did not end within 60 s"
    report.count(signal.Signals(one).name, name)
    for _ in finished(bench).keys() - before.keys():
        report.count("finished", "trials of these runs")
    for problem in problems(bench, before, error, process.returncode):
        report.fail(f"{name}: {problem}", number, {"stderr": error.encode()}, argv=argv, signal=one, moment_s=moment_s)
    if len(finished(bench)) == len(bundle_plan(bench)) > 0 and chance.random() < 0.5:
        bench.out.rename(bench.root / f"finished-{number}")


def _before_the_first_line(error: str) -> bool:
    """Whether Ctrl-C met the interpreter's own start, before a line of perfadvisor could say how to end."""
    frames = re.findall(r'File "[^"]*/perfadvisor/([^"]+)"', error)
    ours = set(frames) - {"__main__.py", "__init__.py"}
    return error.rstrip().endswith("KeyboardInterrupt") and not ours


def bundle_plan(bench: Bench) -> tuple[object, ...]:
    """The trials that the run is to have."""
    if not (bench.out / "run.json").exists():
        return ()
    return bundle.load(bench.out).plan


def finished(bench: Bench) -> dict[str, bytes]:
    """The finished trials, byte for byte."""
    folders = (bench.out / "trials").glob("[0-9]*") if bench.out.exists() else ()
    return {folder.name: (folder / "trial.json").read_bytes() for folder in folders}


def problems(bench: Bench, before: dict[str, bytes], error: str, code: int) -> Iterator[str]:
    """What must not be so after a signal."""
    if "Traceback" in error and not _before_the_first_line(error):
        yield "a traceback"
    if "did not end within" in error:
        yield "it did not end"
    deadline = time.monotonic() + GONE_WITHIN_S
    while time.monotonic() < deadline and bench.processes():
        time.sleep(0.05)
    if left := bench.processes():
        yield f"processes are left: {left}"
    done = subprocess.run([*PROGRAM, "restore"], env=bench.environment(), capture_output=True, text=True, timeout=60)
    if done.returncode:
        yield f"restore failed: {done.stderr}"
    if left := bench.left_behind():
        yield f"left after restore: {left}"
    if not before.items() <= finished(bench).items():
        yield "a finished trial was lost or changed"
    try:
        if (bench.out / "run.json").exists():
            bundle.load(bench.out)
    except PerfAdvisorError as wrong:
        yield f"the run cannot be read: {wrong.message}"
    if code == 4:
        yield "it called itself a bug"
