"""Run two sides in turns, ABBA ABBA, look when planned, and stop as soon as the answer is clear."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from perfadvisor.analyse.gate.compare import FEWEST_RUNS
from perfadvisor.analyse.gate.gate import PolicyOf, gate
from perfadvisor.analyse.statistics.sequential import looks_up_to
from perfadvisor.errors import InputError
from perfadvisor.model.gate import GateReport, Look, Order, Runs, Side, Verdict

Key = tuple[str, str]
Measure = Callable[[str], Side]
Progress = Callable[[str], None]


@dataclass(slots=True)
class SideRuns:
    """One side's fresh runs so far: by metric the values of its rounds, and why which of them cannot be relied on."""

    name: str
    values: dict[Key, dict[int, float]] = field(default_factory=dict)
    kinds: dict[Key, Runs] = field(default_factory=dict)
    doubts: dict[Key, dict[int, str]] = field(default_factory=dict)
    rounds: int = 0

    def add(self, side: Side) -> None:
        """One more fresh run, with one value for each metric. InputError for more, or another unit than before."""
        for key, runs in side.runs.items():
            known = self.kinds.setdefault(key, runs)
            if (known.unit, known.better) != (runs.unit, runs.better):
                raise InputError(f"{'/'.join(key)}: its unit or direction changed from one run to the next")
            if len(runs.values) != 1:
                raise InputError(
                    f"{'/'.join(key)}: {len(runs.values)} rows from one run",
                    "one call of the command is one fresh run: write one row for each metric, its summary",
                )
            self.values.setdefault(key, {})[self.rounds] = runs.values[0]
            if key in side.invalid:
                self.doubts.setdefault(key, {})[self.rounds] = side.invalid[key]
        self.rounds += 1

    def side(self, partner: "SideRuns | None" = None) -> Side:
        """Everything so far, without the rounds that this side or its partner lacks or that cannot be relied on; a
        metric that this leaves with too few rounds is marked."""
        runs, invalid = {}, {}
        for key, values in self.values.items():
            bad = self.doubts.get(key, {}) | (partner.doubts.get(key, {}) if partner else {})
            common = values.keys() & partner.values.get(key, {}).keys() if partner else values.keys()
            sound = sorted(common - bad.keys())
            if bad and len(sound) < FEWEST_RUNS:
                why = next(iter(bad.values()))
                invalid[key] = f"{len(bad)} of {self.rounds} rounds cannot be relied on: {why}"
            lost = tuple(values[number] for number in sorted(self.doubts.get(key, {})))
            kept = tuple(values[number] for number in sound)
            runs[key] = replace(self.kinds[key], values=kept, left_out=lost)
        return Side(name=self.name, runs=runs, invalid=invalid)


def interleaved(
    measure: Measure,
    names: tuple[str, str],
    policy_of: PolicyOf,
    *,
    most: int,
    budget_s: float | None = None,
    progress: Progress = lambda _: None,
    acknowledged: Mapping[str, str] | None = None,
    clock: Callable[[], float] = time.monotonic,
    tests: int = 1,
    settled: Callable[[GateReport], bool] | None = None,
) -> GateReport:
    """Measure pairs up to the next look, judge, go on while a primary metric is undecided (or until `settled`) and
    pairs and time remain. With several `tests` that are to err together no oftener than one, each has its share of the
    level. Raises what `measure` raises, and InputError where `most` leaves no look at all."""
    looks = looks_up_to(most)
    if not looks:
        raise InputError(f"{most} pairs are too few", "the first look is at 5 pairs")
    sides = SideRuns(names[0]), SideRuns(names[1])
    seen: list[Look] = []
    report = GateReport(baseline=names[0], candidate=names[1], comparisons=())
    started = clock()
    for pairs, alpha in looks:
        if not _measured(measure, sides, pairs, progress, _deadline(started, budget_s), clock):
            return replace(report, looks=tuple(seen), notes=(*report.notes, f"stopped by the budget of {budget_s:g} s"))
        report = gate(
            sides[0].side(sides[1]),
            sides[1].side(sides[0]),
            policy_of,
            Order.PAIRED,
            alpha=alpha / tests,
            acknowledged=acknowledged,
        )
        seen.append(Look(pairs=pairs, alpha=alpha / tests, verdict=report.verdict))
        progress(f"{pairs} pairs: {report.verdict.value}")
        if (settled or _is_settled)(report):
            break
    return replace(report, looks=tuple(seen))


def _deadline(started: float, budget_s: float | None) -> float:
    return started + budget_s if budget_s is not None else float("inf")


def _measured(
    measure: Measure,
    sides: tuple[SideRuns, SideRuns],
    pairs: int,
    progress: Progress,
    deadline: float,
    clock: Callable[[], float],
) -> bool:
    """Whether the pairs could be measured before the deadline. Every other pair starts with the other side."""
    while sides[0].rounds < pairs:
        if clock() >= deadline:
            return False
        number = sides[0].rounds
        for side in sides if number % 2 == 0 else sides[::-1]:
            progress(f"pair {number + 1}: {side.name}")
            side.add(measure(side.name))
    return True


def _is_settled(report: GateReport) -> bool:
    return all(c.verdict is not Verdict.UNDECIDED for c in report.comparisons if c.primary)
