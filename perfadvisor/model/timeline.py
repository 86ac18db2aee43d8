"""How a trial went within itself: its rate each second, and where that fell for a moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from perfadvisor.model.units import Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialSecond:
    """One second: when, the tool's rate, and by name what else was counted meanwhile (`other_cpus`, `steal_cpus`,
    `waiting_cpus`, `wrote` in bytes per second, `frequency_hz`, `stopped` threads of the tool, `retransmits`)."""

    start_s: float
    end_s: float
    rate: float
    seen: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dip:
    """A stretch in which the rate fell: when it began and how long it lasted, in seconds of the trial, the share of the
    usual rate that was lost, and what moved meanwhile, in words; () where nothing that was read did."""

    start_s: float
    seconds: float
    lost_share: float
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """`rates` are of the steps between `edges_s`, in seconds since the trial began; there is one edge more."""

    edges_s: tuple[float, ...]
    rates: tuple[float, ...]
    unit: Unit
    dips: tuple[Dip, ...] = ()
