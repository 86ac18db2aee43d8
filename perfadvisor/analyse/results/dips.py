"""Seconds in which a trial was slower than it otherwise is, and what moved in just these seconds.

A dip is a rate far below that of the trial's other seconds: by a share that people care about, and by so much that at
most one in a hundred trials without a dip seems to have one, where seconds scatter by up to a tenth, and one in twenty
where they scatter by a fifth. What moved is what rose, or fell, against the median of the seconds outside the dips. It
is found together with the dip; that it is the cause is likely, not proved.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from math import sqrt
from statistics import NormalDist, median

from perfadvisor.formatting import quantity
from perfadvisor.model.timeline import Dip, Timeline, TrialSecond
from perfadvisor.model.units import Unit

FEWEST = 5  # seconds; with fewer nothing can be called usual
LOST = 0.3  # judgement: virtual disks waver by a tenth or two from second to second
FALSE_SHARE = 0.005  # of trials without a dip; what comes of it: benchmarks/dip_noise.py
ORDINARY = 0.08  # judgement: the scatter that is taken for granted
ORDINARY_SECONDS = 4  # judgement: more seconds than that of a trial outweigh it
APART = 3  # seconds for each dip at least: with more dips than that it wavers
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
    """A rate that falls again and again has no dips, but wavers."""
    floor = _floor([step.rate for step in steps])
    plain = [step for step in steps if step.rate >= floor]
    low = [list(group) for is_low, group in groupby(steps, key=lambda step: step.rate < floor) if is_low]
    if APART * len(low) <= len(steps):
        usual = median(step.rate for step in plain)
        yield from (_dip(group, plain, usual, reads_only=reads_only) for group in low)


def _floor(rates: Sequence[float]) -> float:
    """The rate below which a second belongs to a dip. It is taken without the slowest third of the trial: a dip in a
    short trial, with the seconds in which it began and ended, would hide in its own scatter. Dips lower rates, so the
    scatter is that of the upper half; few seconds tell it badly, therefore what is ordinary counts as some more."""
    length = -(-len(rates) // 3)
    first = min(range(len(rates) - length + 1), key=lambda at: sum(rates[at : at + length]))
    rest = sorted([*rates[:first], *rates[first + length :]])
    usual, upper = median(rest), rest[(len(rest) + 1) // 2 :]
    squares = ORDINARY_SECONDS * (ORDINARY * usual) ** 2 + sum((rate - usual) ** 2 for rate in upper)
    known = ORDINARY_SECONDS + len(upper)
    scatter = sqrt(squares / known)
    return min((1 - LOST) * usual, usual - _far(known, FALSE_SHARE / len(rates)) * scatter)


def _far(known: int, share: float) -> float:
    """Student's t that this share of values lies beyond, on one side (Abramowitz and Stegun, 26.7.5)."""
    z = NormalDist().inv_cdf(1 - share)
    return z + (z**3 + z) / (4 * known) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * known**2)


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
