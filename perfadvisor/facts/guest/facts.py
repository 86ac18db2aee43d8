"""A guest's own facts, from its definition, its process's memory, and the host it is held against."""

from collections.abc import Iterator
from itertools import combinations

from perfadvisor.facts.guest import sharing
from perfadvisor.facts.guest.host import Host
from perfadvisor.facts.guest.lists import parse, union
from perfadvisor.facts.guest.model import Guest
from perfadvisor.facts.guest.process import Memory
from perfadvisor.facts.guest.spec import VM
from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.reading.reader import number
from perfadvisor.model.fact import Absent, Fact, Scalar

BASE_PAGE = 4096  # x86; other architectures have kernels with other pages
_SMALL_PAGES = ("x86_64", "i686", "i386")
_NOT_SAID = "the definition does not say"
_NO_HOST = "the host's NUMA nodes are not known"
_REASONS = {
    "vm.thp_share": "the memory of its process was not read (smaps_rollup, as root)",
    "vm.hugepage_share": "the memory of its process was not read (smaps_rollup, as root)",
    "vm.page_size_bytes": "the size of the pages is not known",
    "vm.iothread_busy_share": "counted only while the guest is watched",
    "vm.vcpu_migrations_per_s": "counted only while the guest is watched",
    "vm.running": "a definition alone does not tell",
    "vm.sibling_pairs": "the host's cores are not known",
    **dict.fromkeys(("vm.vcpu_nodes", "vm.memory_nodes", "vm.pinned_node_count", "vm.memory_on_vcpu_nodes"), _NO_HOST),
    "vm.misplaced_cells": _NO_HOST,
    **dict.fromkeys(
        ("vm.pinned_cpus", "vm.pinned_cpu_count", "vm.emulator_shared_cpus", "vm.iothread_shared_cpus"),
        "no vCPU is pinned",
    ),
    "vm.hard_limit_bytes": "no limit is set",
}


def facts(guest: Guest, host: Host, memory: Memory | None) -> Iterator[Fact | Absent]:
    """Every `vm.` fact of one guest; what is not stated is absent with the reason."""
    values: dict[str, Scalar | None] = {
        **_identity(guest),
        **_cpus(guest, host),
        **_places(guest, host),
        **_memory(guest, memory),
    }
    for spec in VM:
        value = values.get(spec.name)
        source = memory.source if memory and spec.name in ("vm.thp_share", "vm.hugepage_share") else guest.source
        reason = _REASONS.get(spec.name, _NOT_SAID)
        yield spec.given(value, source=source, subject=guest.name, reason=reason)


def _identity(guest: Guest) -> dict[str, Scalar | None]:
    mdevs = sum(device.kind == "mdev" for device in guest.hostdevs)
    return {
        "vm.source": guest.source,
        "vm.hypervisor": guest.hypervisor or None,
        "vm.running": guest.running,
        "vm.uuid": guest.uuid,
        "vm.architecture": guest.architecture,
        "vm.machine": guest.machine,
        "vm.emulated": guest.hypervisor == "qemu" if guest.hypervisor else None,
        "vm.dedicated": bool(guest.vcpu_pins or guest.assigned or mdevs or guest.pages),
        "vm.hostdev_count": len(guest.assigned),
        "vm.mdev_count": mdevs,
        "vm.owner": guest.owner or None,
        "vm.shared_memory": guest.shared_memory,
        "vm.shared_memory_needed_by": sharing.needed_by(guest),
        "vm.iothread_count": guest.iothreads,
        "vm.iommu": guest.iommu or "none",
    }


def _cpus(guest: Guest, host: Host) -> dict[str, Scalar | None]:
    pinned, emulator = union(tuple(guest.vcpu_pins.values())), parse(guest.emulator_pin)
    iothreads = union(tuple(guest.iothread_pins.values()))
    return {
        "vm.vcpus": guest.vcpus,
        "vm.vcpus_current": guest.vcpus if guest.vcpus_current is None else guest.vcpus_current,
        "vm.vcpupin_count": len([vcpu for vcpu in guest.vcpu_pins if vcpu < (guest.vcpus or 1 << 16)]),
        "vm.pinned_cpus": cpulist.format(pinned) or None,
        "vm.pinned_cpu_count": len(pinned) or None,
        "vm.emulator_cpus": cpulist.format(emulator) or None,
        "vm.emulator_shared_cpus": _shared(pinned, emulator) if pinned else None,
        "vm.iothread_shared_cpus": (_shared(pinned, iothreads) if guest.iothreads else 0) if pinned else None,
        "vm.sibling_pairs": _sibling_pairs(guest, host),
        "vm.threads_per_core": number(guest.topology.get("threads", "1")),
        "vm.cpu_mode": guest.cpu_mode or ("custom" if guest.cpu_model else "default"),
        "vm.cpu_model": guest.cpu_model,
        "vm.numa_cells": len(guest.cells),
    }


