"""`python -m tests.planted.record [STAGE...]`: play the faults of tests/planted/kept.py here, keep the runs.

Everything happens on loop devices, in namespaces and in control groups of its own. The machine must be quiet, or the
rules rightly say nothing. The runs are packed into tests/data/planted/runs.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.exam.stages.disk import disk
from tests.exam.stages.network import network
from tests.exam.stages.stage import Stage
from tests.planted.kept import RUNS, written_workloads

NETWORK_WORKLOADS = Path(__file__).parents[1] / "exam" / "workloads"
REPEATS = "3"
During = Callable[[Path], None]


class Recorder:
    """Runs workloads on a stage, and packs what came of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        written_workloads(folder / "own")

    def run(
        self,
        name: str,
        stage: Stage,
        *workloads: str,
        during: During | None = None,
        more: tuple[str, ...] = (),
        repeats: str = REPEATS,
    ) -> None:
        out = self.folder / name
        argv = (
            *stage.near,
            *stage.inside,
            sys.executable,
            "-m",
            "perfadvisor",
            "run",
            *workloads,
            "--repeats",
            repeats,
            "--workloads",
            str(self.folder / "own"),
            "--workloads",
            str(NETWORK_WORKLOADS),
            "--out",
            str(out),
            "--wait-quiet",
            "0s",
            *(more or stage.options),
        )
        process = subprocess.Popen(argv)
        if during:
            during(out)
        if process.wait(timeout=240):
            raise RuntimeError(f"{name}: {process.returncode}")
        RUNS.mkdir(exist_ok=True)
        with tarfile.open(RUNS / f"{name}.tar.xz", "w:xz") as packed:
            packed.add(out, name)


@contextmanager
def written(**values: str) -> Iterator[None]:
    """Files that hold these values meanwhile; a queue's scheduler first, which resets the rest."""
    with ExitStack() as undo:
        for name, value in values.items():
            undo.enter_context(one_written(Path(name), value))
        yield


@contextmanager
def one_written(path: Path, value: str) -> Iterator[None]:
    before = path.read_text()
    path.write_text(value)
    try:
        yield
    finally:
        path.write_text(before.split("[")[1].split("]")[0] if "[" in before else before)


@contextmanager
def process(*argv: str) -> Iterator[None]:
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        child.kill()
        child.wait()


def told(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)


def _limit(stage: Stage, kind: str, rate: int) -> None:
    (Path(stage.names["blkio"]) / f"blkio.throttle.{kind}_device").write_text(f"{stage.names['number']} {rate}")


STORED = tuple(f"storage/planted-{name}" for name in ("deep", "shallow", "one", "large", "file-read", "file-write"))


def on_disk(at: Recorder) -> None:
    """A loop device on a file of the disk."""
    with disk("disk") as stage:
        names, queue = stage.names, stage.names["queue"]
        Path(queue, "rotational").write_text("0")
        _limit(stage, "read_iops", 10_000_000)
        at.run("disk-good", stage, *STORED)
        _limit(stage, "read_iops", 0)
        bad = {
            f"{queue}/scheduler": "kyber",
            f"{queue}/nr_requests": "8",
            f"{queue}/read_ahead_kb": "4",
            f"{queue}/max_sectors_kb": "16",
            f"{names['bdi']}/strict_limit": "1",
            f"{names['bdi']}/max_ratio_fine": "100",
        }
        with written(**bad):
            told("losetup", "--direct-io=off", f"/dev/{names['disk']}")
            told("mount", "-o", "remount,sync", names["mount"])
            at.run("disk-bad", stage, *STORED)
            told("mount", "-o", "remount,async", names["mount"])
            told("losetup", "--direct-io=on", f"/dev/{names['disk']}")
        _beside_others(at, stage)
        _falling(at, stage)


def _beside_others(at: Recorder, stage: Stage) -> None:
    mount = stage.names["mount"]
    reader = f"--filename=/dev/{stage.names['disk']} --rw=read --bs=512k --iodepth=4 --ioengine=libaio --direct=1"
    with process("fio", "--name=n", *reader.split(), "--time_based", "--runtime=120"):
        at.run("disk-shared", stage, "storage/planted-one")
    for name in ("lower", "upper", "work", "over"):
        Path(mount, name).mkdir()
    told(
        "mount",
        "-t",
        "overlay",
        "-o",
        f"lowerdir={mount}/lower,upperdir={mount}/upper,workdir={mount}/work",
        "planted",
        f"{mount}/over",
    )
    try:
        at.run("disk-overlay", stage, "storage/planted-one", more=("--dir", f"{mount}/over"))
    finally:
        told("umount", f"{mount}/over")


def _falling(at: Recorder, stage: Stage) -> None:
    """Five rounds of writes: at one speed, and each slower than the last."""

    def slower(out: Path) -> None:
        for number, rate in enumerate((60, 45, 34, 25, 18), start=1):
            _limit(stage, "write_bps", rate << 20)
            deadline = time.monotonic() + 60
            while not (out / f"trials/{number:04}").exists() and time.monotonic() < deadline:
                time.sleep(0.05)

    _limit(stage, "write_bps", 40 << 20)
    at.run("disk-level", stage, "storage/planted-write", repeats="5")
    at.run("disk-falling", stage, "storage/planted-write", repeats="5", during=slower)
    _limit(stage, "write_bps", 0)


