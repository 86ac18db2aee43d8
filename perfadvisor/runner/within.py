"""The seconds of a trial that just ran: from iperf3's own intervals, or from what its disk moved."""

from collections.abc import Iterator, Sequence

from perfadvisor.analyse.results.dips import timeline
from perfadvisor.facts.trial import gauges, steps
from perfadvisor.model.result import IoPath, Output
from perfadvisor.model.timeline import Timeline, TrialSecond
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial
from perfadvisor.tools.iperf3_text import take_apart

START_S = 1.0  # of the measured time: programs start, connections open, and a busy machine takes long to do it
OWN_SHARE = 0.5  # of the tool's bytes that the disk must have moved; the rest came out of memory
_WAYS = ("read", "write")


def of_trial(
    trial: Trial, tool: str, path: IoPath, output: Output, stdout: bytes, rows: Sequence[gauges.Row]
) -> Timeline | None:
    """The trial's seconds and dips; None where they are not known, or are too few."""
    if tool == "iperf3":
        return timeline(list(_measured(_intervals(stdout, rows), trial)), Unit.BITS_PER_SECOND)
    ways = [way for way in _WAYS if _bytes(output, way)]
    if not path.block or not ways:
        return None
    found = list(_measured(steps.of_disk(rows, ways), trial))
    own = sum(_bytes(output, way) for way in ways) / trial.runtime_s if trial.runtime_s > 0 else 0.0
    if not found or sum(step.rate for step in found) / len(found) < OWN_SHARE * own:
        return None
    return timeline(found, Unit.BYTES_PER_SECOND, reads_only=ways == ["read"])


def _bytes(output: Output, way: str) -> float:
    value = output.details.get(f"{way}_io_bytes", 0)
    return float(value) if isinstance(value, int | float) else 0.0


def _measured(found: Iterator[TrialSecond], trial: Trial) -> Iterator[TrialSecond]:
    """Those that lie within the measured time."""
    first, last = trial.warmup_s + START_S, trial.warmup_s + trial.runtime_s
    return (step for step in found if step.start_s >= first and step.end_s <= last + 0.01)


def _intervals(stdout: bytes, rows: Sequence[gauges.Row]) -> Iterator[TrialSecond]:
    """Those of iperf3, a second each from its start on, of all its processes, with the nearest readings of the machine
    beside them."""
    intervals = zip(*(run.intervals for run in take_apart(stdout).runs), strict=False)
    for number, same in enumerate(intervals):
        rates = [one.bits_per_s for one in same if one.bits_per_s is not None]
        again = [one.retransmits for one in same if one.retransmits is not None]
        if len(rates) < len(same):
            continue
        yield TrialSecond(
            start_s=float(number),
            end_s=number + 1.0,
            rate=sum(rates),
            seen={**steps.beside(rows, number, number + 1.0), **({"retransmits": float(sum(again))} if again else {})},
        )