def _shared(pinned: frozenset[int], others: frozenset[int]) -> int:
    """Threads without a pin may run on every CPU (Red Hat Enterprise Linux 7 virtualization guide, 23.5)."""
    return len(pinned & others) if others else len(pinned)


def _sibling_pairs(guest: Guest, host: Host) -> int | None:
    """Two vCPUs count where each is pinned to one CPU and these are threads of one core."""
    exact = [next(iter(cpus)) for text in guest.vcpu_pins.values() if len(cpus := parse(text)) == 1]
    if len(exact) < 2:
        return 0
    if not set(exact) <= host.cores.keys():
        return None
    by_core: dict[frozenset[int], set[int]] = {}
    for cpu in exact:
        by_core.setdefault(host.cores[cpu], set()).add(cpu)
    return sum(len(list(combinations(threads, 2))) for threads in by_core.values())


def _places(guest: Guest, host: Host) -> dict[str, Scalar | None]:
    vcpu, memory = vcpu_nodes(guest, host), memory_nodes(guest, host)
    pinned = host.nodes_of(union(tuple(guest.vcpu_pins.values()))) if guest.vcpu_pins else frozenset[int]()
    return {
        "vm.vcpu_nodes": None if vcpu is None else cpulist.format(vcpu),
        "vm.memory_nodes": None if memory is None else cpulist.format(memory),
        "vm.memory_mode": guest.memory_mode,
        "vm.memory_bound": bool(guest.memory_nodes or guest.cell_nodes),
        "vm.memory_on_vcpu_nodes": None if vcpu is None or memory is None else bool(vcpu & memory),
        "vm.pinned_node_count": None if pinned is None else len(pinned),
        "vm.misplaced_cells": _misplaced(guest, host),
    }


def vcpu_nodes(guest: Guest, host: Host) -> frozenset[int] | None:
    """Host nodes the vCPUs may run on: of the pins, where all are pinned; else of the common set, or all nodes."""
    vcpus = guest.vcpus or 0
    free = guest.vcpu_cpuset is not None or len(guest.vcpu_pins) < vcpus or not guest.vcpu_pins
    cpus = union(tuple(guest.vcpu_pins.values()))
    if free and not (guest.vcpu_pins and len(guest.vcpu_pins) >= vcpus):
        cpus |= parse(guest.vcpu_cpuset) if guest.vcpu_cpuset else host.online
    return host.nodes_of(cpus) if cpus else None


def memory_nodes(guest: Guest, host: Host) -> frozenset[int] | None:
    """Host nodes the memory may come from; every node where nothing binds it."""
    lists = [text for _, text in guest.cell_nodes.values()]
    if guest.memory_nodes and len(lists) < max(1, len(guest.cells)):
        lists.append(guest.memory_nodes)
    if lists:
        return union(lists) or None
    return frozenset(host.node_cpus) if host.known else None


def _misplaced(guest: Guest, host: Host) -> int | None:
    """Guest nodes that are bound strictly to host nodes on which none of their vCPUs is pinned."""
    if not host.known:
        return None
    count = 0
    for cell in guest.cells:
        mode, wanted = guest.cell_nodes.get(cell.id, (guest.memory_mode or "", guest.memory_nodes or ""))
        pins = [guest.vcpu_pins[vcpu] for vcpu in parse(cell.cpus) if vcpu in guest.vcpu_pins]
        nodes = host.nodes_of(union(pins)) if pins else None
        count += bool(nodes and mode == "strict" and parse(wanted) and not nodes & parse(wanted))
    return count


def _memory(guest: Guest, memory: Memory | None) -> dict[str, Scalar | None]:
    current = guest.current_memory_bytes
    return {
        "vm.memory_bytes": guest.memory_bytes,
        "vm.current_memory_bytes": guest.memory_bytes if current is None else current,
        "vm.hard_limit_bytes": guest.hard_limit_bytes,
        "vm.memory_limited": guest.hard_limit_bytes is not None,
        "vm.memory_locked": guest.locked,
        "vm.balloon": guest.balloon,
        "vm.free_page_reporting": guest.free_page_reporting,
        "vm.page_size_bytes": _page_size(guest),
        "vm.hugepage_share": _hugepage_share(guest, memory),
        "vm.thp_share": _thp_share(memory) if memory else None,
    }


def _hugepage_share(guest: Guest, memory: Memory | None) -> float | None:
    """A guest that asks for huge pages has all its memory there or does not start; one that does not has none."""
    if memory and guest.memory_bytes:
        return min(1.0, memory.hugetlb / guest.memory_bytes)
    if guest.pages is None:
        return 0.0
    return 1.0 if any(not pages.nodes for pages in guest.pages) else None


def _thp_share(memory: Memory) -> float:
    return min(1.0, memory.transparent / memory.resident) if memory.resident else 0.0


def _page_size(guest: Guest) -> int | None:
    if guest.pages is None:
        return BASE_PAGE if guest.architecture in _SMALL_PAGES else None
    sizes = {pages.size_bytes for pages in guest.pages}
    return sizes.pop() if len(sizes) == 1 else None
