"""Did the machine change under us? Settings that differ between the snapshots before and after a run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from perfadvisor.model.fact import Absent, Fact, FactTable
from perfadvisor.model.result import Path
from perfadvisor.model.workload import Workload

# Settings only: counters, free memory and idle link speeds move by themselves.
SETTINGS = frozenset(
    """
    kernel.cmdline cpu.online cpu.isolated cpu.governors cpu.scaling_driver cpu.smt_control cpu.turbo_disabled
    cpu.energy_performance_preferences cpu.clocksource numa.balancing memory.thp_enabled memory.thp_defrag
    memory.swappiness memory.zone_reclaim_mode hugepages.total
    block.scheduler block.nr_requests block.nomerges block.rq_affinity block.wbt_lat_us block.read_ahead_bytes
    block.write_cache
    nic.mtu nic.speed_bits_per_s nic.qdisc nic.rx_usecs nic.rx_frames nic.tx_usecs nic.tx_frames nic.adaptive_rx
    nic.adaptive_tx nic.ring_rx nic.ring_tx nic.channels_combined nic.channels_rx nic.channels_tx nic.tso nic.gso
    nic.gro nic.lro nic.rx_checksum nic.tx_checksum
    pci.driver pci.link_width pci.max_payload_bytes pci.max_read_request_bytes pci.sriov_num_vfs iommu_group.type
    network.tcp_rmem_max_bytes network.tcp_wmem_max_bytes network.congestion_control
    cgroup.cpu_quota_cpus cgroup.cpuset cgroup.memory_max_bytes interrupts.irqbalance
    """.split()  # noqa: SIM905 (a list of fifty quoted names is no easier to read)
)


# What is used by some workloads only; everything else that is not about one device concerns them all.
USERS = {"hugepages": ("memory", "dma", "mapping"), "network": ("network",)}


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Change:
    """A setting that is known on both sides and differs."""

    name: str
    subject: str
    before: str
    after: str

    def __str__(self) -> str:
        of = f" of {self.subject}" if self.subject else ""
        return f"{self.name}{of}: {self.before} -> {self.after}"

    def concerns(self, workload: Workload, paths: Iterable[Path]) -> bool:
        """Whether a result of this workload whose bytes went these ways can have felt it."""
        kind = self.name.split(".")[0]
        if kind in USERS:
            return workload.device in USERS[kind]
        if kind in ("block", "nic", "pci"):
            return any(getattr(path, kind) == self.subject for path in paths)
        return True


def changed_settings(before: FactTable, after: FactTable) -> tuple[Change, ...]:
    """Each setting known on both sides that differs: "block.scheduler of sda: none -> mq-deadline"."""
    return tuple(sorted(_changes(before, after)))


def _changes(before: FactTable, after: FactTable) -> Iterator[Change]:
    for fact in before:
        if fact.name not in SETTINGS:
            continue
        now = after.find(fact.name, fact.subject)
        old, new = _shown(fact), _shown(now)
        # An absence that became a value (or the reverse) is a change only where the thing itself is still there.
        if now is not None and old != new:
            yield Change(name=fact.name, subject=fact.subject, before=old, after=new)


def _shown(fact: Fact | Absent | None) -> str:
    return str(fact.value) if isinstance(fact, Fact) else "absent"
