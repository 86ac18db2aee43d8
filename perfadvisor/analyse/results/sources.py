"""Where each `result.*` fact comes from: a tool's sample or detail, a counter delta, or arithmetic on them."""

from collections.abc import Callable

from perfadvisor.analyse.results.rate_limit import rate_limited
from perfadvisor.analyse.results.trust import achieved_depth, asked_depth, moved_share
from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import WAYS, TrialResult


def _latency(percentile: str) -> tuple[str, ...]:
    """Total latency; imported files often have that of completion alone."""
    return tuple(f"{way}.{kind}_{percentile}" for kind in ("lat", "clat") for way in WAYS)


# fact -> samples, the first that exists
SAMPLES: dict[str, tuple[str, ...]] = {
    "read_iops": ("read.iops",),
    "write_iops": ("write.iops",),
    "latency_mean_ns": (*(f"{way}.lat_mean" for way in WAYS), "chase"),
    "latency_p50_ns": _latency("p50"),
    "latency_p99_ns": _latency("p99"),
    "latency_p999_ns": _latency("p999"),
    "bits_per_s": ("bits_per_s",),
    "retransmits": ("retransmits",),
    "rtt_us": ("rtt_mean",),
    "jitter_ms": ("jitter",),
    "lost_share": ("lost_share",),
}

# fact -> detail of the tool's output
DETAILS: dict[str, str] = {
    "block_size_bytes": "block_size_bytes",
    "iodepth": "iodepth",
    "numjobs": "numjobs",
    "depth_reached_share": "depth_reached_share",
    "engine": "engine",
    "rate_options": "rate_options",
    "direct": "direct",
    "max_thread_cpu_share": "max_thread_cpu_share",
    "usr_cpu_share": "usr_cpu_share",
    "sys_cpu_share": "sys_cpu_share",
    "streams": "streams",
    "protocol": "protocol",
    "congestion_control": "congestion",
    "min_rtt_us": "min_rtt_us",
    "cwnd_max_bytes": "max_snd_cwnd_bytes",
    "peer_window_bytes": "max_snd_wnd_bytes",
    "sender_cpu_percent": "sender_cpu_percent",
    "receiver_cpu_percent": "receiver_cpu_percent",
    "page_size_bytes": "page_size_bytes",
    "cpu_node": "cpu_node",
    "memory_node": "memory_node",
}

# fact -> counter or gauge delta of the trial
DELTAS: dict[str, str] = {
    "steal_share": "cpu.steal_share",
    "busy_share": "cpu.busy_share",
    "idle_share": "cpu.idle_share",
    "max_cpu_busy_share": "cpu.max_busy_share",
    "max_cpu_softirq_share": "cpu.max_softirq_share",
    "interrupts_per_s": "interrupts.per_s",
    "context_switches_per_s": "context_switches.per_s",
    "path_irq_per_s": "path.irq.per_s",
    "path_irq_max_cpu_share": "path.irq.max_cpu_share",
    "path_irq_remote_share": "path.irq.remote_share",
    "path_irq_hot_cpu_softirq_share": "path.irq.hot_cpu_softirq_share",
    "softnet_dropped": "softnet.dropped",
    "softnet_squeezed": "softnet.squeezed",
    "nic_drops_no_buffer": "path.nic.rx_no_buffer",
    "nic_rx_packets": "path.nic.rx_packets",
    "nic_pci_stall_events": "path.nic.pci_stall_events",
    "other_cpus": "gauge.other_cpus",
    "receiver_limited_share": "tcp.receiver_limited_share",
    "buffer_limited_share": "tcp.buffer_limited_share",
    "congestion_window_bytes": "tcp.congestion_window_bytes",
    "other_runnable": "gauge.other_runnable_mean",
    "link_speed_under_load_gtps": "gauge.link_speed_min_gtps",
    "link_width_under_load": "gauge.link_width_min",
    "memory_pressure_share": "pressure.memory_some_share",
    "major_faults": "vmstat.major_faults",
    "swapped_pages": "vmstat.swapped_pages",
    "throttle_events": "thermal.throttle_events",
    "aer_correctable": "aer.correctable",
    "aer_fatal": "aer.fatal",
    "cpu_remote_share": "gauge.remote_cpu_share",
}


def _sum(trial: TrialResult, *metrics: str) -> float | None:
    found = [sample.value for sample in trial.output.samples if sample.metric in metrics]
    return sum(found) if found else None


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def _number(trial: TrialResult, detail: str) -> float | None:
    value = trial.output.details.get(detail)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _way(trial: TrialResult, way: str) -> bool | None:
    pattern = trial.output.details.get("rw")
    if not isinstance(pattern, str):
        return None
    return "rw" in pattern or pattern == "readwrite" or way in pattern


def _is_random(trial: TrialResult) -> bool | None:
    pattern = trial.output.details.get("rw")
    return pattern.startswith("rand") if isinstance(pattern, str) else None


def _is_buffered(trial: TrialResult) -> bool | None:
    direct = trial.output.details.get("direct")
    return not direct if isinstance(direct, bool) else None


def _rate_asked(trial: TrialResult) -> bool | None:
    """fio's options are known where the queue depth is: before 2.3 it prints none. iperf3 prints its target, 0 for
    none; earlier versions and its text do not have it."""
    details = trial.output.details
    if "iodepth" in details:
        return "rate_options" in details
    target = details.get("target_bitrate")
    return target > 0 if isinstance(target, int | float) else None


def _latency_off(trial: TrialResult) -> str | None:
    """The option, "" where the options are known and hold none."""
    details = trial.output.details
    found = details.get("latency_off", "" if "iodepth" in details else None)
    return found if isinstance(found, str) else None


