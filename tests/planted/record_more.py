"""`python -m tests.planted.record_more [NAME...]`: faults of kept.py played here with fio and iperf3 alone.

What these wrote is imported beside a snapshot. Other work on the machine makes it slower, but not another fault.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from perfadvisor.importer import import_files
from tests.exam.stages.disk import disk
from tests.exam.stages.network import network
from tests.exam.stages.stage import Stage
from tests.lab.scrub import Scrubber
from tests.planted.kept import RUNS
from tests.planted.record import process, told, written

REPOSITORY = Path(__file__).resolve().parents[2]
PORT = "5999"
READ = "--name=planted --rw=read --bs=4k --ioengine=psync --size=64m --runtime=3 --output-format=json"


def ahead(folder: Path) -> None:
    """A file is read in order, and the disk reads hardly anything ahead."""
    with disk("disk") as stage, written(**{f"{stage.names['queue']}/read_ahead_kb": "4"}):
        argv = ("fio", *READ.split(), f"--filename={stage.names['mount']}/data")
        _keep(folder, "disk-ahead", stage, argv)


def sender(folder: Path) -> None:
    """The line holds far more than the sender may keep for it."""
    with network("line") as stage:
        _set(stage, "net.ipv4.tcp_wmem=4096 16384 65536")
        _stream(folder, "line-sender", stage)


def unselective(folder: Path) -> None:
    """Segments are lost, and the receiver may not say which."""
    with network("line") as stage:
        _set(stage, "net.ipv4.tcp_sack=0")
        lost = ("-m", "statistic", "--mode", "nth", "--every", "200", "--packet", "0", "-j", "DROP")
        told(*stage.far, "iptables", "-A", "INPUT", "-p", "tcp", "--dport", PORT, *lost)
        _stream(folder, "line-unselective", stage)


def _set(stage: Stage, value: str) -> None:
    told(*stage.near, "sysctl", "-qw", value)


def _stream(folder: Path, name: str, stage: Stage) -> None:
    with process(*stage.far, "iperf3", "-s", "-p", PORT):
        time.sleep(2)
        _keep(folder, name, stage, ("iperf3", "-J", "-c", stage.names["address"], "-p", PORT, "-t", "6"))


def _keep(folder: Path, name: str, stage: Stage, argv: Sequence[str]) -> None:
    """Run the tool, take a snapshot, import both, and pack the run."""
    result, snapshot, run = (folder / f"{name}{end}" for end in (".json", ".tar.gz", ""))
    done = subprocess.run([*stage.near, *argv], check=True, capture_output=True, timeout=120)
    result.write_bytes(done.stdout)
    told(*stage.near, sys.executable, "-m", "perfadvisor", "snapshot", "-o", str(snapshot))
    import_files((result,), run, snapshot)
    Scrubber({str(folder): "/tmp/planted", str(REPOSITORY): "/opt/perfadvisor"}).run(run, RUNS / f"{name}.tar.xz")


PLAYED: Mapping[str, Callable[[Path], None]] = {one.__name__: one for one in (ahead, sender, unselective)}


def main() -> None:
    """Play what is named, or all."""
    with tempfile.TemporaryDirectory(prefix="perfadvisor-planted-") as folder:
        for name in sys.argv[1:] or PLAYED:
            PLAYED[name](Path(folder))


if __name__ == "__main__":
    main()
