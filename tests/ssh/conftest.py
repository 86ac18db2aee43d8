"""A real sshd on a private address, in a network namespace that the test made; this side is in a second one."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.here import namespaces
from perfadvisor.targets.here.listening import is_listening

PORT = 2222
SSHD = "/usr/sbin/sshd"


@dataclass
class Far:
    """The machine at the other end. `client` goes in front of whatever shall be able to reach it."""

    folder: Path
    pair: namespaces.Namespaces
    daemon: "subprocess.Popen[bytes] | None" = None

    @property
    def spec(self) -> str:
        where = f"dir={self.folder / 'disk'},config={self.folder / 'config'}"
        return f"ssh:root@{namespaces.SERVER}:{PORT},name=far,{where}"

    def start(self) -> None:
        self.daemon = subprocess.Popen(
            [*self.pair.server, SSHD, "-D", "-f", str(self.folder / "sshd_config")], stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and not is_listening(self.pair.server_pid, PORT):
            time.sleep(0.02)

    def stop(self) -> None:
        """The daemon alone; connections that stand live on in processes of their own."""
        if self.daemon is not None:
            self.daemon.kill()
            self.daemon.wait()
            self.daemon = None

    def cut(self) -> None:
        """Pull the cable: both ends of it vanish."""
        subprocess.run([*self.pair.client, "ip", "link", "set", "perf0", "down"], check=True)

    def new_host_key(self) -> None:
        for file in ("host", "host.pub"):
            (self.folder / file).unlink(missing_ok=True)
        _key(self.folder / "host")

    def knows(self) -> None:
        """Write the present host key among those that this side knows."""
        key = (self.folder / "host.pub").read_text()
        (self.folder / "known").write_text(f"[{namespaces.SERVER}]:{PORT} {key}")

    def python(self, code: str) -> "subprocess.CompletedProcess[str]":
        """Our own code on this side of the cable, SPEC replaced."""
        argv = [*self.pair.client, sys.executable, "-c", code.replace("SPEC", repr(self.spec))]
        return subprocess.run(argv, env=self.environment(), capture_output=True, text=True, timeout=120)

    def environment(self) -> dict[str, str]:
        return os.environ | {"XDG_STATE_HOME": str(self.folder / "state")}

    def argv(self, *words: str) -> list[str]:
        return [*self.pair.client, sys.executable, "-m", "perfadvisor", *words]

    def call(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.argv(*words), env=self.environment(), cwd=self.folder, capture_output=True, text=True, timeout=300
        )

    def left_behind(self) -> list[str]:
        found = (*(self.folder / "disk").iterdir(), *(self.folder / "state").rglob("*.jsonl"))
        return [str(path) for path in found]


def _key(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


@pytest.fixture
def far(tmp_path) -> Iterator[Far]:
    if os.geteuid() != 0 or not Path(SSHD).exists() or not shutil.which("ssh"):
        pytest.skip("openssh-server and root are needed for a real sshd")
    try:
        pair = namespaces.build()
    except MeasureError as error:
        pytest.skip(error.message)
    Path("/run/sshd").mkdir(exist_ok=True)
    (tmp_path / "disk").mkdir()
    for name in ("host", "key"):
        _key(tmp_path / name)
    (tmp_path / "authorized").write_bytes((tmp_path / "key.pub").read_bytes())
    (tmp_path / "sshd_config").write_text(
        f"Port {PORT}\nListenAddress {namespaces.SERVER}\nHostKey {tmp_path}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {tmp_path}/authorized\nStrictModes no\nPermitRootLogin yes\nLogLevel QUIET\n"
    )
    (tmp_path / "config").write_text(
        f"Host *\n  IdentityFile {tmp_path}/key\n  IdentitiesOnly yes\n  UserKnownHostsFile {tmp_path}/known\n"
        "  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking no\n"
    )
    made = Far(tmp_path, pair)
    made.knows()
    made.start()
    try:
        yield made
    finally:
        made.stop()
        pair.close()
