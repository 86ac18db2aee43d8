"""G5 and G7: real noise shuffled, with and without a step, and series that people marked."""

import json

import numpy as np
from numpy.random import Generator

from benchmarks.gate_history import KINDS, places
from benchmarks.gate_noise import SERIES, Floats, quietest, real_series
from benchmarks.gate_score import NEAR, Score, Table, percent
from perfadvisor.analyse.statistics.changepoints import change_points

FILES = {"fio-mountpoint-s3": 200, "github-action-benchmark": 60}


def permuted(table: Table, chance: Generator, repeats: int) -> None:
    """G5. Of each series the stretch with the steadiest level, shuffled: an exact null. Random stretches, whose levels
    jump by more than the injected steps, are shown beside it: there no method can find a step of 5 %."""
    for name, n in FILES.items():
        series = real_series(f"{name}.json.gz", n)
        if not series:
            table.add("G5", f"{name}: data not at hand", "-")
            continue
        for choice in ("steady", "random"):
            _permuted(table, chance, f"{name}, {choice} stretches of {n}", series, n, choice, repeats)


def _permuted(
    table: Table, chance: Generator, what: str, series: list[Floats], n: int, choice: str, repeats: int
) -> None:
    alarms, steps = dict.fromkeys(KINDS, 0), (0.05, 0.10, 0.20)
    scores = {(kind, step): Score() for kind in KINDS for step in steps}
    for one in series:
        for _ in range(repeats):
            start = int(chance.integers(one.size - n + 1))
            logs = chance.permutation(quietest(one, n) if choice == "steady" else one[start : start + n])
            cuts = change_points(np.exp(logs))
            for kind in KINDS:
                alarms[kind] += bool(places(cuts, kind))
            for step in steps:
                _with_step(chance, logs, step, scores)
    for kind in KINDS:
        share = alarms[kind] / (len(series) * repeats)
        held = kind == "confirmed"
        name = f"{what}: {kind}: A/A alarm in {len(series) * repeats}"
        table.add("G5", name, percent(share), "<= 1 %" if held else "", share <= 0.01 if held else None)
        for step in steps:
            score = scores[kind, step]
            goal = _goal(what, kind, step, score)
            table.add(
                "G5", f"{what}: {kind}: step of {step:.0%}", f"P {score.precision:.3f} R {score.recall:.3f}", *goal
            )


def _goal(what: str, kind: str, step: float, score: Score) -> tuple[str, bool | None]:
    least = {0.05: 0.65, 0.10: 0.85}.get(step)
    if least is None or kind != "confirmed" or not what.startswith("fio-mountpoint-s3, steady"):
        return "", None
    return f"P >= .95, R >= {least:.2f}", score.precision >= 0.95 and score.recall >= least


def _with_step(chance: Generator, logs: Floats, step: float, scores: dict[tuple[str, float], Score]) -> None:
    index = int(chance.integers(logs.size // 5, 4 * logs.size // 5))
    stepped = logs.copy()
    stepped[index:] += chance.choice([-1, 1]) * np.log1p(step)
    cuts = change_points(np.exp(stepped))
    for kind in KINDS:
        scores[kind, step].add((index,), places(cuts, kind))


def marked(table: Table) -> None:
    """G7: F1 against five people's marks, as the Turing Change Point Dataset scores it (arXiv 2003.06222): precision
    over everybody's marks together, recall averaged over people, the start of the series counting as found."""
    table.add("G7", "Talos: data not at hand", "-", "suspected >= 11 of 12")
    folder = SERIES / "tcpd"
    if not folder.is_dir():
        table.add("G7", "TCPD: data not at hand", "-", "F1 >= .69")
        return
    marks = json.loads((folder / "annotations.json").read_text())
    scores: dict[str, list[float]] = {kind: [] for kind in (*KINDS, "nothing")}
    for name, people in sorted(marks.items()):
        data = json.loads((folder / f"{name}.json").read_text())
        cuts = change_points(np.array(data["series"][0]["raw"], dtype=np.float64))
        for kind in scores:
            found = places(cuts, kind) if kind != "nothing" else []
            scores[kind].append(_f1(list(people.values()), found))
    nothing = float(np.mean(scores["nothing"]))
    for kind in KINDS:
        score = float(np.mean(scores[kind]))
        table.add(
            "G7",
            f"TCPD, the {len(marks)} series at hand: {kind}: F1",
            f"{score:.3f}",
            f">= .69 (finding nothing: {nothing:.3f})",
            score >= 0.69,
        )


def _f1(people: list[list[int]], found: list[int]) -> float:
    found = sorted({0, *found})
    everybody = {0, *(index for marks in people for index in marks)}
    precision = _matched(everybody, found) / len(found)
    recall = float(np.mean([_matched({0, *marks}, found) / len({0, *marks}) for marks in people]))
    return 2 * precision * recall / (precision + recall)


def _matched(true: set[int], found: list[int]) -> int:
    left, hits = list(found), 0
    for index in sorted(true):
        near = [place for place in left if abs(place - index) <= NEAR]
        if near:
            hits += 1
            left.remove(min(near, key=lambda place: abs(place - index)))
    return hits
