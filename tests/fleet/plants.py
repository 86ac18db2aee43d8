"""What is planted on hosts that are namespaces: the commands, and the facts that tell of it."""

import os
from dataclasses import dataclass
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
CONTROLLERS = ("cpu", "blkio")


@dataclass(frozen=True, slots=True)
class Plant:
    """Shell commands that the host's first process runs ($GROUP names its control group), and facts with subjects."""

    commands: str
    keys: tuple[str, ...]
    slows: bool = True  # a result of `tests.fleet.show`
    shown_by: tuple[str, ...] = ()  # other facts that tell of it as well


SOMAXCONN = Plant("sysctl -qw net.core.somaxconn=16", ("network.somaxconn", "sysctl.value net.core.somaxconn"), False)
SHAPED = Plant(
    "tc qdisc add dev eth0 root tbf rate 200mbit burst 64kb latency 50ms",
    ("nic.shaped_bits_per_s eth0",),
    shown_by=("nic.qdisc eth0",),
)
RECEIVE = Plant("sysctl -qw net.ipv4.tcp_rmem='4096 16384 65536'", ("network.tcp_rmem_max_bytes",), False)
SEND = Plant("sysctl -qw net.ipv4.tcp_wmem='4096 4096 8192'", ("network.tcp_wmem_max_bytes",), False)


def quota(cpus: float) -> Plant:
    """At most so much CPU time."""
    group = "/sys/fs/cgroup/cpu/$GROUP"
    made = f"mkdir {group} && echo {cpus * 100_000:.0f} >{group}/cpu.cfs_quota_us && echo 1 >{group}/tasks"
    return Plant(made, ("cgroup.cpu_limited",), slows=False)


def throttled(bytes_per_s: int) -> Plant:
    """At most so many bytes per second written to the machine's disk."""
    group = "/sys/fs/cgroup/blkio/$GROUP"
    made = f"mkdir {group} && echo '{_disk()} {bytes_per_s}' >{group}/blkio.throttle.write_bps_device"
    return Plant(f"{made} && echo 1 >{group}/tasks", ("cgroup.io_limited",))


def both(one: Plant, other: Plant) -> Plant:
    """Two on one host."""
    return Plant(f"{one.commands}; {other.commands}", one.keys + other.keys, one.slows or other.slows)


def groups_can_be_made() -> bool:
    """Whether this machine has control groups of version 1, a disk, and lets us make groups."""
    try:
        for controller in CONTROLLERS:
            trial = GROUPS / controller / f"pa-trial-{os.getpid()}"
            trial.mkdir()
            trial.rmdir()
    except OSError:
        return False
    return bool(_disk())


def _disk() -> str:
    """The numbers of the first disk that is one; "" without any."""
    for disk in sorted(Path("/sys/block").iterdir()):
        if not disk.name.startswith(("loop", "ram", "zram", "sr")) and (disk / "size").read_text().strip() != "0":
            return (disk / "dev").read_text().strip()
    return ""
