"""Seconds in which a trial was slower than it otherwise is, and what moved in just these seconds.

A dip is a rate far below the median of the trial's own seconds: by a share that people care about, and by more than its
ordinary scatter. What moved is what rose, or fell, against the median of the seconds outside the dips. It is found
together with the dip; that it is the cause is likely, not proved.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from statistics import median

from perfadvisor.formatting import quantity
from perfadvisor.model.timeline import Dip, Timeline, TrialSecond
from perfadvisor.model.units import Unit

FEWEST = 5  # seconds; with fewer nothing can be called usual
LOST = 0.3  # judgement: virtual disks waver by a tenth or two from second to second
SCATTERS = 3.0  # robust standard deviations of the other seconds
APART = 3  # seconds for each dip at least: with more dips than that it wavers
TO_SIGMA = 1.4826  # of the median absolute deviation of normal noise
MORE_CPUS = 0.3  # judgement, of other programs or of waiting
MORE_STEAL = 0.1
LEAST_WRITTEN = 4e6  # bytes per second
WRITTEN_SHARE = 0.1  # of the tool's own rate
FREQUENCY = 0.8
LEAST_RETRANSMITS = 10

Cause = Callable[[float, float, float], str]  # what it was in the dip, what it usually is, the usual rate


def timeline(steps: Sequence[TrialSecond], unit: Unit, *, reads_only: bool = False) -> Timeline | None:
    """The seconds of a trial with their dips; None where there are too few. With `reads_only`, writes on its disk are
    another program's."""
    if len(steps) < FEWEST:
        return None
    found = tuple(_dips(steps, reads_only=reads_only))
    edges = (*(round(step.start_s, 2) for step in steps), round(steps[-1].end_s, 2))
    return Timeline(edges_s=edges, rates=tuple(float(f"{step.rate:.4g}") for step in steps), unit=unit, dips=found)


def _dips(steps: Sequence[TrialSecond], *, reads_only: bool) -> Iterator[Dip]:
    """What is usual, and how far it scatters, is taken from the seconds that are not far below the median: in a short
    trial a dip would hide itself in its own scatter. A rate that falls again and again has no dips, but wavers."""
    middle = median(step.rate for step in steps)
    rest = [step.rate for step in steps if step.rate >= (1 - LOST) * middle]
    if middle <= 0 or not rest:
        return
    usual = median(rest)
    scatter = TO_SIGMA * median(abs(rate - usual) for rate in rest)
    floor = min((1 - LOST) * usual, usual - SCATTERS * scatter)
    plain = [step for step in steps if step.rate >= floor]
    low = [list(group) for is_low, group in groupby(steps, key=lambda step: step.rate < floor) if is_low]
    if APART * len(low) <= len(steps):
        yield from (_dip(group, plain, usual, reads_only=reads_only) for group in low)


def _dip(low: Sequence[TrialSecond], plain: Sequence[TrialSecond], usual: float, *, reads_only: bool) -> Dip:
    return Dip(
        start_s=round(low[0].start_s, 2),
        seconds=round(low[-1].end_s - low[0].start_s, 2),
        lost_share=round(1 - sum(step.rate for step in low) / len(low) / usual, 3),
        causes=tuple(_moved(low, plain, usual, reads_only=reads_only)),
    )


def _moved(
    low: Sequence[TrialSecond], plain: Sequence[TrialSecond], usual: float, *, reads_only: bool
) -> Iterator[str]:
    for name, cause in _CAUSES.items():
        inside = [step.seen[name] for step in low if name in step.seen]
        outside = [step.seen[name] for step in plain if name in step.seen]
        if not inside or not outside or (name == "wrote" and not reads_only):
            continue
        most = min(inside) if name == "frequency_hz" else max(inside)
        words = cause(most, median(outside), usual)
        if words:
            yield words


def _stopped(seen: float, before: float, _usual: float) -> str:
    return "the tool itself was stopped" if seen > before else ""


def _steal(seen: float, before: float, _usual: float) -> str:
    return f"the hypervisor gave {seen:.1f} CPUs to others (steal)" if seen - before >= MORE_STEAL else ""


def _wrote(seen: float, before: float, usual: float) -> str:
    more = seen - before >= max(LEAST_WRITTEN, WRITTEN_SHARE * usual)
    return f"the disk wrote {quantity(seen, Unit.BYTES_PER_SECOND)} for others (writeback)" if more else ""


def _others(seen: float, before: float, _usual: float) -> str:
    return f"other programs used {seen:.1f} CPUs" if seen - before >= MORE_CPUS else ""


def _retransmits(seen: float, before: float, _usual: float) -> str:
    return f"{seen:.0f} segments were sent again" if seen >= max(LEAST_RETRANSMITS, 3 * before) else ""


def _frequency(seen: float, before: float, _usual: float) -> str:
    slower = seen < FREQUENCY * before
    return f"the CPUs' clock fell to {quantity(seen, Unit.HERTZ)} (throttling)" if slower else ""


def _waiting(seen: float, before: float, _usual: float) -> str:
    return f"the tool waited for {seen:.1f} CPUs" if seen - before >= MORE_CPUS else ""


_CAUSES: dict[str, Cause] = {
    "stopped": _stopped,
    "steal_cpus": _steal,
    "wrote": _wrote,
    "other_cpus": _others,
    "retransmits": _retransmits,
    "frequency_hz": _frequency,
    "waiting_cpus": _waiting,
}
