"""Where the interrupts of one PCI device are served: the counts of all its vectors together."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from perfadvisor.facts.irq import owners
from perfadvisor.facts.memory import nodes
from perfadvisor.facts.pci.address import DEVICES
from perfadvisor.facts.reading import cpulist, interrupts
from perfadvisor.facts.reading.reader import integer
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

DEBUG = "/sys/kernel/debug/irq/irqs"
PATTERNS = (
    interrupts.SOURCE,
    f"{DEVICES}/*/msi_irqs/*",
    f"{DEVICES}/*/irq",
    f"{DEVICES}/*/numa_node",
    "/proc/irq/*/smp_affinity_list",
    "/proc/irq/*/effective_affinity_list",
    "/sys/devices/system/cpu/isolated",
    "/sys/devices/system/cpu/nohz_full",
    *nodes.PATTERNS,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class IrqLoad:
    """All vectors of a device. `per_cpu` counts since boot; `allowed` are the CPUs they may be served by; `node` is the
    device's. Anything not known is None."""

    labels: tuple[str, ...]
    per_cpu: dict[int, int]
    allowed: tuple[int, ...]
    node: int | None
    remote_cpus: frozenset[int] | None
    quiet_cpus: frozenset[int] | None = None

    @property
    def quiet_share(self) -> float | None:
        """Share served on CPUs that are kept free for other work (isolcpus, nohz_full)."""
        if self.quiet_cpus is None or not self.total:
            return None
        return sum(count for cpu, count in self.per_cpu.items() if cpu in self.quiet_cpus) / self.total

    @property
    def total(self) -> int:
        """Interrupts of the device since boot."""
        return sum(self.per_cpu.values())

    @property
    def remote_share(self) -> float | None:
        """Share served on CPUs far from the device, weighted by how often each served one."""
        if self.remote_cpus is None or not self.total:
            return None
        return sum(count for cpu, count in self.per_cpu.items() if cpu in self.remote_cpus) / self.total

    @property
    def hottest(self) -> tuple[int, float] | None:
        """The CPU that served most, and its share."""
        if not self.total:
            return None
        cpu = max(self.per_cpu, key=lambda cpu: (self.per_cpu[cpu], -cpu))
        return cpu, self.per_cpu[cpu] / self.total


