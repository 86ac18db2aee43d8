"""The machine in words: one line under the name, the key facts, and a table each of disks and network devices."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from perfadvisor.formatting import fact_text, raw, value_text
from perfadvisor.model.fact import Absent, Fact, FactTable
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import EnvironmentKind
from perfadvisor.report.device_names import described, introduced
from perfadvisor.report.topology import accelerators, handed_out, link_words
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import KIND_WORDS

KEY_FACTS = (
    ("CPU", "cpu.model_name"),
    ("CPUs online", "cpu.online_count"),
    ("Packages", "cpu.package_count"),
    ("Threads per core", "cpu.threads_per_core_max"),
    ("Frequency driver", "cpu.scaling_driver"),
    ("Governor", "cpu.governors"),
    ("Isolated CPUs", "cpu.isolated"),
    ("Clock source", "cpu.clocksource"),
    ("Mitigations", "cpu.mitigations"),
    ("NUMA nodes", "numa.node_count"),
    ("NUMA balancing", "numa.balancing"),
    ("Memory", "memory.total_bytes"),
    ("Huge pages, default size", "memory.hugepages_total"),
    ("Transparent huge pages", "memory.thp_enabled"),
    ("IOMMU", "iommu.present"),
    ("Hypervisor", "environment.hypervisor"),
    ("Container engine", "environment.container_engine"),
    ("Kernel", "kernel.release"),
    ("Kernel command line", "kernel.cmdline"),
)

OF_FUNCTION = (("MaxPayload", "pci.max_payload_bytes"), ("IOMMU group", "pci.iommu_group"))  # of its PCI function
DISK_COLUMNS = (
    ("Model", "block.model"),
    ("Size", "block.size_bytes"),
    ("Scheduler", "block.scheduler"),
    ("Queues", "block.queue_count"),
    ("Node", "block.numa_node"),
    ("Interrupt CPUs", "block.irq_cpus"),
    *OF_FUNCTION,
    ("PCI address", "block.pci_address"),
)
NIC_COLUMNS = (
    ("Driver", "nic.driver"),
    ("Speed", "nic.speed_bits_per_s"),
    ("State", "nic.operstate"),
    ("MTU", "nic.mtu"),
    ("Receive queues", "nic.rx_queue_count"),
    ("Node", "nic.numa_node"),
    ("Interrupt CPUs", "nic.irq_cpus"),
    *OF_FUNCTION,
    ("PCI address", "nic.pci_address"),
)
GPU_COLUMNS = (
    ("Device", "pci.class_name"),
    ("Driver", "pci.driver"),
    ("Node", "pci.numa_node"),
    *OF_FUNCTION,
    ("Others in its group", "pci.group_companions"),
)


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value as it is written, and where it was read (or why there is none)."""

    text: str
    title: str
    absent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceTable:
    """Devices of one kind by row; the last column is the PCIe link."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[ShownValue, ...]], ...]


def shown(fact: Fact | Absent | None) -> ShownValue:
    """A fact in words; for an absent one the reason."""
    if isinstance(fact, Fact):
        return ShownValue(fact_text(fact), f"{fact.name} = {raw(fact.value)}, from {fact.source}")
    return ShownValue(fact.reason if fact else "not read", fact.source if fact else "", absent=True)


def key_facts(table: FactTable) -> tuple[tuple[str, ShownValue], ...]:
    """The facts everybody asks for first; those not recorded are left out."""
    found = ((label, table.find(name)) for label, name in KEY_FACTS)
    return tuple((label, _key_fact(label, shown(fact), table)) for label, fact in found if fact is not None)


def _key_fact(label: str, value: ShownValue, table: FactTable) -> ShownValue:
    """Memory of which the nodes have only a part so far is marked: the pictures show theirs."""
    given = handed_out(table) if label == "Memory" else None
    if given is None:
        return value
    return replace(value, text=f"{value.text}, of which its nodes have {value_text(given, Unit.BYTES)} so far")


def subtitle(view: ReportView) -> str:
    """`bare metal, 2 NUMA nodes, 128 CPUs, 504 GiB, Linux 6.1.0`: as much of it as is known."""
    table = view.facts.get(view.base)
    return ", ".join(_subtitle(view, table)) if table else ""


def _subtitle(view: ReportView, table: FactTable) -> Iterator[str]:
    if view.run and view.run.host.get("model"):
        yield view.run.host["model"]
    yield _kind(view, table)
    for name, unit, words in (
        ("numa.node_count", Unit.COUNT, "NUMA node"),
        ("cpu.online_count", Unit.COUNT, "CPU"),
        ("memory.total_bytes", Unit.BYTES, ""),
    ):
        value = table.value(name)
        if value is not None:
            plural = "s" if words and value != 1 else ""
            yield f"{value_text(value, unit)} {words}{plural}".strip()
    release = table.value("kernel.release")
    if release:
        yield f"Linux {release}"


def _kind(view: ReportView, table: FactTable) -> str:
    kind = str(table.value("environment.kind") or "")
    if kind in set(EnvironmentKind):
        return KIND_WORDS[EnvironmentKind(kind)]
    return next((KIND_WORDS[e.kind] for e in view.environments if e.name == view.base), "machine")


def devices(table: FactTable) -> tuple[DeviceTable, ...]:
    """Real disks and network devices, graphics and accelerators; loop devices, bridges and the like are left to the
    inventory."""
    disks = [name for name in table.subjects("block") if table.value("block.is_virtual", name) is not True]
    nics = [name for name in table.subjects("nic") if table.value("nic.is_physical", name) is not False]
    tables = (
        ("Disks", disks, DISK_COLUMNS),
        ("Network devices", nics, NIC_COLUMNS),
        ("Graphics and accelerators", accelerators(table), GPU_COLUMNS),
    )
    return tuple(_devices(table, caption, names, columns) for caption, names, columns in tables if names)


def _devices(table: FactTable, caption: str, names: list[str], columns: tuple[tuple[str, str], ...]) -> DeviceTable:
    """A column about its PCI function is left out where none of the devices has one."""
    addresses = {name: _address(table, name) for name in names}
    columns = tuple(each for each in columns if not each[1].startswith("pci.") or any(addresses.values()))

    def cells(name: str) -> tuple[ShownValue, ...]:
        return (*(_cell(table, fact, name, addresses[name]) for _, fact in columns), _link(table, addresses[name]))

    labels = (*(label for label, _ in columns), "PCIe link")
    return DeviceTable(caption=caption, columns=labels, rows=tuple((name, cells(name)) for name in names))


def _cell(table: FactTable, fact: str, name: str, address: str) -> ShownValue:
    """A fact of the device itself, or of the PCI function behind it."""
    if not fact.startswith("pci."):
        return shown(table.find(fact, name))
    found = table.find(fact, address)
    if fact == "pci.class_name":
        return replace(shown(found), text=described(table, address) or "unknown", absent=False)
    if fact == "pci.group_companions" and isinstance(found, Fact) and found.value:
        words = (introduced(table, one.strip()) for one in str(found.value).split(","))
        return replace(shown(found), text=", ".join(words))
    return shown(found) if address else ShownValue("no PCI function", "", absent=True)


def _address(table: FactTable, name: str) -> str:
    """The PCI function behind a disk or network device; the function itself where it is named."""
    known = table.value("block.pci_address", name) or table.value("nic.pci_address", name)
    return str(known or (name if table.find("pci.class_name", name) else ""))


def _link(table: FactTable, address: str) -> ShownValue:
    now, best = link_words(table, address) if address else ("", "")
    if not now:
        return ShownValue("none known", "", absent=True)
    return ShownValue(f"{now}, could be {best}" if best else now, "pci.link_speed_gtps, pci.link_width")
