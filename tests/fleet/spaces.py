"""Hosts as namespaces on one bridge: each with its own network, mounts, processes and sshd, and what is planted on it.

The control node is a namespace too. Nothing of this machine's own network or mounts is touched, and all of it goes with
the processes that hold it."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.fleet.plants import CONTROLLERS, GROUPS

NETWORK = "10.77.0"
PEER = f"{NETWORK}.254"  # the control node
SSHD = "/usr/sbin/sshd"

# Mounts are the host's own: /sys shows its network devices, with the control groups of this machine below it.
HOST = r"""
mount --make-rprivate / && mkdir -p "$1/groups" && mount --rbind /sys/fs/cgroup "$1/groups"
mount -t sysfs sysfs /sys && mount --rbind "$1/groups" /sys/fs/cgroup
mount -t proc proc /proc
[ ! -d "$1/ssh" ] || mount --bind "$1/ssh" /etc/ssh/ssh_config.d
hostname "$2"
for _ in $(seq 1200); do ip link show eth0 >/dev/null 2>&1 && break; sleep 0.05; done
ip link set lo up; ip addr add "$3/24" dev eth0; ip link set eth0 up
GROUP=$5; eval "$4"
exec /usr/sbin/sshd -D -f "$1/sshd_config"
"""


@dataclass(frozen=True, slots=True)
class SpaceHost:
    """A host: its name in the inventory, the shell commands that plant something, and its answer to every command in
    the place of the real one ("" for the real one)."""

    name: str
    plant: str = ""
    forced: str = ""


@dataclass
class Spaces:
    """The running hosts."""

    folder: Path
    hosts: list[SpaceHost]
    bridges: tuple[str, ...] = ("",)  # a host is behind the one that its name starts with
    peer: bool = False  # whether the control node has an sshd too, which the hosts may use
    held: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def start(self) -> None:
        """Build the network, then all hosts at once."""
        Path("/run/sshd").mkdir(exist_ok=True)
        for name in ("host", "key"):
            argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)]
            subprocess.run(argv, check=True)
        self._write_configurations()
        control = self._hold("unshare", "--net", "--", "sleep", "3600")
        self.control = ["nsenter", "-t", str(control.pid), "-n", "--"]
        self._ip("link", "set", "lo", "up")
        for number, _ in enumerate(self.bridges):
            self._ip("link", "add", f"br{number}", "type", "bridge")
            self._ip("link", "set", f"br{number}", "up")
            if number:  # a cable from each bridge to the first one
                self._ip("link", "add", f"up{number}", "type", "veth", "peer", "name", f"down{number}")
                self._ip("link", "set", f"up{number}", "master", "br0", "up")
                self._ip("link", "set", f"down{number}", "master", f"br{number}", "up")
        self._ip("addr", "add", f"{PEER}/24", "dev", "br0")
        for number, host in enumerate(self.hosts, 1):
            folder = self.folder / host.name
            argv = ("sh", "-c", HOST, "host", str(folder), host.name, f"{NETWORK}.{number}", host.plant, _group(host))
            space = self._hold("unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--", *argv)
            self._ip("link", "add", f"v{number}", "type", "veth", "peer", "name", "eth0", "netns", str(space.pid))
            bridge = next(i for i, one in enumerate(self.bridges) if host.name.startswith(one))
            self._ip("link", "set", f"v{number}", "master", f"br{bridge}", "up")
        if self.peer:
            self._hold_sshd()
        self._wait()

    def _write_configurations(self) -> None:
        common = "-o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
        lines = ["[all]"]
        for number, host in enumerate(self.hosts, 1):
            folder = self.folder / host.name
            folder.mkdir()
            (folder / "home").mkdir()
            if host.forced:
                (folder / "forced").write_text(f"#!/bin/sh\n{host.forced}\n")
                (folder / "forced").chmod(0o755)
            if self.peer:
                self._trust_peer(folder / "ssh")
            self._configure_sshd(folder, f"{NETWORK}.{number}", host.forced)
            lines.append(f"{host.name} ansible_host={NETWORK}.{number}")
        lines += [f"gone ansible_host={NETWORK}.200", "", "[all:vars]", "ansible_user=root"]
        lines += [f"ansible_ssh_private_key_file={self.folder}/key", f'ansible_ssh_common_args="{common}"']
        lines += [f"ansible_remote_tmp={self.folder}/remote"]
        (self.folder / "inventory").write_text("\n".join(lines) + "\n")

    def _configure_sshd(self, folder: Path, address: str, forced: str = "") -> None:
        (folder / "sshd_config").write_text(
            f"Port 22\nListenAddress {address}\nHostKey {self.folder}/host\nPidFile none\nUsePAM no\n"
            f"AuthorizedKeysFile {self.folder}/key.pub\nStrictModes no\nPermitRootLogin yes\nLogLevel QUIET\n"
            f"Subsystem sftp /usr/lib/openssh/sftp-server\nMaxStartups 50\n"
            + (f"ForceCommand {folder}/forced\n" if forced else "")
        )

    def _trust_peer(self, folder: Path) -> None:
        """Let the host's root reach the control node."""
        folder.mkdir()
        (folder / "peer.conf").write_text(
            f"Host {PEER}\n  IdentityFile {self.folder}/key\n  UserKnownHostsFile {folder}/known\n"
        )
        (folder / "known").write_text(f"{PEER} {(self.folder / 'host.pub').read_text()}")

    def _hold_sshd(self) -> None:
        folder = self.folder / "peer"
        folder.mkdir()
        self._configure_sshd(folder, PEER)
        argv = ["setpriv", "--pdeathsig", "KILL", *self.control, SSHD, "-D", "-f", str(folder / "sshd_config")]
        self.held.append(subprocess.Popen(argv, stdin=subprocess.DEVNULL))

    def _hold(self, *argv: str) -> "subprocess.Popen[bytes]":
        """Start what unshares a network, and wait until it has: on a busy machine that takes its time. It ends with
        this process, also where that is killed."""
        argv = ("setpriv", "--pdeathsig", "KILL", *argv)
        with (self.folder / "hosts.log").open("ab") as log:
            self.held.append(subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL))
        own, theirs = Path("/proc/self/ns/net"), Path(f"/proc/{self.held[-1].pid}/ns/net")
        deadline = time.monotonic() + 60
        while theirs.readlink() == own.readlink() and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.held[-1]

    def _ip(self, *words: str) -> None:
        subprocess.run([*self.control, "ip", *words], check=True)

    def slow_port(self, host: str, rate: str) -> None:
        """Let the bridge's port to this host pass no more than `rate`: what the host receives."""
        number = [one.name for one in self.hosts].index(host) + 1
        shaper = ("tbf", "rate", rate, "burst", "64kb", "latency", "50ms")
        subprocess.run([*self.control, "tc", "qdisc", "add", "dev", f"v{number}", "root", *shaper], check=True)

    def _wait(self) -> None:
        """Until every sshd answers."""
        code = (
            "import socket, sys, time\n"
            "for where in sys.argv[1:]:\n"
            "    for _ in range(300):\n"
            "        try: socket.create_connection((where, 22), 1).close(); break\n"
            "        except OSError: time.sleep(0.1)\n"
            "    else: sys.exit(where)\n"
        )
        addresses = [f"{NETWORK}.{number}" for number in range(1, len(self.hosts) + 1)]
        subprocess.run([*self.control, sys.executable, "-c", code, *addresses], check=True, timeout=120)

    def call(self, *words: str, timeout: float = 240) -> "subprocess.CompletedProcess[str]":
        """perfadvisor on the control node."""
        argv = [*self.control, sys.executable, "-m", "perfadvisor", *words]
        environment = os.environ | {"ANSIBLE_HOME": str(self.folder / "ansible"), "ANSIBLE_SSH_ARGS": "-C"}
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        return _whole(argv, self.folder, environment, timeout)

    def stop(self) -> None:
        """End every process that holds a namespace, and what runs in it."""
        for process in self.held:
            process.kill()
        for process in self.held:
            process.wait()
        groups = (GROUPS / controller / _group(host) for controller in CONTROLLERS for host in self.hosts)
        for group in filter(Path.is_dir, groups):
            for _ in range(100):  # until the last process in it is gone
                with suppress(OSError):
                    group.rmdir()
                    break
                time.sleep(0.1)


def _group(host: SpaceHost) -> str:
    """The control group that a plant may make for the host."""
    return f"pa-{os.getpid()}-{host.name}"


def _whole(
    argv: list[str], folder: Path, environment: dict[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """Run to the end. On an interrupt or a time-out it may clean up before it is killed."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(argv, cwd=folder, env=environment, text=True, **pipes) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            raise
    return subprocess.CompletedProcess(argv, process.returncode, out, err)
