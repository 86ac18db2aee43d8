"""What a change gave: each changed host against itself, and all of them against untouched ones.

Difference in differences on logarithms. What moved everything at once (season, load, a new kernel everywhere) falls
out, because the untouched hosts moved as well.
"""

from collections.abc import Iterable, Mapping
from math import exp, log

import numpy as np

from perfadvisor.analyse.statistics.unpaired import unpaired_effect
from perfadvisor.model.fleet import FleetCell, HostRecord, RolloutEffect
from perfadvisor.model.result import Trust

FEWEST = 3  # hosts of each kind, below which there is no interval
ALPHA = 0.05
NO_DIFFERENCE = "no difference shown"

_Where = tuple[str, str, str]
_Cells = dict[_Where, FleetCell]


def rollout(
    before: Iterable[HostRecord], after: Iterable[HostRecord], changed: frozenset[str]
) -> tuple[RolloutEffect, ...]:
    """The effect on every metric that at least three changed and three untouched hosts have before and after."""
    first, second = _by_host(before), _by_host(after)
    moves: dict[_Where, tuple[list[float], list[float]]] = {}
    better: dict[_Where, str] = {}
    for host in first.keys() & second.keys():
        for where, cell in first[host].items():
            later = second[host].get(where)
            if later is not None:
                moves.setdefault(where, ([], []))[host in changed].append(log(later.median / cell.median))
                better[where] = cell.better
    found = (_effect(where, better[where], *moves[where]) for where in sorted(moves))
    return tuple(one for one in found if one is not None)


def _by_host(records: Iterable[HostRecord]) -> Mapping[str, _Cells]:
    return {
        record.host: {
            (cell.workload, cell.environment, cell.metric): cell
            for cell in record.cells
            if Trust(cell.trust).sound and cell.median > 0
        }
        for record in records
    }


def _effect(where: _Where, better: str, untouched: list[float], changed: list[float]) -> RolloutEffect | None:
    if min(len(untouched), len(changed)) < FEWEST:
        return None
    effect = unpaired_effect(np.array(untouched), np.array(changed))
    reach = effect.half_width(ALPHA)
    low, high = exp(effect.gain - reach), exp(effect.gain + reach)
    return RolloutEffect(
        workload=where[0],
        environment=where[1],
        metric=where[2],
        better=better,
        ratio=exp(effect.gain),
        low=low,
        high=high,
        changed=len(changed),
        untouched=len(untouched),
        verdict=_verdict(low, high, better),
    )


def _verdict(low: float, high: float, better: str) -> str:
    if low <= 1 <= high:
        return NO_DIFFERENCE
    if not better:
        return "changed"
    return "better" if (low > 1) == (better == "higher") else "worse"
