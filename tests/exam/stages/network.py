"""Two network namespaces of the exam's own: joined by a virtual cable ("veth"), or by one with a delay ("line").

Each has a view of /sys of its own, so that this side's devices are the ones that are read, and the far one an sshd, so
that `--peer ssh:` works as between two machines."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from perfadvisor.model.result import Sample
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.targets.here import namespaces
from perfadvisor.targets.here.listening import is_listening
from perfadvisor.targets.here.own_threads import FAR_MARK
from perfadvisor.tools import iperf3
from perfadvisor.tools.context import Context
from tests.exam.stages import groups
from tests.exam.stages.stage import Stage

SSH_PORT, PORT = 2222, 5301
LINE = ("10.99.0.1", "10.99.0.2")
DELAY_US, RATE, QUEUE = "10000", "1000000000", "16384"
SYS = (
    'mount --rbind /sys/fs/cgroup "$1" && mount -t sysfs sysfs /sys && mount --rbind "$1" /sys/fs/cgroup '
    "&& exec sleep infinity"
)


@contextlib.contextmanager
def network(kind: str) -> Iterator[Stage]:
    """Both sides up, with CUBIC's older brother as congestion control: what a namespace may choose everywhere."""
    with contextlib.ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="perfadvisor-exam-")))
        pair = namespaces.build()
        undo.callback(pair.close)
        address, nics = namespaces.SERVER, ("perf0", "perf1")
        if kind == "line":
            _line(folder, pair, undo)
            address, nics = LINE[1], ("line0", "line1")
        near, _ = _with_sys(pair.client, folder / "near", undo)
        far, far_pid = _with_sys(pair.server, folder / "far", undo)
        for side in (near, far):
            _told(*side, "sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno", "net.ipv4.tcp_no_metrics_save=1")
        _sshd(folder, far, far_pid, address, undo)
        directories, inside = undo.enter_context(groups.group())
        names = {"nic": nics[0], "far_nic": nics[1], "address": address}
        names |= {directory.parent.name: str(directory) for directory in directories}

        def measure(workload: Workload) -> Sample:
            return measured((*near, *inside), far, far_pid, workload, address)

        def state() -> dict[str, str]:
            told = {**_side_state(near, nics[0], "near"), **_side_state(far, nics[1], "far")}
            return {**told, **groups.limits(directories)}

        peer = f"ssh:root@{address}:{SSH_PORT},config={folder / 'config'}"
        options = ("--peer", peer, "--dir", str(folder))
        yield Stage(names=names, near=near, far=far, inside=inside, options=options, measure=measure, state=state)


def _line(folder: Path, pair: namespaces.Namespaces, undo: contextlib.ExitStack) -> None:
    program = folder / "line"
    _told("gcc", "-O2", "-o", str(program), str(Path(__file__).parent / "line.c"))
    ours = ("env", f"{FAR_MARK}=line")  # a part of the path is no other work
    argv = (str(program), str(pair.client_pid), str(pair.server_pid), DELAY_US, RATE, QUEUE)
    process = _kept((*ours, *argv), undo, stdout=subprocess.PIPE)
    if process.stdout is None or process.stdout.readline() != b"ready\n":
        raise RuntimeError("the line did not start")
    for side, nic, address in ((pair.client, "line0", LINE[0]), (pair.server, "line1", LINE[1])):
        _told(*side, "ip", "address", "add", f"{address}/30", "dev", nic)
        _told(*side, "ip", "link", "set", nic, "mtu", "9000", "up")


def _with_sys(side: Sequence[str], folder: Path, undo: contextlib.ExitStack) -> tuple[tuple[str, ...], int]:
    """What enters the side with its own /sys, and the process that holds both."""
    folder.mkdir()
    keeper = _kept((*side, "unshare", "--mount", "sh", "-c", SYS, "sh", str(folder)), undo)
    for _ in range(500):
        if Path(f"/proc/{keeper.pid}/comm").read_text().strip() == "sleep":
            break
        time.sleep(0.01)
    # Entering a mount namespace leaves one at its root.
    return ("nsenter", f"--target={keeper.pid}", "--net", "--mount", "--", "env", "-C", str(Path.cwd())), keeper.pid


def _sshd(folder: Path, far: Sequence[str], far_pid: int, address: str, undo: contextlib.ExitStack) -> None:
    Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "key"):
        _told("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
    (folder / "authorized").write_bytes((folder / "key.pub").read_bytes())
    (folder / "sshd_config").write_text(
        f"Port {SSH_PORT}\nHostKey {folder}/host\nPidFile none\nUsePAM no\nAuthorizedKeysFile {folder}/authorized\n"
        "StrictModes no\nPermitRootLogin yes\nLogLevel QUIET\nUseDNS no\n"
    )
    (folder / "config").write_text(
        f"Host *\n  IdentityFile {folder}/key\n  IdentitiesOnly yes\n  UserKnownHostsFile {folder}/known\n"
        "  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n"
    )
    (folder / "known").write_text(f"[{address}]:{SSH_PORT} {(folder / 'host.pub').read_text()}")
    _kept((*far, "/usr/sbin/sshd", "-D", "-f", str(folder / "sshd_config")), undo)
    _wait_for(far_pid, SSH_PORT)


def _kept(
    argv: Sequence[str], undo: contextlib.ExitStack, stdout: int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes]":
    """A process that ends with the stage."""
    process = subprocess.Popen(argv, stdout=stdout, stderr=subprocess.DEVNULL, start_new_session=True)

    def end() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()

    undo.callback(end)
    return process


def _wait_for(pid: int, port: int) -> None:
    deadline = time.monotonic() + 10
    while not is_listening(pid, port):
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing listens on port {port}")
        time.sleep(0.01)


def measured(near: Sequence[str], far: Sequence[str], far_pid: int, workload: Workload, address: str) -> Sample:
    """The primary metric of one run, against a server of its own."""
    context = Context(host=address, port=PORT, bind=address)
    server = subprocess.Popen(
        (*far, *iperf3.server(workload, context)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(far_pid, PORT)
        trial = Trial(
            number=1,
            workload=workload.id,
            environment="exam",
            repeat=1,
            position=1,
            runtime_s=1,
            warmup_s=workload.warmup_s,
            parameters=workload.parameters,
        )
        done = subprocess.run((*near, *iperf3.command(workload, trial, context)), capture_output=True, timeout=60)
    finally:
        server.kill()
        server.wait()
    output = iperf3.parse(done.stdout, done.stderr, done.returncode)
    values = {sample.metric: sample for sample in output.samples}
    if workload.metrics[0] not in values:
        raise RuntimeError(f"{workload.id}: {output.error}")
    return values[workload.metrics[0]]


TOLD = {
    "sysctls": "grep -r . /proc/sys/net/ipv4 --include='tcp_*' 2>/dev/null | grep -v fastopen_key | sort",
    "features": "ethtool -k {nic}",
    "qdisc": "tc qdisc show dev {nic} | sed 's/ 8[0-9a-f]*: / /'",  # handles are counted up
    "routes": "ip -4 route show table all",
    "link": "ip -d link show dev {nic}",
    "filter": "iptables-save 2>/dev/null | grep '^-A'; true",
    "queues": "cd /sys/class/net/{nic}/queues; grep -H . */*_cpus */rps_flow_cnt 2>/dev/null; true",
}


def _side_state(side: Sequence[str], nic: str, name: str) -> dict[str, str]:
    return {f"{name} {what}": _told(*side, "sh", "-c", script.format(nic=nic)) for what, script in TOLD.items()}


def _told(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()
