"""The boots so far, judged as pairs that were measured in turns, at the planned looks and only there."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from perfadvisor.analyse.gate.gate import PolicyOf
from perfadvisor.gating.boots.model import Boot, State
from perfadvisor.gating.boots.stepping import differences
from perfadvisor.gating.interleave import interleaved
from perfadvisor.model.gate import GateReport, Side


class _MoreError(Exception):
    """Another boot is needed."""


def judged(state: State, policy_of: PolicyOf, acknowledged: Mapping[str, str] | None = None) -> GateReport | None:
    """The judgement where it is settled or all pairs are there; None where boots are missing. The boots are replayed
    through the very looks that they were planned for, so a restart changes nothing about the levels."""
    left = iter(state.boots)
    try:
        report = interleaved(
            lambda name: _next(left, name),
            state.plan.names,
            policy_of,
            most=state.plan.pairs,
            acknowledged=acknowledged,
        )
    except _MoreError:
        return None
    return replace(report, notes=(*report.notes, *_notes(state)))


def _next(left: Iterator[Boot], name: str) -> Side:
    boot = next(left, None)
    if boot is None:
        raise _MoreError
    return boot.as_side(name)


def _notes(state: State) -> Iterator[str]:
    """What started otherwise on the other side, and what gave nothing."""
    first = {one.side: one.machine for one in reversed(state.boots)}
    moved = differences(first.get(0, {}), first.get(1, {}))
    yield from moved or ("nothing that is read of a machine differs between the sides",)
    yield f"each value is the median of {state.plan.runs} fresh runs in a boot of its own"
    for lost in state.lost:
        yield f"a boot gave nothing: {lost.why}"