class LoadReader:
    """Loads of the devices of one tree; the table of interrupts and the nodes are read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._table = interrupts.parse(tree.read(interrupts.SOURCE) or b"")
        self._nodes = nodes.read(tree)

    def of(self, address: str) -> IrqLoad:
        """The load of the PCI function at this address."""
        return self._load(device_irqs(self._tree, address), address)

    def of_nic(self, nic: str, address: str | None) -> IrqLoad | None:
        """The load of a network device: of its function's vectors, or where those were not kept, of the lines that name
        it. None where it has neither."""
        labels = device_irqs(self._tree, address) if address else ()
        if not self._tree.names(f"{DEVICES}/{address}/msi_irqs") and self._table:
            labels = owners.labels_of(self._table.rows, nic, address) or labels
        return self._load(labels, address) if labels or address else None

    def _load(self, labels: tuple[str, ...], address: str | None) -> IrqLoad:
        node = integer(self._tree, f"{DEVICES}/{address}/numa_node")
        node = node if node is not None and node >= 0 else None
        return IrqLoad(
            labels=labels,
            per_cpu=self._table.per_cpu(labels) if self._table else {},
            allowed=tuple(sorted(set().union(*(self._allowed(label) for label in labels)))),
            node=node,
            remote_cpus=None if node is None else self._nodes.remote_cpus(node),
            quiet_cpus=self._tree.once(quiet_cpus),
        )

    def _allowed(self, label: str) -> tuple[int, ...]:
        directory = f"/proc/irq/{label}"
        effective = _cpus(self._tree.text(f"{directory}/effective_affinity_list") or "")
        return effective or _cpus(self._tree.text(f"{directory}/smp_affinity_list") or "")


# Hundreds of vectors share a handful of lists.
_cpus = lru_cache(maxsize=256)(cpulist.parse)


def quiet_cpus(tree: Tree) -> frozenset[int] | None:
    """The CPUs of both lists; None where neither was read. Old kernels print "(null)" for an unset one."""
    texts = [tree.text(f"/sys/devices/system/cpu/{name}") for name in ("isolated", "nohz_full")]
    if texts == [None, None]:
        return None
    return frozenset(cpu for text in texts if text not in (None, "(null)") for cpu in cpulist.parse(text or ""))


def device_irqs(tree: Tree, address: str) -> tuple[str, ...]:
    """The interrupt numbers of a function: its MSI vectors, or the one line it has without them."""
    vectors = [name for name in tree.names(f"{DEVICES}/{address}/msi_irqs") if name.isdecimal()]
    if vectors:
        return tuple(sorted(vectors, key=lambda name: (len(name), name)))
    line = integer(tree, f"{DEVICES}/{address}/irq")
    return (str(line),) if line else ()


@dataclass(frozen=True, slots=True)
class IrqSpecs:
    """The facts of a kind of device ("nic", "block") about its interrupts."""

    count: FactSpec
    total: FactSpec
    cpus: FactSpec
    remote_share: FactSpec
    hottest_cpu: FactSpec
    hottest_cpu_share: FactSpec
    quiet_share: FactSpec

    def all(self) -> tuple[FactSpec, ...]:
        """For the catalogue."""
        return (
            *(self.count, self.total, self.cpus, self.remote_share),
            *(self.hottest_cpu, self.hottest_cpu_share, self.quiet_share),
        )

    def facts(self, load: IrqLoad | None, subject: str, *, source: str = interrupts.SOURCE) -> Iterator[Fact | Absent]:
        """The facts of one device; `load` is None where no PCI function is behind it."""
        if load is None or not load.labels:
            reason = "no interrupts of its own are known"
            yield from (spec.absent(reason, source=source, subject=subject) for spec in self.all())
            return
        hottest, never = load.hottest, "never raised, or not counted"
        places = f"{DEVICES}/*/msi_irqs" if source == interrupts.SOURCE else source
        yield self.count.fact(len(load.labels), source=places, subject=subject)
        cpus = cpulist.format(load.allowed) or None
        affinity = "/proc/irq" if source == interrupts.SOURCE else source
        yield self.cpus.given(cpus, source=affinity, subject=subject, reason="no affinity was read")
        not_quiet = "" if load.quiet_cpus is not None else "neither isolated nor nohz_full CPUs were read"
        for spec, value, reason in (
            (self.total, load.total or None, never),
            (self.remote_share, load.remote_share, _why_not_remote(load) or never),
            (self.hottest_cpu, hottest[0] if hottest else None, never),
            (self.hottest_cpu_share, hottest[1] if hottest else None, never),
            (self.quiet_share, load.quiet_share, not_quiet or never),
        ):
            yield spec.given(value, source=source, subject=subject, reason=reason)


def _why_not_remote(load: IrqLoad) -> str:
    if load.node is None:
        return "the device has no NUMA node"
    return "the machine has one NUMA node, or its nodes were not read" if load.remote_cpus is None else ""


def specs(kind: str) -> IrqSpecs:
    """The specs for devices of this kind."""

    spec = SpecMaker(kind, Nature.MEASURED)
    return IrqSpecs(
        spec("irq_count", int, "interrupts (vectors) of the device", Unit.COUNT, nature=Nature.IDENTITY),
        spec("irq_total", int, "interrupts of the device since boot, on all CPUs", Unit.COUNT),
        spec("irq_cpus", str, "CPUs that its interrupts may be served by", nature=Nature.SETTING),
        spec("irq_remote_share", float, "share of its interrupts since boot served far from its NUMA node", Unit.RATIO),
        spec("irq_hottest_cpu", int, "CPU that served most of its interrupts since boot"),
        spec("irq_hottest_cpu_share", float, "share of its interrupts since boot that CPU served", Unit.RATIO),
        spec("irq_quiet_share", float, "share of its interrupts since boot on isolated or nohz_full CPUs", Unit.RATIO),
    )
