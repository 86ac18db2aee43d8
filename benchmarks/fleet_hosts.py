"""Snapshots of made-up hosts: recorded machines of ours with plausible variation, planted differences, broken files.

`python -m benchmarks.fleet_hosts HOSTS DIR [PART OF]` writes them, or a part of several, each by a process of its own.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Entry, Symlink, Tree
from perfadvisor.saved.saved import load_snapshot
from perfadvisor.saved.snapshot_file import snapshot_bytes
from perfadvisor.whole import write_whole

DATA = Path(__file__).resolve().parent.parent / "tests" / "data" / "planted"
BASES = ("no-huge-pages.tar.gz", "held-good.tar.gz")
COUNTED = re.compile(
    r"/proc/(meminfo|vmstat|interrupts|softirqs|stat|\d+/smaps_rollup)|.*/(numastat|meminfo|cpu\.stat)"
    r"|.*/statistics/\w+|\$ ethtool -S .*"
)
ADDRESS = re.compile(r"/sys/.*/net/[^/]+/address")
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
SEED = 1
BROKEN = "broken"
TAKEN = 1_780_000_000.0


@dataclass(frozen=True, slots=True)
class MadeHost:
    """A host's name, its archive, and what was planted: a kind, "broken", or "" for an ordinary one."""

    name: str
    data: bytes
    planted: str


@cache
def bases() -> tuple[Snapshot, ...]:
    """The recorded machines."""
    return tuple(load_snapshot(DATA / name) for name in BASES)


def varied(base: Snapshot, name: str, drawn: Random, planted: str = "") -> Snapshot:
    """The machine as another host of its kind: its own name, hardware addresses, process ids, counters and free memory,
    and what is planted on it."""
    factor = drawn.uniform(0.5, 1.5)
    entries = _with_own_process(dict(base.tree.items()), drawn.randrange(300, 99_999))
    for source, data in entries.items():
        if isinstance(data, bytes) and COUNTED.fullmatch(source):
            entries[source] = _scaled(data, factor)
        elif ADDRESS.fullmatch(source) and data != b"00:00:00:00:00:00\n":
            entries[source] = b":".join(b"%02x" % drawn.randrange(256) for _ in range(6)) + b"\n"
    entries[HOSTNAME] = f"{name}\n".encode()
    if planted:
        source, value = PLANTS[planted]
        assert source in entries, f"the recorded machine has no {source}"
        entries[source] = value
    return replace(base, environment="local", taken=TAKEN + drawn.uniform(0, 3600), tree=Tree(entries), parent=None)


def _with_own_process(entries: dict[str, Entry], number: int) -> dict[str, Entry]:
    """The process that read the machine has another id on each host."""
    reader = entries.get("/proc/self")
    if not isinstance(reader, Symlink):
        return entries
    old, new = f"/proc/{reader.target}/", f"/proc/{number}/"
    moved = {f"{new}{one.removeprefix(old)}" if one.startswith(old) else one: entry for one, entry in entries.items()}
    return moved | {"/proc/self": Symlink(str(number))}


def _scaled(data: bytes, factor: float) -> bytes:
    """Numbers of four digits and more times the factor; the sizes of the whole memory stay."""
    lines = data.split(b"\n")
    return b"\n".join(
        line
        if any(word in line for word in (b"MemTotal", b"Huge", b"Direct"))
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


def name_of(number: int) -> str:
    """The host's name."""
    return f"host-{number:05}"


@cache
def planned(count: int, seed: int, planted: float = 0.01, bad: float = 0.03) -> dict[int, str]:
    """Which hosts are planted, with which kind, and which are broken."""
    differing, wrong = max(len(PLANTS), round(planted * count)), max(2, round(bad * count))
    numbers = Random(seed).sample(range(count), differing + wrong)
    kinds = {number: list(PLANTS)[place % len(PLANTS)] for place, number in enumerate(numbers[:differing])}
    return kinds | dict.fromkeys(numbers[differing:], BROKEN)


def made_hosts(
    count: int, seed: int, planted: float = 0.01, bad: float = 0.03, some: slice = slice(None)
) -> Iterator[MadeHost]:
    """`count` hosts, of which these shares are planted and broken, at least one of each kind; or `some` of these."""
    recorded, kinds = bases(), planned(count, seed, planted, bad)
    for number in range(count)[some]:
        drawn = Random(f"{seed} {number}")
        name, kind = name_of(number), kinds.get(number, "")
        plant = "" if kind == BROKEN else kind
        data = snapshot_bytes(varied(recorded[number % len(recorded)], name, drawn, plant))
        yield MadeHost(name, broken(data, drawn) if kind == BROKEN else data, kind)


def main() -> None:
    """Write the archives that are not there yet."""
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    part, of = map(int, sys.argv[3:5] or ("0", "1"))
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count)[part::of]:
        path = folder / f"{name_of(number)}.tar.gz"
        if not path.exists():
            (made,) = made_hosts(count, SEED, some=slice(number, number + 1))
            write_whole(path, made.data)


if __name__ == "__main__":
    main()
