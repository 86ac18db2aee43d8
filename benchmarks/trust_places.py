"""Places of each kind to measure in, on this machine: started for the benchmark and gone with it."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PORT = 22022
DAEMON = ("--iptables=false", "--ip6tables=false", "--bridge=none")


@contextlib.contextmanager
def local() -> Iterator[str]:
    yield "local"


@contextlib.contextmanager
def podman() -> Iterator[str]:
    yield "podman:network=host"


@contextlib.contextmanager
def docker() -> Iterator[str]:
    """A private daemon: its data, socket and containers lie in one directory."""
    folder = Path(tempfile.mkdtemp(prefix="pa-docker-"))
    socket = f"unix://{folder}/d.sock"
    private = ("--data-root", str(folder / "data"), "--exec-root", str(folder / "exec"), "-H", socket)
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(["dockerd", *DAEMON, *private, "--pidfile", str(folder / "pid")], stderr=log)
    os.environ["DOCKER_HOST"] = socket
    try:
        _wait(lambda: subprocess.run(["docker", "version"], capture_output=True).returncode == 0)
        yield "docker:network=host"
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(30)
        del os.environ["DOCKER_HOST"]
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def ssh() -> Iterator[str]:
    """An sshd of its own on the loopback address, with keys of its own."""
    folder = Path(tempfile.mkdtemp(prefix="pa-ssh-"))
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "sshd_config").write_text(
        f"Port {PORT}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/key.pub\nPermitRootLogin yes\nLogLevel QUIET\n"
    )
    (folder / "known").write_text(f"[127.0.0.1]:{PORT} {(folder / 'host.pub').read_text()}")
    (folder / "config").write_text(
        f"Host *\n  IdentityFile {folder}/key\n  IdentitiesOnly yes\n  UserKnownHostsFile {folder}/known\n"
    )
    (folder / "config").chmod(0o600)
    Path("/run/sshd").mkdir(exist_ok=True)
    daemon = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", str(folder / "sshd_config")], stderr=subprocess.DEVNULL)
    try:
        _wait(lambda: b":5606 " in Path("/proc/net/tcp").read_bytes())  # 22022, listening
        os.environ["TRUST_SSHD"] = str(daemon.pid)
        yield f"ssh:root@127.0.0.1:{PORT},config={folder}/config"
    finally:
        os.environ.pop("TRUST_SSHD", None)
        daemon.kill()
        daemon.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def vm() -> Iterator[str]:
    yield "vm:cpus=2,memory=768m"


def _wait(ready: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError("the place did not start")
        time.sleep(0.1)


PLACES = {"local": local, "docker": docker, "podman": podman, "ssh": ssh, "vm": vm}
