"""Whether losses slowed a connection, from the line per second that iperf3 prints for people."""

import re
from collections.abc import Iterable
from itertools import pairwise
from statistics import median

from perfadvisor.tools.numbers import PRINTED

_SECOND = re.compile(
    rf"^\[ *(?P<id>\d+|SUM)\] +(?P<start>{PRINTED})-{PRINTED} +sec +{PRINTED} [KMGT]?Bytes +(?P<rate>{PRINTED}) "
    rf"(?P<unit>[KMGT]?)bits/sec +(?P<retransmits>[0-9]{{1,18}})(?: +{PRINTED} [KMG]?Bytes)?\s*$"
)
_SCALE = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_AS_FAST = 0.95  # of the second before: rates are printed with three digits and differ by some percent by themselves


def slowed(text: str) -> bool | None:
    """True where seconds with retransmissions were slower than the ones without just before them, in the median, and
    where there is no second without: every one of them was held back. None where no second with any follows one
    without: the rate without losses is then not known."""
    rates = list(_rates(text.splitlines()))
    if rates and all(some for _, some in rates):
        return True
    begun = [later / before for (before, none), (later, some) in pairwise(rates) if not none and some and before]
    return median(begun) < _AS_FAST if begun else None


def _rates(lines: Iterable[str]) -> Iterable[tuple[float, int]]:
    """(bits per second, retransmissions) of each second: of all streams where there are several."""
    rows = [match for line in lines if (match := _SECOND.match(line))]
    several = any(row["id"] == "SUM" for row in rows)
    for row in rows:
        if (row["id"] == "SUM") is several:
            yield float(row["rate"]) * _SCALE[row["unit"]], int(row["retransmits"])
