"""Latency distributions of several fio jobs as one: exact where json+ gave the bins, else the worst job's."""

from collections import Counter
from collections.abc import Sequence

from perfadvisor.model.result import Histogram
from perfadvisor.tools.fio_document import FioDirection, FioLatency

SHOWN = (50.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.99)
_EXACT_BELOW = 128  # fio's stat.h: values below 2 * 64 have a bin each, from there on 64 bins for every power of two


def mean_ns(ways: Sequence[FioDirection], kind: str) -> float | None:
    """The mean over all I/Os of all jobs, None where a job that did I/O does not say."""
    held = [(way.taken[kind], way.total_ios) for way in ways if kind in way.taken]
    pairs = [(latency.mean_ns, latency.count or ios) for latency, ios in held]
    known = [(mean, count) for mean, count in pairs if mean is not None and count]
    total = sum(count for _, count in known)
    return sum(mean * count for mean, count in known) / total if total and len(known) == len(ways) else None


def percentiles_ns(ways: Sequence[FioDirection], kind: str) -> dict[float, float]:
    """The percentiles shown, of all jobs together."""
    held = [way.taken[kind] for way in ways if kind in way.taken]
    if len(held) == 1:
        return {at: value for at, value in held[0].percentiles_ns.items() if at in SHOWN}
    bins = merged_bins(held)
    if bins:
        return {at: value for at in SHOWN if (value := percentile(bins, at)) is not None}
    common = set.intersection(*(set(one.percentiles_ns) for one in held)) if held else set()
    return {at: max(one.percentiles_ns[at] for one in held) for at in SHOWN if at in common}


def merged_bins(held: Sequence[FioLatency]) -> Counter[int]:
    """The bins of all together; empty where one of them has none."""
    total: Counter[int] = Counter()
    for one in held:
        if not one.bins:
            return Counter()
        total.update(one.bins)
    return total


def percentile(bins: Counter[int], at: float) -> float | None:
    """As fio's calc_clat_percentiles: the first bin by which that share of the I/Os had completed."""
    wanted, seen = at / 100 * bins.total(), 0
    for middle in sorted(bins):
        seen += bins[middle]
        if seen >= wanted:
            return float(middle)
    return None


def histogram(metric: str, ways: Sequence[FioDirection], kind: str) -> Histogram | None:
    """The distribution with upper bin edges, None where fio printed no bins."""
    bins = merged_bins([way.taken[kind] for way in ways if kind in way.taken])
    if not bins:
        return None
    middles = sorted(bins)
    return Histogram(
        metric=metric,
        edges_ns=tuple(float(upper_edge(middle)) for middle in middles),
        counts=tuple(bins[middle] for middle in middles),
    )


def upper_edge(middle: int) -> int:
    """The end of the bin whose middle fio prints (plat_idx_to_val in stat.c)."""
    if middle < _EXACT_BELOW:
        return middle + 1
    return middle + (1 << (middle.bit_length() - 7)) // 2
