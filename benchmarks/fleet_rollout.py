"""Coverage of the interval of a rollout's effect, over simulated rollouts with a planted gain and with none.

Hosts differ by 20 %, and each moves by 3 % from before to after, some of them three times as much; everything moved by
up to 20 % meanwhile. `python -m benchmarks.fleet_rollout [ROLLOUTS]`.
"""

import sys
from math import sqrt

import numpy as np

from benchmarks.gate_score import percent
from perfadvisor.analyse.fleet.rollout import NO_DIFFERENCE, rollout
from perfadvisor.model.fleet import FleetCell, HostRecord

ROLLOUTS = 200
SIZES = ((4, 4), (8, 24), (40, 160))  # changed and untouched hosts
GAINS = (1.0, 1.05, 0.9)
PROMISE = 0.95


def record(host: str, value: float) -> HostRecord:
    """A host with one result."""
    cell = FleetCell("simulated", "local", "iops", "", "higher", value, value, value, 0.95, 5, "VALID")
    return HostRecord(host=host, source="", content="", cells=(cell,))


def one(seed: int, gain: float, changed: int, untouched: int) -> tuple[bool, bool]:
    """Whether the interval of one simulated rollout holds the gain, and whether an effect is shown."""
    chance = np.random.default_rng(seed)
    names = [f"h{i}" for i in range(changed + untouched)]
    picked = frozenset(names[:changed])
    level = dict(zip(names, np.exp(chance.normal(np.log(1e5), 0.2, len(names))), strict=True))
    wild = np.where(chance.random(len(names)) < 0.1, 3.0, 1.0)
    moved = np.exp(wild * chance.normal(0, 0.03, len(names)) + chance.normal(0, 0.1))
    after = {name: level[name] * float(moved[i]) * (gain if name in picked else 1.0) for i, name in enumerate(names)}
    found = rollout(
        [record(name, value) for name, value in level.items()],
        [record(name, value) for name, value in after.items()],
        picked,
    )[0]
    return found.low <= gain <= found.high, found.verdict != NO_DIFFERENCE


def main() -> None:
    """The table; exit code 1 where the coverage is below its promise by more than chance explains."""
    rollouts = int(sys.argv[1]) if len(sys.argv) > 1 else ROLLOUTS
    least = PROMISE - 2 * sqrt(PROMISE * (1 - PROMISE) / rollouts)
    missed = False
    print(f"{'changed':>8} {'untouched':>10} {'gain':>6} {'coverage':>9} {'shown':>7}   of {rollouts} rollouts each")
    for changed, untouched in SIZES:
        for gain in GAINS:
            results = [one(seed, gain, changed, untouched) for seed in range(rollouts)]
            covered, shown = (sum(column) / rollouts for column in zip(*results, strict=True))
            missed |= covered < least
            print(f"{changed:8} {untouched:10} {gain:6.2f} {percent(covered):>9} {percent(shown):>7}")
    print(f"goal: 95 %, at least {percent(least)} by chance: {'MISSED' if missed else 'met'}")
    sys.exit(missed)


if __name__ == "__main__":
    main()
