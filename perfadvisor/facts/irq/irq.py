"""Interrupts: how often and where each is served, where it may be served, and whether irqbalance moves them."""

from collections.abc import Iterator

from perfadvisor.facts.pci.address import DEVICES
from perfadvisor.facts.reading import cpulist, interrupts
from perfadvisor.facts.reading.reader import integer, text_fact
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

DIRECTORY = "/proc/irq"
IRQBALANCE = "$ pgrep -x irqbalance"
_IRQBALANCE_RUN = "/run/irqbalance"
PATTERNS = (
    interrupts.SOURCE,
    f"{DIRECTORY}/default_smp_affinity",
    *(f"{DIRECTORY}/*/{name}" for name in ("smp_affinity_list", "effective_affinity_list", "node")),
    f"{DEVICES}/*/msi_irqs/*",
    _IRQBALANCE_RUN,
    IRQBALANCE,
)

DIRECTORY_COUNT = FactSpec(
    name="interrupts.directory_count",
    type=int,
    unit=Unit.COUNT,
    meaning="interrupts that have a directory in /proc/irq",
    nature=Nature.IDENTITY,
)
DEFAULT_AFFINITY = FactSpec(
    name="interrupts.default_affinity",
    type=str,
    meaning="CPUs that a new interrupt may be served by",
    nature=Nature.SETTING,
)
BALANCE = FactSpec(
    name="interrupts.irqbalance",
    type=bool,
    meaning="whether irqbalance runs and moves interrupts",
    nature=Nature.SETTING,
)


_spec = SpecMaker("irq", Nature.SETTING)


AFFINITY = _spec("affinity", str, "CPUs it may be served by")
EFFECTIVE = _spec("effective_affinity", str, "CPUs of these that the hardware really sends it to")
NODE = _spec("node", int, "NUMA node of the device it belongs to", nature=Nature.IDENTITY)
PCI = _spec("pci_address", str, "PCI function that raises it by MSI or MSI-X", refers_to="pci", nature=Nature.IDENTITY)
CATALOGUE = (*interrupts.SPECS, DIRECTORY_COUNT, DEFAULT_AFFINITY, BALANCE, AFFINITY, EFFECTIVE, NODE, PCI)

Facts = Iterator[Fact | Absent]


def facts(tree: Tree) -> Facts:
    """The table of counts, then the directories with the affinities."""
    data = tree.read(interrupts.SOURCE)
    if data is None:
        reason = tree.why_unreadable(interrupts.SOURCE)
        yield interrupts.CPU_COLUMNS.absent(reason, source=interrupts.SOURCE)
    else:
        yield from interrupts.facts(data)
    yield from tree.part(_directories)
    yield _default_affinity(tree)
    yield _irqbalance(tree)


def _directories(tree: Tree) -> Facts:
    numbers = [name for name in tree.names(DIRECTORY) if name.isdecimal()]
    if not tree.is_directory(DIRECTORY):
        yield DIRECTORY_COUNT.absent(tree.why_unreadable(DIRECTORY), source=DIRECTORY)
        return
    yield DIRECTORY_COUNT.fact(len(numbers), source=DIRECTORY)
    owners = _owners(tree)
    for number in sorted(numbers, key=lambda name: (len(name), name)):
        path = f"{DIRECTORY}/{number}"
        yield _affinity(tree, path, number)
        yield text_fact(EFFECTIVE, tree, f"{path}/effective_affinity_list", subject=number)
        yield _node(tree, f"{path}/node", number)
        if number in owners:
            yield PCI.fact(owners[number], source=f"{DEVICES}/{owners[number]}/msi_irqs", subject=number)


def _affinity(tree: Tree, path: str, number: str) -> Fact | Absent:
    """From the list, or from the mask, which people show more often."""
    mask = f"{path}/smp_affinity"
    if tree.exists(f"{path}/smp_affinity_list") or not tree.exists(mask):
        return text_fact(AFFINITY, tree, f"{path}/smp_affinity_list", subject=number)
    cpus = cpulist.format(cpulist.parse_mask(tree.text(mask) or ""))
    return AFFINITY.given(cpus or None, source=mask, subject=number, reason="no mask of CPUs")


def _owners(tree: Tree) -> dict[str, str]:
    """Interrupt -> the PCI function it is a message-signalled vector of; such a vector is never shared."""
    return {
        vector: address for address in tree.names(DEVICES) for vector in tree.names(f"{DEVICES}/{address}/msi_irqs")
    }


def _node(tree: Tree, source: str, number: str) -> Fact | Absent:
    node = integer(tree, source)
    if node is not None and node < 0:
        return NODE.absent(f"{node}: the device has no node", source=source, subject=number)
    return NODE.given(node, source=source, subject=number, reason=tree.why_unreadable(source))


def _default_affinity(tree: Tree) -> Fact | Absent:
    source = f"{DIRECTORY}/default_smp_affinity"
    cpus = cpulist.parse_mask(tree.text(source) or "")
    return DEFAULT_AFFINITY.given(
        cpulist.format(cpus) or None, source=source, reason=tree.why_unreadable(source) if not cpus else ""
    )


def _irqbalance(tree: Tree) -> Fact | Absent:
    """From the process list; a saved tree without one may still hold the daemon's directory in /run.

    pgrep's exit code 1 means that it looked and found none (pgrep(1))."""
    if tree.text(IRQBALANCE):
        return BALANCE.fact(True, source=IRQBALANCE)
    if tree.exit_code(IRQBALANCE) == 1:
        return BALANCE.fact(False, source=IRQBALANCE)
    if tree.exists(_IRQBALANCE_RUN):
        return BALANCE.fact(True, source=_IRQBALANCE_RUN)
    return BALANCE.absent(tree.why_unreadable(IRQBALANCE), source=IRQBALANCE)
