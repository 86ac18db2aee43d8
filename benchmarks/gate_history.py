"""G4 and G6: change points in simulated histories, at once and push by push."""

from collections.abc import Iterable

import numpy as np
from numpy.random import Generator

from benchmarks.gate_noise import PROFILES, Floats, noise
from benchmarks.gate_score import NEAR, Score, Table, percent
from perfadvisor.analyse.gate.history import AlertPolicy, changes_of
from perfadvisor.analyse.statistics.changepoints import LevelChange, change_points
from perfadvisor.model.history import ChangeKind, Series, SeriesChange, SeriesKey

LOOK_BACK = 120
KINDS = ("suspected", "confirmed")


def places(cuts: Iterable[LevelChange], kind: str) -> list[int]:
    """Where the cuts are; all of them are suspected."""
    return [cut.index for cut in cuts if kind == "suspected" or cut.confirmed]


def simulated(table: Table, chance: Generator, series: int, quiet_series: int) -> None:
    """G4: series of 300 points, equal throughout or with two steps."""
    alarms = dict.fromkeys(KINDS, 0)
    for profile in PROFILES:
        for _ in range(quiet_series):
            cuts = change_points(np.exp(noise(chance, profile, 300)))
            for kind in KINDS:
                alarms[kind] += bool(places(cuts, kind))
    for kind in KINDS:
        share = alarms[kind] / (quiet_series * len(PROFILES))
        what = f"{kind}: A/A series of 300 with an alarm, {quiet_series} a profile"
        table.add("G4", what, percent(share, 2), "<= 1 %", share <= 0.01)
    for step, least in ((0.02, 0.0), (0.05, 0.78), (0.10, 0.92)):
        scores = {kind: Score() for kind in KINDS}
        for profile in PROFILES:
            for _ in range(series):
                _two_steps(chance, profile, step, scores)
        for kind, score in scores.items():
            figure = f"P {score.precision:.2f} R {score.recall:.2f} F1 {score.f1:.3f}"
            table.add(
                "G4",
                f"{kind}: two steps of {step:.0%}",
                figure,
                f"F1 >= {least}" if least else "",
                score.f1 >= least if least else None,
            )


def _two_steps(chance: Generator, profile: str, step: float, scores: dict[str, Score]) -> None:
    logs = noise(chance, profile, 300)
    true = int(chance.integers(30, 135)), int(chance.integers(165, 270))
    for index in true:
        logs[index:] += np.log1p(step) * chance.choice([-1, 1])
    cuts = change_points(np.exp(logs))
    for kind, score in scores.items():
        score.add(true, places(cuts, kind))


def pushed(logs: Floats, end: int, margin: float = 0.03) -> tuple[SeriesChange, ...]:
    """The alerting changes that a check after the point before `end` reports."""
    seen = logs[max(end - LOOK_BACK, 0) : end]
    series = Series(
        key=SeriesKey(workload="w"),
        unit="",
        better="higher",
        values=tuple(np.exp(seen)),
        times=tuple(float(i) for i in range(end - seen.size, end)),
        commits=("",) * seen.size,
    )
    return tuple(change for change in changes_of(series, AlertPolicy(margin_of=lambda _: margin)) if change.alerting)


def replay(table: Table, chance: Generator, series: int, pushes: int) -> None:
    """G6: false alerts a thousand pushes, each change reported once a kind."""
    for profile in PROFILES:
        counts = dict.fromkeys(KINDS, 0)
        for _ in range(series):
            logs = noise(chance, profile, LOOK_BACK + pushes)
            told: dict[str, list[float]] = {kind: [] for kind in KINDS}
            for end in range(LOOK_BACK + 1, LOOK_BACK + pushes + 1):
                _tell(pushed(logs, end), told)
            for kind in KINDS:
                counts[kind] += len(told[kind])
        for kind, most in (("suspected", 2.0), ("confirmed", 0.5)):
            rate = 1000 * counts[kind] / (series * pushes)
            what = f"{kind}: false alerts per 1,000 pushes, {profile}, {series * pushes} pushes"
            table.add("G6", what, f"{rate:.2f}", f"<= {most}", rate <= most)


def _tell(changes: tuple[SeriesChange, ...], told: dict[str, list[float]]) -> None:
    for change in changes:
        for kind in KINDS if change.kind is ChangeKind.CONFIRMED else KINDS[:1]:
            if all(abs(change.time - time) > NEAR for time in told[kind]):
                told[kind].append(change.time)


def delays(table: Table, chance: Generator, repeats: int) -> None:
    """G6: pushes after a step until an alert within 5 points of it; 0 is the push that brought it."""
    for profile, step in (("typical", 0.05), ("typical", 0.10), ("quiet", 0.02), ("quiet", 0.05)):
        waits: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for _ in range(repeats):
            for kind, wait in _delay(chance, profile, step).items():
                waits[kind].append(wait)
        for kind, found in waits.items():
            middle, most = np.percentile(found, [50, 90], method="higher")
            missed = np.isinf(found).mean()
            goal = _goal(profile, step, kind, float(middle), float(most))
            figure = f"{middle:.0f} / {most:.0f} / {percent(float(missed), 0)}"
            table.add("G6", f"{kind}: {profile}, {step:.0%}: delay median / p90 / missed in 40", figure, *goal)


def _goal(profile: str, step: float, kind: str, middle: float, most: float) -> tuple[str, bool | None]:
    if (profile, step) != ("typical", 0.10):
        return "", None
    if kind == "suspected":
        return "median <= 4, p90 <= 6", middle <= 4 and most <= 6
    return "median <= 10", middle <= 10


def _delay(chance: Generator, profile: str, step: float) -> dict[str, float]:
    logs = noise(chance, profile, LOOK_BACK + 40)
    logs[LOOK_BACK:] -= np.log1p(step)
    found = dict.fromkeys(KINDS, float("inf"))
    for end in range(LOOK_BACK + 1, LOOK_BACK + 41):
        told: dict[str, list[float]] = {kind: [] for kind in KINDS}
        _tell(pushed(logs, end, margin=min(0.03, step / 2)), told)
        for kind in KINDS:
            if np.isinf(found[kind]) and any(abs(time - LOOK_BACK) <= NEAR for time in told[kind]):
                found[kind] = end - 1 - LOOK_BACK
        if np.isfinite(list(found.values())).all():
            break
    return found
