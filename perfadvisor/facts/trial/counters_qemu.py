"""What the host did for one guest meanwhile: its I/O threads, its vCPU threads, vhost, and interrupts handed on to it.

Threads count their own time on a CPU in ns (/proc/PID/task/TID/schedstat, Documentation/scheduler/sched-stats.rst)
and, where the kernel was built so, how often they changed their CPU (se.nr_migrations in `sched`). An interrupt of a
function that a guest has is counted by its line vfio-msix[N](ADDRESS), unless the hardware posts it to the guest.
"""

import re
from collections.abc import Iterator

from perfadvisor.facts.reading import interrupts, qemu_threads
from perfadvisor.facts.reading.qemu_threads import QemuThread
from perfadvisor.facts.reading.reader import fields, number
from perfadvisor.facts.trial.counters_cpu import difference
from perfadvisor.facts.trial.counters_kvm import HOST
from perfadvisor.model.tree import Tree

FILES = ("comm", "schedstat", "sched")
PATTERNS: tuple[str, ...] = tuple(f"/proc/{{qemu}}/task/*/{name}" for name in FILES)
IOTHREAD, MIGRATIONS, VHOST = "qemu.iothread_busy_share", "qemu.vcpu_migrations_per_s", "qemu.vhost_busy_share"
INTERRUPTS = "vfio.interrupts_per_s"
_PROCESS = re.compile(rf"{HOST}/proc/([0-9]+)/task/")
_VFIO = re.compile(r"vfio-(?:msix?|intx)\[[0-9]+\]\(([0-9a-f:.]+)\)|vfio-intx\(([0-9a-f:.]+)\)")

Pairs = Iterator[tuple[str, float | None]]


def deltas(before: Tree, after: Tree, seconds: float) -> Pairs:
    """What is read of a guest in its own readings, where what the host knows is marked."""
    pids = {match.group(1) for source, _ in after.items() if (match := _PROCESS.match(source))}
    if len(pids) == 1:
        yield from of_process(before, after, seconds, pids.pop(), side=HOST)
    rises = handed_on(before, after)
    yield INTERRUPTS, sum(rises.values()) / seconds if len(rises) == 1 else None


def of_process(before: Tree, after: Tree, seconds: float, pid: str, side: str = "") -> Pairs:
    """What its threads did; threads that came or went meanwhile are left out."""
    folder, running = f"{side}/proc/{pid}/task", list(qemu_threads.of(after, pid, side))

    def busiest(of: list[QemuThread]) -> float | None:
        spent = [difference(*(_on_cpu(tree, folder, one) for tree in (before, after))) for one in of]
        known = [ns / 1e9 / seconds for ns in spent if ns is not None]
        return min(1.0, max(known)) if known else None

    yield IOTHREAD, busiest([one for one in running if one.serves_io])
    yield VHOST, busiest([one for one in running if one.is_vhost])
    vcpus = [one for one in running if one.vcpu is not None]
    moves = [difference(*(_migrations(tree, folder, one) for tree in (before, after))) for one in vcpus]
    known = [move for move in moves if move is not None]
    yield MIGRATIONS, sum(known) / seconds if known and len(known) == len(moves) else None


def _on_cpu(tree: Tree, folder: str, thread: QemuThread) -> int | None:
    return number((tree.text(f"{folder}/{thread.id}/schedstat") or "").partition(" ")[0])


def _migrations(tree: Tree, folder: str, thread: QemuThread) -> int | None:
    return number(fields(tree.text(f"{folder}/{thread.id}/sched")).get("se.nr_migrations"))


def handed_on(before: Tree, after: Tree) -> dict[str, float]:
    """Function's address on the host -> interrupts that the host's kernel took and handed on to the guest."""
    old, new = (_counts(tree) for tree in (before, after))
    rises = {address: difference(old.get(address), count) for address, count in new.items()}
    return {address: rise for address, rise in rises.items() if rise is not None}


def _counts(tree: Tree) -> dict[str, int]:
    table = interrupts.parse(tree.read(f"{HOST}{interrupts.SOURCE}") or b"")
    found: dict[str, int] = {}
    for row in table.rows.values() if table else ():
        if match := _VFIO.search(row.text):
            address = match.group(1) or match.group(2)
            found[address] = found.get(address, 0) + row.total
    return found
