"""The `result.*` facts: what rules may ask of a measured cell (one workload in one environment).

`ASKED` is what was run, where and with which settings; `MEASURED` is what came out of it, from the tool's own numbers
and from the counters and gauges around each trial. Only the second kind can make a finding more than a hint.
"""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_Type = type[bool] | type[int] | type[float] | type[str]


_spec = SpecMaker("result", Nature.MEASURED)


def _share(name: str, meaning: str) -> FactSpec:
    return _spec(name, float, meaning, Unit.RATIO)


def _count(name: str, meaning: str) -> FactSpec:
    return _spec(name, float, meaning, Unit.COUNT)


ASKED: tuple[FactSpec, ...] = (
    _spec("workload", str, "the workload's id: storage/randread-4k-qd1", nature=Nature.IDENTITY),
    _spec("device", str, "what it exercises: storage, network, memory or dma", nature=Nature.IDENTITY),
    _spec("tool", str, "the program that measured: fio, iperf3 or dmabench", nature=Nature.IDENTITY),
    _spec("environment", str, "the name of the environment it ran in", nature=Nature.IDENTITY),
    _spec("trust", str, "VALID, NOISY or INVALID", nature=Nature.IDENTITY),
    _spec("n", int, "how many fresh runs it rests on", Unit.COUNT, nature=Nature.IDENTITY),
    _spec("swept", str, "the parameter of which this run goes through several values, or none", nature=Nature.IDENTITY),
    _spec("block", str, "the disk its bytes crossed", refers_to="block", nature=Nature.IDENTITY),
    _spec("nic", str, "the network device its bytes crossed", refers_to="nic", nature=Nature.IDENTITY),
    _spec("pci", str, "the PCI function its bytes crossed", refers_to="pci", nature=Nature.IDENTITY),
    _spec("file_system", str, "the type of the file system its file lies on", nature=Nature.IDENTITY),
    _spec(
        "crosses_nic",
        bool,
        "whether the bytes left through a network device (false for loopback and veth)",
        nature=Nature.IDENTITY,
    ),
    _spec("block_size_bytes", int, "bytes of one I/O", Unit.BYTES, nature=Nature.SETTING),
    _spec("queue_depth", int, "I/Os asked to be in flight: iodepth times numjobs", Unit.COUNT, nature=Nature.SETTING),
    _spec("iodepth", int, "fio's iodepth, of one job", Unit.COUNT, nature=Nature.SETTING),
    _spec("numjobs", int, "fio's jobs", Unit.COUNT, nature=Nature.SETTING),
    _spec("engine", str, "fio's ioengine", nature=Nature.SETTING),
    _spec("rate_asked", bool, "whether options of fio or iperf3 hold the rate back on purpose", nature=Nature.SETTING),
    _spec("rate_options", str, "fio's options that hold the job back on purpose", nature=Nature.SETTING),
    _spec(
        "latency_off",
        str,
        "fio's option that kept latencies from being measured; empty for none",
        nature=Nature.SETTING,
    ),
    _spec(
        "engine_is_sync",
        bool,
        "whether the engine returns only when an I/O is done, so that one job has one in flight",
        nature=Nature.SETTING,
    ),
    _spec("direct", bool, "whether O_DIRECT was asked for", nature=Nature.SETTING),
    _spec("is_buffered", bool, "whether the page cache lies in the path (no O_DIRECT)", nature=Nature.SETTING),
    _spec("is_read", bool, "whether it reads", nature=Nature.SETTING),
    _spec("is_write", bool, "whether it writes", nature=Nature.SETTING),
    _spec("is_random", bool, "whether the pattern is random", nature=Nature.SETTING),
    _spec("streams", int, "iperf3's parallel streams", Unit.COUNT, nature=Nature.SETTING),
    _spec("protocol", str, "TCP or UDP", nature=Nature.SETTING),
    _spec("congestion_control", str, "TCP congestion control of the sender", nature=Nature.SETTING),
    _spec(
        "window_limit_bytes",
        int,
        "the largest TCP window that this end's settings allow",
        Unit.BYTES,
        nature=Nature.SETTING,
    ),
    _spec(
        "iperf3_multithreaded",
        bool,
        "whether this iperf3 runs one thread a stream (since 3.16)",
        nature=Nature.IDENTITY,
    ),
    _spec("page_size_bytes", int, "the pages the buffers really got", Unit.BYTES, nature=Nature.IDENTITY),
    _spec("page_size_asked_bytes", int, "the pages the workload asked for", Unit.BYTES, nature=Nature.SETTING),
    _spec("cpu_node", int, "the NUMA node the tool's CPUs were on", nature=Nature.IDENTITY),
    _spec("memory_node", int, "the NUMA node the buffers were on", nature=Nature.IDENTITY),
)


