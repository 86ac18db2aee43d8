"""Snapshots of made-up hosts: recorded machines of ours with plausible variation, planted differences, broken files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.saved.saved import load_snapshot
from perfadvisor.saved.snapshot_file import snapshot_bytes

DATA = Path(__file__).resolve().parent.parent / "tests" / "data" / "planted"
BASES = ("no-huge-pages.tar.gz", "held-good.tar.gz")
COUNTED = ("/proc/meminfo", "/proc/vmstat", "/proc/interrupts", "/proc/softirqs", "/proc/stat")
HOSTNAME = "/proc/sys/kernel/hostname"
# Six kinds of planted difference: a source that both recorded machines have, and what it holds on a planted host.
PLANTS = {
    "swappiness": ("/proc/sys/vm/swappiness", b"1\n"),
    "zone reclaim": ("/proc/sys/vm/zone_reclaim_mode", b"3\n"),
    "numa balancing": ("/proc/sys/kernel/numa_balancing", b"7\n"),
    "receive buffer": ("/proc/sys/net/core/rmem_max", b"65536\n"),
    "listen queue": ("/proc/sys/net/core/somaxconn", b"16\n"),
    "TCP buffers": ("/proc/sys/net/ipv4/tcp_rmem", b"4096\t16384\t65536\n"),
}
TAKEN = 1_780_000_000.0


@dataclass(frozen=True, slots=True)
class MadeHost:
    """A host's name, its archive, and what was planted: a kind, "broken", or "" for an ordinary one."""

    name: str
    data: bytes
    planted: str


def bases() -> list[Snapshot]:
    """The recorded machines."""
    return [load_snapshot(DATA / name) for name in BASES]


def varied(base: Snapshot, name: str, drawn: Random, planted: str = "") -> Snapshot:
    """The machine as another host of its kind: its own name, counters and free memory, and what is planted on it."""
    factor = drawn.uniform(0.5, 1.5)
    entries = dict(base.tree.items())
    for source in COUNTED:
        data = entries.get(source)
        if isinstance(data, bytes):
            entries[source] = _scaled(data, factor)
    entries[HOSTNAME] = f"{name}\n".encode()
    if planted:
        source, value = PLANTS[planted]
        assert source in entries, f"the recorded machine has no {source}"
        entries[source] = value
    return replace(base, environment="local", taken=TAKEN + drawn.uniform(0, 3600), tree=Tree(entries), parent=None)


def _scaled(data: bytes, factor: float) -> bytes:
    """Numbers of four digits and more times the factor; the sizes of the whole memory stay."""
    lines = data.split(b"\n")
    return b"\n".join(
        line
        if line.startswith((b"MemTotal", b"Huge", b"Direct"))
        else re.sub(rb"\b\d{4,}\b", lambda found: str(int(int(found[0]) * factor)).encode(), line)
        for line in lines
    )


def broken(data: bytes, drawn: Random) -> bytes:
    """The archive as it arrives when something went wrong."""
    kinds = (
        data[: len(data) // 2],
        b"",
        b"scp: /var/tmp/host.tar.gz: No such file or directory\n",
        data[:200] + bytes(drawn.randrange(256) for _ in range(64)) + data[264:],
    )
    return drawn.choice(kinds)


def made_hosts(count: int, seed: int, planted: float = 0.01, bad: float = 0.03) -> Iterator[MadeHost]:
    """`count` hosts, of which these shares are planted and broken; at least one of each kind."""
    drawn = Random(seed)
    recorded = bases()
    numbers = drawn.sample(range(count), max(6, round(planted * count)) + max(2, round(bad * count)))
    kinds = list(PLANTS)
    plants = {number: kinds[i % len(kinds)] for i, number in enumerate(numbers[: max(6, round(planted * count))])}
    wrong = set(numbers[len(plants) :])
    for number in range(count):
        name = f"host-{number:05}"
        kind = plants.get(number, "")
        data = snapshot_bytes(varied(recorded[number % len(recorded)], name, drawn, kind))
        yield MadeHost(name, broken(data, drawn) if number in wrong else data, "broken" if number in wrong else kind)
