"""Noise to test a gate with: made up, with the profiles below, and real, from other projects' published histories.

The made-up profiles are a modelling choice. `iid` 3 % normal; `quiet` 1 %; `typical` 3 % with a memory of 0.2 and every
fiftieth run slower by 15 % on average; `noisy` 8 % with a memory of 0.4; `bimodal` 1 % around two levels 6 % apart,
three runs in ten on the faster one. Drift is what a machine does meanwhile: an AR(0.97)
as large as the profile's noise.
"""

import gzip
import json
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PROFILES = ("iid", "quiet", "typical", "noisy", "bimodal")
SIGMA = {"iid": 0.03, "quiet": 0.01, "typical": 0.03, "noisy": 0.08, "bimodal": 0.03}
SERIES = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "series"


def noise(chance: Generator, profile: str, n: int) -> Floats:
    """`n` logs of results without any change."""
    if profile == "iid":
        return chance.normal(size=n) * 0.03
    if profile == "quiet":
        return chance.normal(size=n) * 0.01
    if profile == "typical":
        slower = np.where(chance.random(n) < 0.02, chance.exponential(0.15, n), 0.0)
        return remembering(chance, n, 0.2) * 0.03 - slower
    if profile == "noisy":
        return remembering(chance, n, 0.4) * 0.08
    return chance.normal(size=n) * 0.01 + 0.06 * (chance.random(n) < 0.3)


def remembering(chance: Generator, n: int, memory: float) -> Floats:
    """An AR(1) of unit variance."""
    steps = chance.normal(size=n)
    found = np.empty(n)
    found[0] = steps[0]
    for i in range(1, n):
        found[i] = memory * found[i - 1] + np.sqrt(1 - memory**2) * steps[i]
    return found


def drift(chance: Generator, profile: str, n: int) -> Floats:
    """What the machine does to results meanwhile, in logs."""
    return remembering(chance, n, 0.97) * SIGMA[profile]


def real_series(name: str, least: int) -> list[Floats]:
    """Logs of the positive values of each published series with at least this many; none where the file is not here."""
    path = SERIES / name
    if not path.is_file():
        return []
    series = json.loads(gzip.decompress(path.read_bytes()))
    found = (np.array([value for *_, value in one["points"] if value > 0], dtype=np.float64) for one in series)
    return [np.log(values) for values in found if values.size >= least]


def quietest(series: Floats, n: int) -> Floats:
    """The stretch of `n` with the least spread: a level that stays, so that shuffling it makes a true null."""
    stretches = (series[start : start + n] for start in range(0, series.size - n + 1, 5))
    return min(stretches, key=lambda values: float(np.median(np.abs(values - np.median(values)))))
