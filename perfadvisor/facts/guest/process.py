"""What the kernel says of a guest's QEMU process: its memory in huge pages, explicit and transparent, and where its
threads may run.

One `smaps_rollup` a guest is read instead of its `smaps`: the kernel adds up all mappings itself (fs/proc/task_mmu.c).
"""

from dataclasses import dataclass, replace

from perfadvisor.facts.guest.model import Guest
from perfadvisor.facts.reading import cpulist, qemu_threads, reader
from perfadvisor.facts.reading.qemu_threads import QemuThread
from perfadvisor.model.tree import Tree

# "{qemu}" stands for the process id of every QEMU on the machine, and for 1, which shows that they were looked for; a
# glob over all processes would read thousands.
_INIT = "/proc/1/comm"
PATTERNS: tuple[str, ...] = (
    "/proc/{qemu}/comm",
    "/proc/{qemu}/cmdline",
    "/proc/{qemu}/smaps_rollup",
    "/proc/{qemu}/task/*/comm",
    "/proc/{qemu}/task/*/status",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """Bytes resident in small and transparent huge pages, those of them in huge ones, and bytes in hugetlb pages."""

    resident: int
    transparent: int
    hugetlb: int
    source: str


def looked(tree: Tree) -> bool:
    """Whether the machine's processes were looked at when the tree was made."""
    return tree.exists(_INIT)


def processes(tree: Tree) -> dict[str, tuple[str, ...]]:
    """Process id -> argv of everything in the tree that is a QEMU."""
    found: dict[str, tuple[str, ...]] = {}
    for pid in tree.names("/proc"):
        data = tree.read(f"/proc/{pid}/cmdline") if pid.isdecimal() else None
        words = tuple(word.decode("utf-8", "replace") for word in (data or b"").rstrip(b"\0").split(b"\0"))
        if data and words[0].rsplit("/", 1)[-1].startswith(("qemu-system", "qemu-kvm", "kvm")):
            found[pid] = words
    return found


def memory(tree: Tree, pid: str) -> Memory | None:
    """The memory of one process, None where it was not read (that takes root)."""
    source = f"/proc/{pid}/smaps_rollup"
    lines = reader.fields(tree.text(source))
    sizes = {name: reader.kibibytes(value) for name, value in lines.items()}
    resident = sizes.get("Rss")
    if resident is None:
        return None
    transparent = (sizes.get("AnonHugePages") or 0) + (sizes.get("ShmemPmdMapped") or 0)
    hugetlb = (sizes.get("Private_Hugetlb") or 0) + (sizes.get("Shared_Hugetlb") or 0)
    return Memory(resident=resident, transparent=transparent, hugetlb=hugetlb, source=source)


def placed(guest: Guest, tree: Tree, pid: str) -> Guest:
    """The guest with the pins its threads really have, where its definition names none: a command line cannot."""
    online = frozenset(cpulist.parse(tree.text("/sys/devices/system/cpu/online") or ""))
    if guest.vcpu_pins or not online:
        return guest
    threads = {thread: _allowed(tree, pid, thread, online) for thread in qemu_threads.of(tree, pid)}
    emulator = next((allowed for thread, allowed in threads.items() if thread.id == pid), "")
    serving = [allowed or cpulist.format(online) for thread, allowed in threads.items() if thread.serves_io]
    return replace(
        guest,
        vcpu_pins={thread.vcpu: cpus for thread, cpus in threads.items() if cpus and thread.vcpu is not None},
        emulator_pin=guest.emulator_pin or emulator or None,
        iothread_pins=dict(enumerate(serving, start=1)),
    )


def _allowed(tree: Tree, pid: str, thread: QemuThread, online: frozenset[int]) -> str:
    """The CPUs it is kept to; "" where it may run on all that are online."""
    text = reader.fields(tree.text(f"/proc/{pid}/task/{thread.id}/status")).get("Cpus_allowed_list", "")
    allowed = frozenset(cpulist.parse(text))
    return cpulist.format(allowed) if allowed and not online <= allowed else ""
