"""docker and podman really run: a private docker daemon for the session, and podman as this host has it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.model.run import Run

PROGRAM = (sys.executable, "-m", "perfadvisor")
DAEMON = ("--iptables=false", "--ip6tables=false", "--bridge=none")

WORKLOADS = {
    "storage/reads": "{rw: randread, engine: libaio, iodepth: 8, block_size_bytes: 4096, size_bytes: 67108864}",
    "storage/busy": "{rw: randread, engine: libaio, iodepth: 16, numjobs: 2, size_bytes: 67108864}",
    "storage/ring": "{rw: randread, engine: io_uring, iodepth: 4, block_size_bytes: 4096, size_bytes: 67108864}",
    "storage/fixed": "{rw: randread, engine: io_uring, fixed_buffers: true, iodepth: 4, size_bytes: 67108864}",
}


@dataclass(frozen=True)
class Place:
    """A place to run perfadvisor in: its own state, workloads and test directory."""

    root: Path

    def environment(self, **more: str) -> dict[str, str]:
        return os.environ | {"XDG_STATE_HOME": str(self.root / "state")} | more

    def argv(self, *words: str) -> list[str]:
        given = ("--workloads", str(self.root / "workloads"), "--dir", str(self.root / "disk"))
        return [*PROGRAM, "run", *words, *given, "--out", str(self.root / "run")]

    def call(self, *argv: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*PROGRAM, *argv], env=self.environment(), cwd=self.root, capture_output=True, text=True, timeout=300
        )

    def run(self, *words: str) -> Run:
        """A run that must succeed, as read back from its folder."""
        shutil.rmtree(self.root / "run", ignore_errors=True)
        done = subprocess.run(
            self.argv(*words), env=self.environment(), cwd=self.root, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return bundle.load(self.root / "run")

    def left_behind(self) -> list[str]:
        return [str(path) for path in (*(self.root / "disk").iterdir(), *(self.root / "state").rglob("*.jsonl"))]


@pytest.fixture
def place(tmp_path) -> Place:
    made = Place(tmp_path)
    (tmp_path / "disk").mkdir()
    for name, parameters in WORKLOADS.items():
        file = tmp_path / "workloads" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            f"id: {name}\ntitle: Short\nwhy: To test with.\nruntime_s: 2\nwarmup_s: 0\ntool: fio\n"
            f"parameters: {parameters}\nmetrics: [read.iops]\n"
        )
    return made


@pytest.fixture(scope="session")
def docker() -> Iterator[str]:
    """A docker daemon of our own: its data, socket and containers lie in one directory and go with it."""
    if os.geteuid() != 0 or not shutil.which("dockerd") or not shutil.which("docker"):
        pytest.skip("docker.io is not installed, or this is not root")
    folder = Path(tempfile.mkdtemp(prefix="pa-docker-"))
    socket = f"unix://{folder}/d.sock"
    private = ("--data-root", str(folder / "data"), "--exec-root", str(folder / "exec"), "-H", socket)
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(
            ["dockerd", *DAEMON, *private, "--pidfile", str(folder / "pid")], stdout=log, stderr=log
        )
    before, os.environ["DOCKER_HOST"] = os.environ.get("DOCKER_HOST"), socket
    try:
        if not _answers(daemon):
            pytest.skip(f"dockerd does not start here: {(folder / 'log').read_text()[-500:]}")
        yield "docker"
        left = subprocess.run(["docker", "ps", "-aq"], capture_output=True, text=True).stdout
        assert left == "", "a container was left behind"
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(30)
        if before is None:
            del os.environ["DOCKER_HOST"]
        else:
            os.environ["DOCKER_HOST"] = before
        shutil.rmtree(folder, ignore_errors=True)


def _answers(daemon: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and daemon.poll() is None:
        if subprocess.run(["docker", "version"], capture_output=True).returncode == 0:
            return True
        time.sleep(0.2)
    return False


@pytest.fixture(scope="session")
def podman() -> str:
    if not shutil.which("podman"):
        pytest.skip("podman is not installed")
    return "podman"


@pytest.fixture(params=["docker", "podman"])
def engine(request) -> str:
    """Each engine in turn."""
    return request.getfixturevalue(request.param)
