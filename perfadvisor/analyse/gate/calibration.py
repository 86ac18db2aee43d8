"""What a gate can tell on this host: run one thing against itself, and see how often it would raise a false
alarm."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from perfadvisor.analyse.gate.compare import judge
from perfadvisor.analyse.gate.margins import least_margin
from perfadvisor.analyse.statistics.effect import log_margin, quantile
from perfadvisor.analyse.statistics.paired import paired_effect
from perfadvisor.analyse.statistics.robust import Floats, is_bimodal
from perfadvisor.analyse.statistics.sequential import FIXED_ALPHA
from perfadvisor.errors import InputError
from perfadvisor.model.gate import MetricPolicy, Runs, Verdict

FEWEST_PAIRS = 5
SIZES = (5, 10, 20)
POWER = 0.8
FLOOR_PAIRS = 10
SHUFFLES = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibrated:
    """One metric on one host. `noise_floor` is the difference two equal sides of 10 pairs show by chance (one standard
    error), `least_margin` what a gate can hold up, `false_alarms` the share of relabelled A/A comparisons that claim a
    regression at `margin`, `detectable` pairs -> smallest worsening seen with 80 % power; all relative."""

    id: str
    pairs: int
    margin: float
    noise_floor: float
    least_margin: float
    false_alarms: float
    detectable: Mapping[int, float]
    bimodal: bool


def calibrated(runs: Runs, policy: MetricPolicy, seed: int) -> Calibrated:
    """`runs` holds fresh runs of one thing in the order they ran; neighbours are pairs. InputError for too few of them,
    or values that have no logarithm."""
    values = np.array(runs.values)
    pairs = values.size // 2
    if pairs < FEWEST_PAIRS:
        raise InputError(f"{runs.workload}/{runs.metric}: {pairs} pairs; calibrating needs at least {FEWEST_PAIRS}")
    if not np.isfinite(values).all() or (values <= 0).any():
        raise InputError(f"{runs.workload}/{runs.metric}: only positive numbers can be calibrated")
    logs = np.log(values[: 2 * pairs].reshape(pairs, 2))
    differences = logs[:, 1] - logs[:, 0]
    spread = float(differences.std(ddof=1))
    floor = spread / FLOOR_PAIRS**0.5
    return Calibrated(
        id=f"{runs.workload}/{runs.metric}",
        pairs=pairs,
        margin=policy.margin,
        noise_floor=floor,
        least_margin=least_margin(floor),
        false_alarms=_false_alarms(differences, policy.margin, seed),
        detectable={n: _detectable(spread, n, max(policy.margin, least_margin(floor))) for n in SIZES},
        bimodal=is_bimodal(logs.ravel()),
    )


def _false_alarms(differences: Floats, margin: float, seed: int) -> float:
    """Both sides of every pair are the same thing, so each pair may be relabelled at will."""
    chance = np.random.default_rng(seed)
    zeros = np.zeros(differences.size)
    flips = chance.choice([-1.0, 1.0], size=(SHUFFLES, differences.size))
    alarms = sum(
        judge(paired_effect(zeros, flip * differences), margin, FIXED_ALPHA) is Verdict.REGRESSION for flip in flips
    )
    return alarms / SHUFFLES


def _detectable(spread: float, pairs: int, margin: float) -> float:
    """The relative worsening whose interval lies beyond the margin in 80 % of comparisons of this many pairs."""
    error = spread / pairs**0.5
    return float(1 - np.exp(-(log_margin(margin) + (quantile(pairs - 1, FIXED_ALPHA) + float(ndtri(POWER))) * error)))
