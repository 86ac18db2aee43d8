"""How even a fio job ran: what a rate limit is recognized by, and which latencies were not taken."""

from collections import Counter
from collections.abc import Mapping, Sequence

from perfadvisor.model.fact import Scalar
from perfadvisor.tools.fio_document import FioDirection, FioJob, FioLatency, FioRun
from perfadvisor.tools.fio_latency import percentile
from perfadvisor.tools.fio_options import is_set, merged

LOW, HIGH = 5.0, 95.0
_UNTIMED = ("gtod_reduce", "disable_lat", "disable_clat")
_RATES = ("rate", "rate_iops", "thinktime")


def details(jobs: Sequence[FioJob]) -> dict[str, Scalar]:
    """Of all jobs and directions together: the largest variation of the rate, the lowest 5th and the highest 95th
    percentile of latency, and the fastest I/O. What one of them does not say is left out."""
    ways = [way for job in jobs for way in job.directions if way.moved and way.name != "sync"]
    held = [_latency(way) for way in ways]
    found: dict[str, float | None] = {
        "rate_variation": _all([way.rate_variation for way in ways], largest=True),
        "latency_p5_ns": _all([_at(one, LOW) for one in held], largest=False),
        "latency_p95_ns": _all([_at(one, HIGH) for one in held], largest=True),
        "latency_min_ns": _all([one.min_ns if one else None for one in held], largest=False),
    }
    return {name: value for name, value in found.items() if value is not None}


def limits(run: FioRun, jobs: Sequence[FioJob]) -> dict[str, Scalar]:
    """The options that hold these jobs back on purpose (`rate_options`) and that took the latencies away
    (`latency_off`), as they were given."""
    options = merged(run, jobs[0]) if jobs else {}
    rates = " ".join(f"{name}={options[name]}" for name in _RATES if _positive(options, name))
    untimed = next((name for name in _UNTIMED if is_set(options, name)), "")
    return {**({"rate_options": rates} if rates else {}), **({"latency_off": f"{untimed}=1"} if untimed else {})}


def _positive(options: Mapping[str, str], name: str) -> bool:
    return any(part.strip("0") for part in options.get(name, "").split(","))


def _latency(way: FioDirection) -> FioLatency | None:
    """Total latency where its distribution is known, else that of completion."""
    held = [way.taken[kind] for kind in ("lat", "clat") if kind in way.taken]
    return next((one for one in held if one.bins or one.percentiles_ns), None)


def _at(one: FioLatency | None, at: float) -> float | None:
    if one is None:
        return None
    return one.percentiles_ns.get(at) or (percentile(Counter(one.bins), at) if one.bins else None)


def _all(values: Sequence[float | None], *, largest: bool) -> float | None:
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    return max(known) if largest else min(known)
