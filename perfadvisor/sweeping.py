"""What to sweep over, in the words of a user: `queue_depth=1..256` and `p99=500us`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.errors import InputError
from perfadvisor.model.result import WAYS
from perfadvisor.model.workload import Workload
from perfadvisor.specs.readers import bytes_of
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.parameters import complaints
from perfadvisor.varying import varied

ALIASES = {
    "queue_depth": "iodepth",
    "depth": "iodepth",
    "jobs": "numjobs",
    "block_size": "block_size_bytes",
    "flows": "streams",
    "length": "length_bytes",
    "window": "window_bytes",
}
MOST_VALUES = 40
EXAMPLE = "perfadvisor sweep storage/randread-4k-qd32 --over queue_depth=1..256"
_TARGET = re.compile(r"(p50|p90|p95|p99|p995|p999|p9999)=(\d{1,9}(?:\.\d{1,6})?)(ns|us|ms|s)", re.ASCII)
_NS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """One parameter, by its name in workload files, and its values in ascending order."""

    parameter: str
    values: tuple[int, ...]

    def of(self, workload: Workload) -> tuple[Workload, ...]:
        """The workload with each of the values."""
        return tuple(varied(workload, {self.parameter: value}) for value in self.values)


@dataclass(frozen=True, kw_only=True, slots=True)
class LatencyTarget:
    """A latency that must not be exceeded: the sample that tells it, and the most nanoseconds."""

    metric: str
    most_ns: float


def read_sweep(text: str, workload: Workload) -> Sweep:
    """ "queue_depth=1..256" doubles from 1 to 256; "block_size=4k,64k" lists. InputError for a parameter that the
    workload's tool does not have, or that is not a number, and for values it cannot have."""
    name, _, words = text.partition("=")
    parameter, known = ALIASES.get(name, name), TOOLS[workload.tool].PARAMETERS
    problem = next((why for _, why in complaints(known, {parameter: 0}) if parameter not in known), "")
    if problem:
        raise InputError(f"--over {text}: {problem}", EXAMPLE)
    if known[parameter].type is not int:
        raise InputError(f"--over {text}: `{parameter}` is not a number", EXAMPLE)
    values = tuple(sorted(set(_values(text, words))))
    wrong = next((why for value in values if (why := known[parameter].complaint(value))), "")
    if wrong:
        raise InputError(f"--over {text}: `{parameter}` {wrong}", EXAMPLE)
    if not 1 < len(values) <= MOST_VALUES:
        raise InputError(f"--over {text}: {len(values)} values; give from 2 to {MOST_VALUES}", EXAMPLE)
    return Sweep(parameter=parameter, values=values)


def _values(text: str, words: str) -> Iterator[int]:
    for word in words.split(","):
        low, dots, high = word.partition("..")
        try:
            first, last = bytes_of(low), bytes_of(high if dots else low)
        except ValueError:
            raise InputError(f"--over {text}: {word!r} is neither a number nor a range", EXAMPLE) from None
        yield last
        while first < last:
            yield first
            first *= 2


def read_target(text: str, workload: Workload) -> LatencyTarget:
    """ "p99=500us" of the direction that the workload's first metric is about. InputError for another form, or where
    its tool tells no latency percentiles."""
    match = _TARGET.fullmatch(text)
    if match is None:
        raise InputError(f"--slo {text}: should be a percentile with a time", "--slo p99=500us")
    way = workload.metrics[0].partition(".")[0]
    metric = f"{way}.lat_{match[1]}"
    if way not in WAYS or metric not in TOOLS[workload.tool].METRICS:
        raise InputError(f"--slo {text}: {workload.id} tells no latency percentiles", "choose a storage workload")
    return LatencyTarget(metric=metric, most_ns=float(match[2]) * _NS[match[3]])
