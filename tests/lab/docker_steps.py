"""Docker inside the lab, for rules that hold containers against the server's nodes: none of them is ever started."""

import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.inside import HERE, perfadvisor
from tests.lab.steps import _do as do
from tests.lab.steps import _output as output
from tests.lab.steps import _wait_for as wait_for

DATA = "/var/lib/docker"
DAEMON = ("dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs")
Seen = dict[str, Any]


def docked() -> Seen:
    """A container on the CPUs and the memory of one node."""
    return _read("docked", ("--cpuset-cpus=0-1", "--cpuset-mems=0"))


def docked_badly() -> Seen:
    """One on the CPUs of two nodes, and one whose memory is not where its CPUs are."""
    return _read("docked-badly", ("--cpuset-cpus=0,2",), ("--cpuset-cpus=0-1", "--cpuset-mems=1"))


def _read(name: str, *limits: tuple[str, ...]) -> Seen:
    with _docker():
        image = _image()
        names = [output("docker", "create", *words, image, "/none").strip() for words in limits]
        code = perfadvisor("snapshot", "-o", str(HERE / f"{name}.tar.gz"))
    return {"exit": code, "containers": names}


@contextmanager
def _docker() -> Iterator[None]:
    """A daemon whose containers lie in memory."""
    do("mkdir", "-p", DATA)
    do("mount", "-t", "tmpfs", "tmpfs", DATA)
    os.environ["DOCKER_RAMDISK"] = "true"  # the root is no disk that it could pivot to
    with (HERE / "dockerd.log").open("wb") as log:
        daemon = subprocess.Popen(DAEMON, stdout=log, stderr=log)
    try:
        wait_for(lambda: daemon.poll() is not None or _answers())
        yield
    finally:
        daemon.terminate()
        daemon.wait()


def _answers() -> bool:
    return subprocess.run(["docker", "version"], capture_output=True, check=False).returncode == 0


def _image() -> str:
    archive = Path("/run/image.tar")
    with tarfile.open(archive, "w") as packed:
        packed.add("/etc/hostname", "none")
    return output("docker", "import", str(archive)).strip()
