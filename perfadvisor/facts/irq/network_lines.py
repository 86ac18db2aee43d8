"""Where the interrupts of all network devices are served together, as the names in /proc/interrupts tell."""

from collections.abc import Iterator

from perfadvisor.facts.irq import owners
from perfadvisor.facts.reading import interrupts
from perfadvisor.facts.reading.interrupts import Interrupts
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PATTERNS = (interrupts.SOURCE,)


def _spec(name: str, kind: type[int] | type[float], meaning: str, unit: Unit = Unit.COUNT) -> FactSpec:
    return FactSpec(name=f"interrupts.{name}", type=kind, unit=unit, meaning=meaning, nature=Nature.MEASURED)


FEWEST = 0.05  # judgement: share of all from which a device counts among those that matter
DEVICES = _spec(
    "network_device_count", int, "network devices, by their lines' names, with a twentieth of these or more"
)
TOTAL = _spec("network_total", int, "interrupts of network devices since boot, by their lines' names, on all CPUs")
HOTTEST = _spec("network_hottest_cpu", int, "CPU that served most of these since boot", Unit.NONE)
HOTTEST_SHARE = _spec("network_hottest_cpu_share", float, "share of these that CPU served", Unit.RATIO)
CATALOGUE: tuple[FactSpec, ...] = (DEVICES, TOTAL, HOTTEST, HOTTEST_SHARE)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The facts of the machine's table."""
    table = interrupts.parse(tree.read(interrupts.SOURCE) or b"")
    yield from of_table(table, interrupts.SOURCE)


def of_table(table: Interrupts | None, source: str) -> Iterator[Fact | Absent]:
    """What the table says, nothing where no line's name is known as a network device's."""
    named = owners.network(table.rows.values()) if table else {}
    counts = {name: table.per_cpu(labels) for name, labels in named.items()} if table else {}
    raised = {name: per_cpu for name, per_cpu in counts.items() if sum(per_cpu.values())}
    if not raised:
        reason = "no line is known as a network device's, or none was raised"
        yield from (spec.absent(reason, source=source) for spec in CATALOGUE)
        return
    total = sum(sum(per_cpu.values()) for per_cpu in raised.values())
    sums = {cpu: sum(per_cpu.get(cpu, 0) for per_cpu in raised.values()) for cpu in next(iter(raised.values()))}
    hottest = max(sums, key=lambda cpu: (sums[cpu], -cpu))
    many = [per_cpu for per_cpu in raised.values() if sum(per_cpu.values()) >= FEWEST * total]
    yield DEVICES.fact(len(many), source=source)
    yield TOTAL.fact(total, source=source)
    yield HOTTEST.fact(hottest, source=source)
    yield HOTTEST_SHARE.fact(sums[hottest] / total, source=source)