def in_memory(at: Recorder) -> None:
    """A loop device on a file in memory."""
    fast = ("storage/planted-deep", "storage/planted-two")
    with disk("ram") as stage:
        at.run("ram-good", stage, *fast)
        with written(
            **{f"{stage.names['queue']}/scheduler": "mq-deadline", f"{stage.names['cpuset']}/cpuset.cpus": "1"}
        ):
            at.run("ram-bad", stage, *fast)


def over_a_cable(at: Recorder) -> None:
    """Two namespaces."""
    work = "network/exam-stream"
    with network("veth") as stage:
        nic, near = stage.names["nic"], stage.near
        at.run("veth-good", stage, work)
        _seen_by_mpstat(stage, "good")
        told(*near, "ethtool", "-K", nic, "sg", "off")
        told(*near, "sysctl", "-qw", "net.ipv4.tcp_congestion_control=bbr")
        at.run("veth-bad", stage, work)
        told(*near, "ethtool", "-K", nic, "sg", "on", "tso", "on", "gso", "on")
        told(*near, "sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno")
        told(*near, "tc", "qdisc", "add", "dev", nic, "root", "handle", "1:", "htb", "default", "10")
        told(*near, "tc", "class", "add", "dev", nic, "parent", "1:", "classid", "1:10", "htb", "rate", "120mbit")
        at.run("veth-shaped", stage, work)
        told(*near, "tc", "qdisc", "del", "dev", nic, "root")
        _filtered(at, stage, work)


def _filtered(at: Recorder, stage: Stage, work: str) -> None:
    """Each packet goes past many rules on one CPU, which is not the sender's."""
    far, nic = stage.far, stage.names["far_nic"]
    rules = "".join(f"-A INPUT -s 10.200.{n // 250}.{n % 250} -j DROP\n" for n in range(6000))
    script = f"iptables-restore -n <<E\n*filter\n{rules}COMMIT\nE\necho 1 > /sys/class/net/{nic}/queues/rx-0/rps_cpus"
    subprocess.run([*far, "sh"], input=script.encode(), check=True)
    told(*stage.near, "ethtool", "-K", stage.names["nic"], "tso", "off", "gso", "off")
    at.run("veth-filtered", stage, work)
    _seen_by_mpstat(stage, "bad")


def _seen_by_mpstat(stage: Stage, side: str) -> None:
    """How a stream keeps the CPUs busy."""
    argv = (os.environ.get("MPSTAT", "mpstat"), "-P", "ALL", "1", "3")
    with process(*stage.far, "iperf3", "-s", "-p", "5999"):
        time.sleep(1)
        with process(*stage.near, "iperf3", "-c", stage.names["address"], "-p", "5999", "-t", "30"):
            time.sleep(1)
            said = subprocess.run(argv, check=True, capture_output=True, env=os.environ | {"LC_ALL": "C"}).stdout
    (RUNS.parent / f"mpstat-{side}.txt").write_bytes(said)


def over_a_line(at: Recorder) -> None:
    """Two namespaces 20 ms apart."""
    work = "network/exam-far-stream"
    with network("line") as stage:
        at.run("line-good", stage, work)
        _connections(stage)
        told(*stage.far, "sysctl", "-qw", "net.ipv4.tcp_rmem=4096 65536 196608")
        at.run("line-receiver", stage, work)


def _connections(stage: Stage) -> None:
    """What `ss` shows of three connections."""
    script, address = str(Path(__file__).with_name("sockets.py")), stage.names["address"]
    with process(*stage.far, sys.executable, script, "read", address):
        time.sleep(2)
        with process(*stage.near, sys.executable, script, "write", address):
            time.sleep(5)
            said = subprocess.run([*stage.near, "ss", "-tni"], check=True, capture_output=True).stdout
    (RUNS.parent / "sockets.txt").write_bytes(b"$ ss -tni\n" + said)


def held(at: Recorder) -> None:
    """A snapshot by a process that may use a tenth of a CPU and little memory, and by one that is hardly held."""
    for side, quota, memory in (("good", 190_000, 4 << 30), ("bad", 10_000, 700 << 20)):
        limits = {"cpu": {"cpu.cfs_quota_us": quota}, "cpuacct": {}, "memory": {"memory.limit_in_bytes": memory}}
        groups = [Path("/sys/fs/cgroup", name, f"planted-{at.folder.name}-{side}") for name in limits]
        for group in groups:
            group.mkdir()
            for file, value in limits[group.parent.name].items():
                (group / file).write_text(str(value))
        join = "; ".join(f"echo $$ > {group}/cgroup.procs" for group in groups)
        burn = f"timeout 3 {sys.executable} -c 'while True: pass'"
        snapshot = f"{sys.executable} -m perfadvisor snapshot -o {RUNS.parent}/held-{side}.tar.gz"
        told("sh", "-c", f"{join}; {burn}; exec {snapshot}")
        for group in groups:
            group.rmdir()


STAGES: Mapping[str, Callable[[Recorder], None]] = {
    "disk": on_disk,
    "memory": in_memory,
    "cable": over_a_cable,
    "line": over_a_line,
    "held": held,
}


def main() -> None:
    """Play what is named, or all."""
    with tempfile.TemporaryDirectory(prefix="perfadvisor-planted-") as folder:
        recorder = Recorder(Path(folder))
        for name in sys.argv[1:] or STAGES:
            STAGES[name](recorder)


if __name__ == "__main__":
    main()
