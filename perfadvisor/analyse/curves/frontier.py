"""Which points of a curve are worth choosing: those that no other beats in throughput, latency and CPU time at once."""

from collections.abc import Sequence
from dataclasses import dataclass

SAME = 0.02  # judgement: a fiftieth of a figure is not better


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One value of the parameter: operations per second, and where known their median latency and the CPU time of each
    (in any unit, the same for all)."""

    value: int
    throughput: float
    latency: float | None = None
    cpu: float | None = None


def frontier(choices: Sequence[Choice]) -> tuple[int, ...]:
    """The values on the frontier, in the order given. Latency and CPU time count where every point has them; with
    throughput alone there is no choice to make, and no frontier."""
    latency = all(one.latency is not None for one in choices)
    cpu = all(one.cpu is not None for one in choices)
    if not choices or not (latency or cpu):
        return ()
    costs = [_costs(one, latency=latency, cpu=cpu) for one in choices]
    return tuple(
        one.value for one, own in zip(choices, costs, strict=True) if not any(_beats(other, own) for other in costs)
    )


def _costs(one: Choice, *, latency: bool, cpu: bool) -> tuple[float, ...]:
    """Each less the better."""
    found = [1 / one.throughput if one.throughput > 0 else float("inf")]
    found += [one.latency] if latency and one.latency is not None else []
    found += [one.cpu] if cpu and one.cpu is not None else []
    return tuple(found)


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Nowhere worse, and better by more than a fiftieth somewhere."""
    pairs = list(zip(one, other, strict=True))
    return all(mine <= theirs * (1 + SAME) for mine, theirs in pairs) and any(
        mine < theirs * (1 - SAME) for mine, theirs in pairs
    )
