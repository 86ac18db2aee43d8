"""What is counted around a trial, or sampled during it: the keys of `TrialResult.deltas`, each with its unit.

A delta that is missing was not read: it is unknown, never zero. Where a name ends in a share or a rate, it is over the
whole trial for counters and over the measured time for gauges.
"""

from dataclasses import dataclass

from perfadvisor.model.units import Unit


@dataclass(frozen=True, slots=True)
class DeltaSpec:
    """A delta's unit and meaning."""

    unit: Unit
    meaning: str


DELTAS: dict[str, DeltaSpec] = {
    "aer.correctable": DeltaSpec(Unit.COUNT, "correctable PCIe errors on the path's function and its port"),
    "aer.fatal": DeltaSpec(Unit.COUNT, "uncorrectable PCIe errors there, fatal or not"),
    "cgroup.periods": DeltaSpec(Unit.COUNT, "quota periods of the most throttled control group"),
    "cgroup.throttled": DeltaSpec(Unit.COUNT, "quota periods in which it was stopped"),
    "cgroup.throttled_ns": DeltaSpec(Unit.NANOSECONDS, "time its threads were stopped, summed over CPUs"),
    "cgroup.used_ns": DeltaSpec(Unit.NANOSECONDS, "CPU time it used, or at most used by its quota, over all CPUs"),
    "context_switches.per_s": DeltaSpec(Unit.PER_SECOND, "context switches of the whole machine"),
    "cpu.busy_share": DeltaSpec(Unit.RATIO, "share of all CPU time that was used"),
    "cpu.idle_share": DeltaSpec(Unit.RATIO, "share of all CPU time that was idle"),
    "cpu.iowait_share": DeltaSpec(Unit.RATIO, "share of all CPU time that was idle while I/O was in flight"),
    "cpu.max_busy_share": DeltaSpec(Unit.RATIO, "use of the busiest CPU"),
    "cpu.max_softirq_share": DeltaSpec(Unit.RATIO, "largest share of softirq time on one CPU"),
    "cpu.steal_share": DeltaSpec(Unit.RATIO, "share of CPU time the hypervisor gave to others"),
    "gauge.cpus": DeltaSpec(Unit.COUNT, "CPUs that were online"),
    "gauge.disk_read_bytes_per_s": DeltaSpec(Unit.BYTES_PER_SECOND, "what the path's disk read"),
    "gauge.disk_write_bytes_per_s": DeltaSpec(Unit.BYTES_PER_SECOND, "what the path's disk wrote"),
    "gauge.frequency_max_hz": DeltaSpec(Unit.HERTZ, "highest CPU frequency seen"),
    "gauge.frequency_min_hz": DeltaSpec(Unit.HERTZ, "lowest CPU frequency seen"),
    "gauge.link_speed_min_gtps": DeltaSpec(Unit.GIGATRANSFERS_PER_SECOND, "slowest PCIe link speed seen"),
    "gauge.link_width_min": DeltaSpec(Unit.LANES, "narrowest PCIe link seen"),
    "gauge.other_cpus": DeltaSpec(Unit.COUNT, "CPUs that programs besides the tool kept busy"),
    "gauge.other_runnable_mean": DeltaSpec(Unit.COUNT, "runnable threads besides the tool's"),
    "gauge.procs_running_mean": DeltaSpec(Unit.COUNT, "runnable threads of the whole machine"),
    "gauge.reader_cpu_share": DeltaSpec(Unit.RATIO, "CPU time the reader of these gauges used itself"),
    "gauge.remote_cpu_share": DeltaSpec(Unit.RATIO, "samples with the tool on a CPU far from the device's node"),
    "gauge.samples": DeltaSpec(Unit.COUNT, "how often the gauges were read in the measured time"),
    "gauge.tool_cpu_ns_per_s": DeltaSpec(Unit.NANOSECONDS, "CPU time the tool's threads got per second"),
    "gauge.tool_runnable_mean": DeltaSpec(Unit.COUNT, "runnable threads of the tool and of its far end"),
    "gauge.tool_wait_ns_per_s": DeltaSpec(Unit.NANOSECONDS, "time the tool's threads waited for a CPU per second"),
    "interrupts.per_s": DeltaSpec(Unit.PER_SECOND, "interrupts of the whole machine"),
    "kvm.exits_per_s": DeltaSpec(Unit.PER_SECOND, "exits of the guest to its hypervisor"),
    "path.block.busy_share": DeltaSpec(Unit.RATIO, "share of the time the path's disk was busy"),
    "path.block.read_bytes": DeltaSpec(Unit.BYTES, "what the path's disk read, warm-up included"),
    "path.block.write_bytes": DeltaSpec(Unit.BYTES, "what the path's disk wrote, warm-up included"),
    "path.irq.count": DeltaSpec(Unit.COUNT, "interrupts of the path's device"),
    "path.irq.hot_cpu_softirq_share": DeltaSpec(Unit.RATIO, "softirq time of the CPU that took most of them"),
    "path.irq.max_cpu_share": DeltaSpec(Unit.RATIO, "share of them that the busiest CPU took"),
    "path.irq.per_s": DeltaSpec(Unit.PER_SECOND, "interrupts of the path's device"),
    "path.irq.remote_share": DeltaSpec(Unit.RATIO, "share of them taken by CPUs of other NUMA nodes"),
    "path.nic.pci_stall_events": DeltaSpec(Unit.COUNT, "times the network device waited for PCIe credits"),
    "path.nic.rx_dropped": DeltaSpec(Unit.COUNT, "received packets the kernel dropped"),
    "path.nic.rx_no_buffer": DeltaSpec(Unit.COUNT, "packets the network device had no receive buffer for"),
    "path.nic.rx_packets": DeltaSpec(Unit.COUNT, "packets the network device received"),
    "path.nic.shaped_bits_per_s": DeltaSpec(
        Unit.BITS_PER_SECOND, "rate that the queueing discipline at the root of its interface keeps it to"
    ),
    "pressure.cpu_some_share": DeltaSpec(Unit.RATIO, "share of time some task waited for a CPU"),
    "pressure.io_some_share": DeltaSpec(Unit.RATIO, "share of time some task waited for I/O"),
    "pressure.memory_some_share": DeltaSpec(Unit.RATIO, "share of time some task waited for memory"),
    "qemu.iothread_busy_share": DeltaSpec(Unit.RATIO, "CPU use of the guest's busiest I/O thread on its host"),
    "qemu.vcpu_migrations_per_s": DeltaSpec(Unit.PER_SECOND, "times its vCPU threads changed their host CPU"),
    "qemu.vhost_busy_share": DeltaSpec(Unit.RATIO, "CPU use of its busiest vhost thread on its host"),
    "softnet.dropped": DeltaSpec(Unit.COUNT, "packets dropped because a CPU's backlog was full"),
    "softnet.squeezed": DeltaSpec(Unit.COUNT, "times packet processing ran out of budget"),
    "tcp.buffer_limited_share": DeltaSpec(
        Unit.RATIO, "share of the time with something to send in which the sender's own buffer was full"
    ),
    "tcp.congestion_window_bytes": DeltaSpec(Unit.BYTES, "largest congestion window near the end of the test"),
    "tcp.least_round_trip_us": DeltaSpec(Unit.MICROSECONDS, "shortest round trip that the kernel saw"),
    "tcp.receiver_limited_share": DeltaSpec(
        Unit.RATIO, "share of the time with something to send in which the receiver's window was full"
    ),
    "tcp.retransmits": DeltaSpec(Unit.COUNT, "TCP segments sent again in the network namespace of the client"),
    "thermal.throttle_events": DeltaSpec(Unit.COUNT, "times a CPU package throttled for heat"),
    "vfio.interrupts_per_s": DeltaSpec(Unit.PER_SECOND, "interrupts of its function that its host handed on"),
    "vmstat.major_faults": DeltaSpec(Unit.COUNT, "page faults that needed I/O, of the whole machine"),
    "vmstat.numa_hit": DeltaSpec(Unit.COUNT, "page allocations on the node that was wanted"),
    "vmstat.numa_miss": DeltaSpec(Unit.COUNT, "page allocations on another node than was wanted"),
    "vmstat.swapped_pages": DeltaSpec(Unit.COUNT, "pages swapped in or out, of the whole machine"),
}
# The same gauges read on the host of a guest while the trial ran inside it.
DELTAS |= {
    f"host.{name}": DeltaSpec(spec.unit, f"on the guest's host: {spec.meaning}")
    for name, spec in DELTAS.items()
    if name.startswith("gauge.")
}
