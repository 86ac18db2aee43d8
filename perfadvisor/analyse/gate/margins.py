"""How much of a difference matters: a margin for each kind of metric, never below what the host's noise can tell."""

from dataclasses import replace

from perfadvisor.model.gate import MetricPolicy

THROUGHPUT, MEDIAN_LATENCY_OR_IOPS, TAIL_LATENCY = 0.03, 0.05, 0.10
FLOOR_FACTOR = 1.5
TAILS = ("p95", "p99", "p999", "p9999", "jitter", "max")


def percent(share: float) -> str:
    """0.05 as `5 %`."""
    return f"{100 * share:.3g} %"


def default_margin(metric: str, unit: str) -> float:
    """10 % for tail latencies, 5 % for IOPS and other latencies, 3 % for the rest (throughput)."""
    name = metric.lower()
    if any(name.endswith(tail) or f"_{tail}" in name for tail in TAILS):
        return TAIL_LATENCY
    if unit in ("iops", "ns", "us", "ms", "s") or "iops" in name or "lat" in name:
        return MEDIAN_LATENCY_OR_IOPS
    return THROUGHPUT


def least_margin(noise_floor: float) -> float:
    """The smallest margin a host with this noise floor can hold up."""
    return FLOOR_FACTOR * noise_floor


def raised(policy: MetricPolicy) -> tuple[MetricPolicy, str]:
    """The policy with its margin raised to the noise floor's least, and a note where that was needed."""
    least = least_margin(policy.noise_floor or 0.0)
    if policy.margin >= least:
        return policy, ""
    note = f"margin raised from {percent(policy.margin)} to {percent(least)}, because of this host's own noise"
    return replace(policy, margin=least), note