# Engines that return only when the I/O is done, so that iodepth stays 1 (fio HOWTO, "ioengine").
SYNC_ENGINES = frozenset({"sync", "psync", "vsync", "pvsync", "pvsync2", "mmap", "falloc", "net", "splice"})


def _engine_is_sync(trial: TrialResult) -> bool | None:
    engine = trial.output.details.get("engine")
    return engine in SYNC_ENGINES if isinstance(engine, str) else None


def _bytes_per_s(trial: TrialResult) -> float | None:
    direct = _sum(trial, *(f"{way}.bytes_per_s" for way in WAYS))
    if direct is not None:
        return direct
    memory = _sum(trial, "copy.bytes_per_s", "triad.bytes_per_s")
    if memory is not None:
        return memory
    bits = _sum(trial, "bits_per_s")
    return None if bits is None else bits / 8


def _retransmits_per_gb(trial: TrialResult) -> float | None:
    sent = _number(trial, "sent_bytes")
    return _ratio(_sum(trial, "retransmits"), None if sent is None else sent / 1e9)


def _cwnd_rate(trial: TrialResult) -> float | None:
    """The largest congestion window once per mean round trip."""
    window, rtt = _number(trial, "max_snd_cwnd_bytes"), _sum(trial, "rtt_mean")
    return _ratio(None if window is None else window * 8e6, rtt)


def _peer_window_rate(trial: TrialResult) -> float | None:
    """The largest window offered once per shortest round trip."""
    window, rtt = _number(trial, "max_snd_wnd_bytes"), _number(trial, "min_rtt_us")
    return _ratio(None if window is None else window * 8e6, rtt)


def _slows_for_loss(trial: TrialResult) -> bool | None:
    """BBR does not react to single losses (net/ipv4/tcp_bbr.c). A file that names no congestion control counts as one
    of the others: they are what kernels take by themselves."""
    details = trial.output.details
    if str(details.get("protocol")).upper() != "TCP":
        return None
    if details.get("from_text"):  # each second is printed there, so that its rate shows what the losses cost
        slowed = details.get("losses_slowed")
        return slowed if isinstance(slowed, bool) else None
    return details.get("congestion") not in ("bbr", "bbr2", "bbr3")


def _multithreaded(trial: TrialResult) -> bool | None:
    """iperf3 runs one thread a stream since 3.16."""
    version = trial.output.details.get("iperf3_version")
    if not isinstance(version, str):
        return None
    parts = version.removeprefix("iperf ").split(".")[:2]
    numbers = [int(part) for part in parts if part.isdecimal() and len(part) < 6]
    return tuple(numbers) >= (3, 16) if len(numbers) == 2 else None


def _throttled_share(trial: TrialResult) -> float | None:
    """Of CPU time, not of periods: one in which the group was stopped may have lost a millisecond or nearly all of its
    100. Never stopped is 0, also where nothing counts the time."""
    if trial.deltas.get("cgroup.throttled") == 0:
        return 0.0
    stopped, used = trial.deltas.get("cgroup.throttled_ns"), trial.deltas.get("cgroup.used_ns")
    return None if stopped is None or used is None else _ratio(stopped, stopped + used)


# What `pages` of a dmabench workload means; transparent huge pages are as large as x86's reserved ones.
PAGES = {"4k": 4096, "thp": 2 << 20, "2m": 2 << 20, "1g": 1 << 30}


def _page_size_asked(trial: TrialResult) -> int | None:
    asked = trial.trial.parameters.get("page_size_bytes")
    if isinstance(asked, int) and not isinstance(asked, bool):
        return asked
    return PAGES.get(str(trial.trial.parameters.get("pages")))


def _moved(way: str) -> Callable[[TrialResult], float | None]:
    return lambda trial: moved_share(trial, way)


DERIVED: dict[str, Callable[[TrialResult], Scalar | None]] = {
    "iops": lambda trial: _sum(trial, *(f"{way}.iops" for way in WAYS)),
    "bytes_per_s": _bytes_per_s,
    "read_bytes_per_s": lambda trial: _sum(trial, "read.bytes_per_s"),
    "write_bytes_per_s": lambda trial: _sum(trial, "write.bytes_per_s"),
    "queue_depth": asked_depth,
    "achieved_depth": achieved_depth,
    "is_read": lambda trial: _way(trial, "read"),
    "is_write": lambda trial: _way(trial, "write"),
    "is_random": _is_random,
    "is_buffered": _is_buffered,
    "rate_limited": rate_limited,
    "rate_asked": _rate_asked,
    "latency_off": _latency_off,
    "engine_is_sync": _engine_is_sync,
    "device_read_share": _moved("read"),
    "device_write_share": _moved("write"),
    "throttled_share": _throttled_share,
    "page_size_asked_bytes": _page_size_asked,
    "retransmits_per_gb": _retransmits_per_gb,
    "cwnd_bits_per_s": _cwnd_rate,
    "peer_window_bits_per_s": _peer_window_rate,
    "slows_for_loss": _slows_for_loss,
    "iperf3_multithreaded": _multithreaded,
    "numa_miss_share": lambda trial: _ratio(
        trial.deltas.get("vmstat.numa_miss"),
        trial.deltas.get("vmstat.numa_miss", 0.0) + trial.deltas.get("vmstat.numa_hit", 0.0),
    ),
    "frequency_drop_share": lambda trial: _drop(trial, "gauge.frequency_min_hz", "gauge.frequency_max_hz"),
}


def _drop(trial: TrialResult, low: str, high: str) -> float | None:
    share = _ratio(trial.deltas.get(low), trial.deltas.get(high))
    return None if share is None else 1 - share
