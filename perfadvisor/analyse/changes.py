"""Did the machine change under us? Settings that differ between the snapshots before and after a run."""

from collections.abc import Iterator

from perfadvisor.model.fact import Absent, Fact, FactTable

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


def changed_settings(before: FactTable, after: FactTable) -> tuple[str, ...]:
    """Each setting known on both sides that differs, in words: "block.scheduler of sda: none -> mq-deadline"."""
    return tuple(sorted(_changes(before, after)))


def _changes(before: FactTable, after: FactTable) -> Iterator[str]:
    for fact in before:
        if fact.name not in SETTINGS:
            continue
        now = after.find(fact.name, fact.subject)
        old, new = _shown(fact), _shown(now)
        # An absence that became a value (or the reverse) is a change only where the thing itself is still there.
        if now is not None and old != new:
            of = f" of {fact.subject}" if fact.subject else ""
            yield f"{fact.name}{of}: {old} -> {new}"


def _shown(fact: Fact | Absent | None) -> str:
    return str(fact.value) if isinstance(fact, Fact) else "absent"
