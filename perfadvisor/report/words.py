"""The words of the report: what marks, severities, metrics and confidences are called, and what they mean."""

from perfadvisor.analyse.rules.wording import general
from perfadvisor.model.result import Trust
from perfadvisor.model.rule import Confidence, Rule, Severity
from perfadvisor.model.workload import EnvironmentKind

SEVERITY_MEANS = {
    Severity.CRITICAL: "data or security at risk",
    Severity.HIGH: "often 20 % of performance or more, or something does not work",
    Severity.MEDIUM: "usually 5 to 20 %",
    Severity.LOW: "usually below 5 %",
    Severity.INFO: "good to know; nothing to change",
}

CONFIDENCE_MEANS = {
    Confidence.HINT: "only the settings show it; no measurement here confirms it yet",
    Confidence.LIKELY: "a measurement or counter of this machine agrees",
    Confidence.REFUTED: "its fix was measured on this machine and gave nothing",
    Confidence.CONFIRMED: "the experiment showed the effect on this machine",
}

TRUST_SIGN = {Trust.VALID: "✓", Trust.NOISY: "≈", Trust.INVALID: "✕", Trust.NOT_MEASURED: "○"}

TRUST_MEANS = {
    Trust.VALID: "nothing seen during the trials speaks against the number",
    Trust.NOISY: "right order of magnitude; too unsteady or disturbed for fine comparison",
    Trust.INVALID: "does not measure what it says; no finding rests on it",
    Trust.NOT_MEASURED: "there is no number; the reason stands beside it",
}

KIND_WORDS = {
    EnvironmentKind.BARE_METAL: "bare metal",
    EnvironmentKind.CONTAINER: "container",
    EnvironmentKind.VM: "virtual machine",
    EnvironmentKind.PASSTHROUGH_VM: "virtual machine with a passed-through device",
    EnvironmentKind.UNKNOWN: "kind unknown",
}

DEVICE_WORDS = {
    "storage": "Storage",
    "network": "Network",
    "memory": "Memory path",
    "dma": "DMA from storage into memory",
    "mapping": "Mapping memory for devices",
}

_METRIC_PARTS = {
    "iops": "operations",
    "bytes_per_s": "bandwidth",
    "bits_per_s": "throughput",
    "sent_bits_per_s": "sent",
    "lat": "latency",
    "lat_mean": "latency, mean",
    "clat": "completion latency",
    "clat_mean": "completion latency, mean",
    "slat_mean": "submission latency, mean",
    "chase": "latency of one load",
    "rtt_mean": "round trip, mean",
    "lost_share": "packets lost",
}
PERCENTILES = {
    "p50": "p50",
    "p90": "p90",
    "p95": "p95",
    "p99": "p99",
    "p995": "p99.5",
    "p999": "p99.9",
    "p9999": "p99.99",
}


def metric_words(metric: str) -> str:
    """`read.lat_p999` as `read latency p99.9`; an unknown metric keeps its name."""
    side, _, part = metric.rpartition(".")
    kind, _, last = part.rpartition("_")
    percentile = PERCENTILES.get(last)
    one = _METRIC_PARTS.get(part, part.replace("_", " "))
    words = f"{_METRIC_PARTS.get(kind, 'latency')} {percentile}" if percentile else one
    return f"{side.replace('.', ' ').replace('_', ' ')} {words}".strip()


def device_words(device: str) -> str:
    """The heading of a group of workloads."""
    return DEVICE_WORDS.get(device, device.replace("-", " ").capitalize() or "Other")


def lasts_words(lasts: str) -> str:
    """How long a fix lasts, as a sentence."""
    known = {"until-reboot": "Lasts until the next reboot.", "permanent": "Lasts.", "": ""}
    return known.get(lasts, f"Lasts: {lasts.replace('-', ' ')}.")


def general_title(rule: Rule) -> str:
    """A rule's title about nothing in particular."""
    return general(rule.title, rule.for_each)


def host_words(key: str) -> str:
    """What a part of the machine's identity is called."""
    known = {"name": "Host", "cpu": "CPU", "machine": "Machine id, hashed"}
    return known.get(key, key.replace("_", " ").capitalize())
