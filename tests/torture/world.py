"""Where the commands run: test files, a loop device, a setting to change, container engines, all of our own."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.runner.conftest import PROGRAM, Bench, write_workloads

KSM = Path("/sys/kernel/mm/ksm/run")
DEVICE_BYTES = 8 << 20
WRITER = """
id: storage/writer
title: Writer
why: To test with.
tool: fio
runtime_s: 0.3
warmup_s: 0
parameters: {rw: randwrite, engine: psync, block_size_bytes: 4096, size_bytes: 4194304}
metrics: [write.iops]
"""
DAEMON = ("--iptables=false", "--ip6tables=false", "--bridge=none")
GONE_WITHIN_S = 3.0


@dataclass(frozen=True)
class World(Bench):
    """A place for runs, with a loop device ("" where none can be made) and the engines that answer."""

    loop: str = ""
    engines: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    def environment(self) -> dict[str, str]:
        return super().environment() | dict(self.settings)

    @property
    def stand_in(self) -> Path:
        """A file that stands for the switch of same-page merging, which belongs to the whole machine."""
        return self.root / "ksm_run"

    @property
    def read_ahead(self) -> Path:
        """A setting of the loop device."""
        return Path("/sys/block", Path(self.loop).name, "queue/read_ahead_kb")

    def with_stand_in(self, argv: list[str]) -> list[str]:
        """The command in a mount namespace of its own in which the file stands for the switch."""
        if os.geteuid() or not KSM.exists():
            return argv
        return ["unshare", "--mount", "sh", "-c", f'mount --bind {self.stand_in} {KSM} && exec "$@"', "sh", *argv]

    def restore(self) -> str:
        """Run `restore`; what it said, where it failed."""
        argv = self.with_stand_in([*PROGRAM, "restore"])
        done = subprocess.run(argv, env=self.environment(), capture_output=True, text=True, timeout=90)
        return done.stderr if done.returncode else ""

    def state(self) -> dict[str, str]:
        """What no command may leave otherwise than it was."""
        found = {"the switch": self.stand_in.read_text().strip()}  # sysfs adds the line feed itself
        return found | ({"read-ahead": self.read_ahead.read_text()} if self.loop else {})

    def containers(self) -> list[str]:
        """Those of perfadvisor in our own engines."""
        found = []
        for engine in self.engines:
            argv = [engine, "ps", "-a", "--format", "{{.Names}}"]
            done = subprocess.run(argv, env=self.environment(), capture_output=True, text=True, timeout=60)
            found += [f"{engine} {name}" for name in done.stdout.split()]
        return found

    def leftovers(self) -> list[str]:
        """What should not be there some seconds after the last command."""
        deadline = time.monotonic() + GONE_WITHIN_S
        while time.monotonic() < deadline and (self.left_behind() or self.containers()):
            time.sleep(0.1)
        return self.left_behind() + self.containers()

    def blank(self) -> None:
        """The loop device as new: a killed run has no time to mark what it filled."""
        with (self.root / "image").open("wb") as file:
            file.truncate(DEVICE_BYTES)


@contextlib.contextmanager
def world(engines: bool = True) -> Iterator[World]:
    """Made for one torture, and taken away."""
    with tempfile.TemporaryDirectory(prefix="torture-") as name, contextlib.ExitStack() as stack:
        made = World(Path(name))
        made.test_dir.mkdir()
        made.stand_in.write_text("1\n")
        made.blank()
        write_workloads(made.root)
        (made.root / "workloads" / "storage" / "writer.yaml").write_text(WRITER)
        found, settings = stack.enter_context(_engines(made.root)) if engines else ((), ())
        loop = stack.enter_context(_loop(made.root / "image"))
        yield World(made.root, made.mark, loop=loop, engines=found, settings=settings)


@contextlib.contextmanager
def _loop(image: Path) -> Iterator[str]:
    done = subprocess.run(["losetup", "--find", "--show", str(image)], capture_output=True, text=True)
    node = done.stdout.strip()
    try:
        yield node
    finally:
        if node:
            subprocess.run(["losetup", "--detach", node], check=True)


@contextlib.contextmanager
def _engines(root: Path) -> Iterator[tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]:
    """podman with a store of its own and a docker daemon of its own, each where it works."""
    settings: dict[str, str] = {}
    found: list[str] = []
    with contextlib.ExitStack() as stack:
        if os.geteuid() == 0 and shutil.which("podman"):
            store = root / "storage.conf"
            store.write_text(f'[storage]\ndriver="vfs"\ngraphroot="{root}/store"\nrunroot="{root}/running"\n')
            settings["CONTAINERS_STORAGE_CONF"] = str(store)
            found.append("podman")
        if os.geteuid() == 0 and shutil.which("dockerd") and (socket := stack.enter_context(_docker(root / "docker"))):
            settings["DOCKER_HOST"] = socket
            found.append("docker")
        yield tuple(found), tuple(settings.items())


@contextlib.contextmanager
def _docker(folder: Path) -> Iterator[str]:
    folder.mkdir()
    socket = f"unix://{folder}/d.sock"
    private = ("--data-root", str(folder / "data"), "--exec-root", str(folder / "exec"), "-H", socket)
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(
            ["dockerd", *DAEMON, *private, "--pidfile", str(folder / "pid")], stdout=log, stderr=log
        )
    try:
        yield socket if _answers(daemon, socket) else ""
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)


def _answers(daemon: "subprocess.Popen[bytes]", socket: str) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and daemon.poll() is None:
        if subprocess.run(["docker", "-H", socket, "version"], capture_output=True).returncode == 0:
            return True
        time.sleep(0.2)
    return False
