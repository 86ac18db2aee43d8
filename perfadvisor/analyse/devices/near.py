"""Where a guest goes that is to be near its device: CPUs and memory of the device's node."""

from perfadvisor.analyse.devices.definitions import Near
from perfadvisor.analyse.devices.device import Device
from perfadvisor.model.fact import FactTable

MOST_CPUS = 4
MOST_MEMORY_MIB, LEAST_MEMORY_MIB = 4096, 256


def near(facts: FactTable, device: Device) -> Near:
    """Up to four CPUs of the node and at most half of its free memory; one CPU is left to QEMU's own threads where the
    node has two or more. Where the node is unknown, the CPUs of the machine."""
    node = device.node if device.near_cpus else None
    text = device.near_cpus or str(facts.value("cpu.online") or "0")
    cpus = _cpus(text)
    chosen, rest = cpus[:MOST_CPUS], cpus[MOST_CPUS:]
    if not rest and len(chosen) > 1:
        chosen, rest = chosen[:-1], chosen[-1:]
    free = facts.value("node.memory_free_bytes", str(node)) if node is not None else None
    half = int(free) // 2 >> 20 if isinstance(free, int) else MOST_MEMORY_MIB
    page = facts.value("memory.hugepage_default_bytes")
    page_kib = page >> 10 if isinstance(page, int) else None
    memory = max(LEAST_MEMORY_MIB, min(MOST_MEMORY_MIB, half))
    step = max(1, (page_kib or 0) >> 10)
    return Near(
        cpus=chosen,
        spare=rest[0] if rest else None,
        node=node,
        page_kib=page_kib,
        memory_mib=max(step, memory // step * step),
    )


def _cpus(text: str) -> tuple[int, ...]:
    """A list as the facts have it, which is the kernel's ("0-3,8"); bounded, for a foreign one may be anything."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first.isdecimal() and (last or first).isdecimal() and len(part) < 20:
            found += range(int(first), min(int(last or first), int(first) + MOST_CPUS) + 1)
        if len(found) > MOST_CPUS:
            break
    return tuple(found[: MOST_CPUS + 1]) or (0,)