def _latency(name: str, which: str) -> FactSpec:
    meaning = f"{which} of the time of one I/O from submission to completion; of completion alone in files without it"
    return _spec(f"latency_{name}_ns", float, meaning, Unit.NANOSECONDS)


MEASURED: tuple[FactSpec, ...] = (
    _spec("iops", float, "I/Os a second, reads and writes together", Unit.IOPS),
    _spec("read_iops", float, "reads a second", Unit.IOPS),
    _spec("write_iops", float, "writes a second", Unit.IOPS),
    _spec("bytes_per_s", float, "bytes moved a second, both directions together", Unit.BYTES_PER_SECOND),
    _spec("read_bytes_per_s", float, "bytes read a second", Unit.BYTES_PER_SECOND),
    _spec("write_bytes_per_s", float, "bytes written a second", Unit.BYTES_PER_SECOND),
    _spec("bits_per_s", float, "payload bits received a second", Unit.BITS_PER_SECOND),
    _spec(
        "latency_mean_ns", float, "mean time of one I/O from submission to completion, or of one load", Unit.NANOSECONDS
    ),
    _latency("p50", "median"),
    _latency("p99", "99th percentile"),
    _latency("p999", "99.9th percentile"),
    _spec(
        "best_iops",
        float,
        "most I/Os a second a result of this run got from this disk, at equal block size, direction and pattern",
        Unit.IOPS,
    ),
    _spec("best_iops_queue_depth", int, "the queue depth of that result", Unit.COUNT),
    _spec("rate_limited", bool, "whether a rate limit, not the device, set the speed; unknown of blocks above 64 KiB"),
    _share("spread_ratio", "spread between fresh runs: (largest - smallest) / median of the headline figure"),
    _count("achieved_depth", "I/Os really in flight on average, by Little's law: iops times mean latency"),
    _share("depth_reached_share", "share of I/Os submitted at the asked depth, from fio's own depth buckets"),
    _share(
        "device_read_share", "bytes the disk read divided by bytes the tool read: below 1 the rest came from a cache"
    ),
    _share("device_write_share", "bytes the disk wrote divided by bytes the tool wrote"),
    _share("max_thread_cpu_share", "CPU use of the tool's busiest thread"),
    _share("usr_cpu_share", "CPU time of the tool in user mode, per job"),
    _share("sys_cpu_share", "CPU time of the tool in the kernel, per job"),
    _count("retransmits", "TCP segments sent again"),
    _count("retransmits_per_gb", "TCP segments sent again for every 10^9 bytes"),
    _spec("rtt_us", float, "mean round trip time TCP saw", Unit.MICROSECONDS),
    _spec("min_rtt_us", float, "shortest round trip time TCP saw", Unit.MICROSECONDS),
    _spec(
        "slows_for_loss",
        bool,
        "whether its congestion control sends less after single losses: all but BBR; taken for granted where not named",
        nature=Nature.SETTING,
    ),
    _spec("cwnd_max_bytes", int, "largest congestion window of any stream", Unit.BYTES),
    _spec("cwnd_bits_per_s", float, "what one stream carries with it: once per mean round trip", Unit.BITS_PER_SECOND),
    _spec("peer_window_bytes", int, "largest window that the receiver offered any stream", Unit.BYTES),
    _spec(
        "peer_window_bits_per_s",
        float,
        "what one stream carries with that window: once per shortest round trip",
        Unit.BITS_PER_SECOND,
    ),
    _spec("sender_cpu_percent", float, "CPU use of the sending iperf3, 100 being one CPU"),
    _spec("receiver_cpu_percent", float, "CPU use of the receiving iperf3, 100 being one CPU"),
    _share("receiver_limited_share", "share of the time with data to send in which the receiver's window was full"),
    _spec(
        "window_limited",
        bool,
        "whether the sender's own window held it back, as the kernel counted or as the settings let expect",
    ),
    _share("buffer_limited_share", "share of that time in which the sender's own buffer was full"),
    _spec("congestion_window_bytes", float, "largest congestion window near the end of the test", Unit.BYTES),
    _share("lost_share", "share of datagrams lost"),
    _spec("jitter_ms", float, "UDP jitter", Unit.MILLISECONDS),
    _spec(
        "window_limit_bits_per_s",
        float,
        "what the largest TCP window that this end allows carries in one flow at this round trip time",
        Unit.BITS_PER_SECOND,
    ),
    _share("steal_share", "share of CPU time the hypervisor gave to others"),
    _share("busy_share", "share of all CPU time that was used"),
    _share("idle_share", "share of all CPU time that was idle"),
    _share("max_cpu_busy_share", "use of the busiest CPU"),
    _share("max_cpu_softirq_share", "largest share of softirq time on one CPU"),
    _spec("interrupts_per_s", float, "interrupts of the whole machine a second", Unit.PER_SECOND),
    _spec("context_switches_per_s", float, "context switches a second", Unit.PER_SECOND),
    _spec("path_irq_per_s", float, "interrupts of the path's device a second", Unit.PER_SECOND),
    _share("path_irq_max_cpu_share", "share of the path's interrupts that the busiest CPU took"),
    _share("path_irq_remote_share", "share of the path's interrupts taken by CPUs of other NUMA nodes"),
    _share("path_irq_hot_cpu_softirq_share", "softirq time of the CPU that took most of the path's interrupts"),
    _share(
        "throttled_share",
        "CPU time that its quota took from the control group, of what it used or would have used",
    ),
    _count("softnet_dropped", "packets dropped because a CPU's backlog was full"),
    _count("softnet_squeezed", "times packet processing ran out of budget"),
    _count("nic_drops_no_buffer", "packets the network device dropped for want of a receive buffer"),
    _count("nic_rx_packets", "packets the network device received"),
    _count("nic_pci_stall_events", "times the network device waited for PCIe credits"),
    _count("other_cpus", "CPUs that programs besides the tool kept busy"),
    _count("other_runnable", "runnable tasks besides the tool's, mean over the trial"),
    _spec(
        "link_speed_under_load_gtps", float, "slowest PCIe link speed seen while it ran", Unit.GIGATRANSFERS_PER_SECOND
    ),
    _spec("link_width_under_load", int, "narrowest PCIe link seen while it ran", Unit.LANES),
    _share("memory_pressure_share", "share of time some task waited for memory (PSI)"),
    _count("swapped_pages", "pages swapped in or out, of the whole machine"),
    _count("throttle_events", "times a CPU package throttled for heat"),
    _count("aer_correctable", "correctable PCIe errors on the path's function and its port"),
    _count("aer_fatal", "uncorrectable PCIe errors there, fatal or not"),
    _count("major_faults", "page faults that needed I/O, of the whole machine"),
    _share("numa_miss_share", "share of page allocations that did not get the node they wanted"),
    _share("cpu_remote_share", "share of samples with the tool on a CPU of another NUMA node than the device's"),
    _share("io_limit_share", "the measured rate over the control group's nearest cap on it; 0 without one"),
    _share("ratio_to_parent", "the headline figure over the parent environment's; the inverse for latencies"),
    _spec("steady", bool, "whether the result reached its steady state"),
    _share("frequency_drop_share", "1 - lowest / highest CPU frequency seen while it ran"),
)

RESULT_CATALOGUE: tuple[FactSpec, ...] = ASKED + MEASURED
MEASURED_NAMES = frozenset(spec.name for spec in MEASURED)
