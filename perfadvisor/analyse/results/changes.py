"""Did the machine change under us? Settings that differ between the snapshots before and after a run.

Which facts are settings, their specs say; which results can have felt a change follows from the facts that refer from
one subject to another: a disk to its PCI function, that to its ports and its IOMMU group, an interrupt to its function.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from perfadvisor.formatting import fact_text
from perfadvisor.model.fact import Absent, Fact, FactSpec, FactTable, Nature
from perfadvisor.model.result import IoPath
from perfadvisor.model.workload import Workload

Place = tuple[str, str]  # the kind of a subject, and the subject

# What is used by some workloads only; everything else that is about the whole machine concerns them all.
MEMORY_USERS = ("memory", "dma", "mapping")
USERS = {"hugepages": MEMORY_USERS, "node_hugepages": MEMORY_USERS, "network": ("network",)}
POOLS = ("memory.hugepage", "vm.nr_hugepages", "vm.nr_overcommit_hugepages")  # facts and sysctls about huge pages
WHOLE_MACHINE = ("", "sysctl", "vulnerability", *USERS)  # kinds of subject that are no part of one path
HARMLESS = ("iommu", "vfio")  # of the machine as a whole: what a device feels of them, its own facts say
PATH_KINDS = ("block", "nic", "pci")
# Kinds whose facts lead to the device they are about, besides those that a path's devices lead to.
BESIDE = ("irq", "mount", "infiniband", "nic")
MOVED_BY_IRQBALANCE = ("irq.affinity", "irq.effective_affinity", "nic.irq_cpus", "block.irq_cpus")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class SettingChange:
    """A setting that is known on both sides and differs; `devices` are those of a path that can have felt it."""

    name: str
    subject: str
    before: str
    after: str
    devices: frozenset[Place] = frozenset()

    def __str__(self) -> str:
        of = f" of {self.subject}" if self.subject else ""
        return f"{self.name}{of}: {self.before} -> {self.after}"

    def concerns(self, workload: Workload, paths: Iterable[IoPath]) -> bool:
        """Whether a result of this workload whose bytes went these ways can have felt it."""
        kind = self.name.split(".")[0]
        if self.name.startswith(POOLS) or self.subject.startswith(POOLS):
            return workload.device in MEMORY_USERS
        if kind in USERS:
            return workload.device in USERS[kind]
        if not self.subject or kind in WHOLE_MACHINE:
            return kind not in HARMLESS
        return any((each, getattr(path, each)) in self.devices for path in paths for each in PATH_KINDS)


def changed_settings(
    before: FactTable, after: FactTable, catalogue: Mapping[str, FactSpec]
) -> tuple[SettingChange, ...]:
    """Each setting known on both sides that differs: "block.scheduler of sda: none -> mq-deadline"."""
    changes = list(_changes(before, after, catalogue))
    references = tuple(_references(before, catalogue)) if changes else ()
    return tuple(sorted(_with_devices(change, references) for change in changes))


def changed_during(
    before: Mapping[str, FactTable], after: Mapping[str, FactTable], catalogue: Mapping[str, FactSpec]
) -> dict[str, tuple[SettingChange, ...]]:
    """What changed in each environment that was read before and after a run."""
    return {name: changed_settings(before[name], after[name], catalogue) for name in before.keys() & after.keys()}


def _changes(before: FactTable, after: FactTable, catalogue: Mapping[str, FactSpec]) -> Iterator[SettingChange]:
    by_itself = before.value("interrupts.irqbalance") is after.value("interrupts.irqbalance") is True
    for fact in before:
        spec = catalogue.get(fact.name)
        if spec is None or spec.nature is not Nature.SETTING or (by_itself and fact.name in MOVED_BY_IRQBALANCE):
            continue
        now = after.find(fact.name, fact.subject)
        old, new = _shown(fact), _shown(now)
        # An absence that became a value (or the reverse) is a change only where the thing itself is still there.
        if now is not None and old != new:
            yield SettingChange(name=fact.name, subject=fact.subject, before=old, after=new)


def _shown(fact: Fact | Absent | None) -> str:
    return fact_text(fact) if isinstance(fact, Fact) else "absent"


def _references(table: FactTable, catalogue: Mapping[str, FactSpec]) -> Iterator[tuple[Place, Place]]:
    """(from, to) of every subject that names another one; a NUMA node is not part of a path."""
    kinds = (*PATH_KINDS, "iommu_group", "irq")
    for spec in catalogue.values():
        if spec.refers_to in kinds:
            yield from (((spec.subject, at), (spec.refers_to, str(to))) for at, to in table.of(spec.name).items())


def _with_devices(change: SettingChange, references: Iterable[tuple[Place, Place]]) -> SettingChange:
    """The change with the devices that lead to its subject, or that its subject is about."""
    here = (change.name.split(".")[0], change.subject)
    found, edge = {here}, {here}
    while edge:
        edge = {at for at, to in references if to in edge and at[0] in (*PATH_KINDS, "irq")} - found
        found |= edge
    if here[0] in BESIDE:
        found |= {to for at, to in references if at == here}
    return SettingChange(
        name=change.name, subject=change.subject, before=change.before, after=change.after, devices=frozenset(found)
    )
