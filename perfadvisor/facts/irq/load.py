"""Where the interrupts of one PCI device are served: the counts of all its vectors together."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from perfadvisor.facts.memory import nodes
from perfadvisor.facts.pci.address import DEVICES
from perfadvisor.facts.reading import cpulist, interrupts
from perfadvisor.facts.reading.reader import integer
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
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


class Reader:
    """Loads of the devices of one tree; the table of interrupts and the nodes are read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._table = interrupts.parse(tree.read(interrupts.SOURCE) or b"")
        self._nodes = nodes.read(tree)

    def of(self, address: str) -> IrqLoad:
        """The load of the PCI function at this address."""
        labels = device_irqs(self._tree, address)
        node = integer(self._tree, f"{DEVICES}/{address}/numa_node")
        node = node if node is not None and node >= 0 else None
        return IrqLoad(
            labels=labels,
            per_cpu=self._table.per_cpu(labels) if self._table else {},
            allowed=tuple(sorted(set().union(*(self._allowed(label) for label in labels)))),
            node=node,
            remote_cpus=None if node is None else self._nodes.remote_cpus(node),
        )

    def _allowed(self, label: str) -> tuple[int, ...]:
        directory = f"/proc/irq/{label}"
        effective = _cpus(self._tree.text(f"{directory}/effective_affinity_list") or "")
        return effective or _cpus(self._tree.text(f"{directory}/smp_affinity_list") or "")


# Hundreds of vectors share a handful of lists.
_cpus = lru_cache(maxsize=256)(cpulist.parse)


def device_irqs(tree: Tree, address: str) -> tuple[str, ...]:
    """The interrupt numbers of a function: its MSI vectors, or the one line it has without them."""
    vectors = [name for name in tree.names(f"{DEVICES}/{address}/msi_irqs") if name.isdecimal()]
    if vectors:
        return tuple(sorted(vectors, key=lambda name: (len(name), name)))
    line = integer(tree, f"{DEVICES}/{address}/irq")
    return (str(line),) if line else ()


@dataclass(frozen=True, slots=True)
class IrqSpecs:
    """The five facts of a kind of device ("nic", "block") about its interrupts."""

    count: FactSpec
    cpus: FactSpec
    remote_share: FactSpec
    hottest_cpu: FactSpec
    hottest_cpu_share: FactSpec

    def all(self) -> tuple[FactSpec, ...]:
        """For the catalogue."""
        return (self.count, self.cpus, self.remote_share, self.hottest_cpu, self.hottest_cpu_share)

    def facts(self, load: IrqLoad | None, subject: str) -> Iterator[Fact | Absent]:
        """The facts of one device; `load` is None where no PCI function is behind it."""
        if load is None or not load.labels:
            reason = "no interrupts of its own are known"
            yield from (spec.absent(reason, source=interrupts.SOURCE, subject=subject) for spec in self.all())
            return
        source = interrupts.SOURCE
        hottest = load.hottest
        never = "never raised, or not counted"
        yield self.count.fact(len(load.labels), source=f"{DEVICES}/*/msi_irqs", subject=subject)
        yield self.cpus.given(
            cpulist.format(load.allowed) or None, source="/proc/irq", subject=subject, reason="no affinity was read"
        )
        yield self.remote_share.given(
            load.remote_share, source=source, subject=subject, reason=_why_not_remote(load) or never
        )
        yield self.hottest_cpu.given(hottest[0] if hottest else None, source=source, subject=subject, reason=never)
        yield self.hottest_cpu_share.given(
            hottest[1] if hottest else None, source=source, subject=subject, reason=never
        )


def _why_not_remote(load: IrqLoad) -> str:
    if load.node is None:
        return "the device has no NUMA node"
    return "the machine has one NUMA node, or its nodes were not read" if load.remote_cpus is None else ""


def specs(kind: str) -> IrqSpecs:
    """The specs for devices of this kind."""

    def spec(
        name: str,
        type_: type[int] | type[float] | type[str],
        unit: Unit,
        meaning: str,
        nature: Nature = Nature.MEASURED,
    ) -> FactSpec:
        return FactSpec(name=f"{kind}.irq_{name}", type=type_, unit=unit, subject=kind, meaning=meaning, nature=nature)

    return IrqSpecs(
        spec("count", int, Unit.COUNT, "interrupts (vectors) of the device", Nature.IDENTITY),
        spec("cpus", str, Unit.NONE, "CPUs that its interrupts may be served by", Nature.SETTING),
        spec("remote_share", float, Unit.RATIO, "share of its interrupts since boot served far from its NUMA node"),
        spec("hottest_cpu", int, Unit.NONE, "CPU that served most of its interrupts since boot"),
        spec("hottest_cpu_share", float, Unit.RATIO, "share of its interrupts since boot that CPU served"),
    )
