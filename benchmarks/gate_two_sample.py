"""G1 and G2: two sides of few runs, one metric and forty."""

import numpy as np
from numpy.random import Generator

from benchmarks.gate_noise import Floats, drift, noise, real_series
from benchmarks.gate_score import Table, percent
from perfadvisor.analyse.gate.compare import compare
from perfadvisor.analyse.gate.gate import gate
from perfadvisor.analyse.statistics.effect import log_margin
from perfadvisor.model.gate import MetricPolicy, Order, Runs, Side, Verdict

POLICY = MetricPolicy(margin=0.03)
# Between-process variation of 586 JMH benchmarks on bare metal: quantiles 5/25/50/75/95 % (the runs are not at hand).
SPREAD_AT = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
SPREAD = (0.0005, 0.0017, 0.0076, 0.0159, 0.0377, 0.105, 0.2)


def runs(logs: Floats, workload: str = "w") -> Runs:
    """Logs as the fresh runs of one metric."""
    return Runs(workload=workload, metric="m", unit="", better="higher", values=tuple(np.exp(logs)))


def judged(logs: Floats, step: float, order: Order, policy: MetricPolicy = POLICY) -> Verdict:
    """The verdict on the first half against the second, which is slower by `step`."""
    half = logs.size // 2
    slower = logs[half:] - log_margin(step)
    return compare(runs(logs[:half]), runs(slower), policy, order).comparison.verdict


def regressions(samples: list[Floats], step: float, order: Order) -> float:
    """The share of samples judged a regression."""
    return float(np.mean([judged(logs, step, order) is Verdict.REGRESSION for logs in samples]))


def jmh_like(chance: Generator, splits: int) -> list[Floats]:
    """Ten forks of benchmarks as unlike as those measured, heavy-tailed (Student's t with 5 degrees of freedom)."""
    spreads = np.interp(chance.random(splits), SPREAD_AT, SPREAD)
    return [chance.standard_t(5, 10) * spread / np.sqrt(5 / 3) for spread in spreads]


def fio_like(chance: Generator, splits: int) -> list[Floats]:
    """Ten neighbouring points of real fio histories, in random order."""
    series = real_series("fio-mountpoint-s3.json.gz", 50)
    found = []
    for _ in range(splits if series else 0):
        one = series[int(chance.integers(len(series)))]
        start = int(chance.integers(one.size - 9))
        found.append(chance.permutation(one[start : start + 10]))
    return found


def one_metric(table: Table, chance: Generator, splits: int) -> None:
    """G1 needs the JMH runs, which are not at hand: the same number of forks with their published spread instead."""
    for name, samples in (("JMH-like", jmh_like(chance, splits)), ("real fio points", fio_like(chance, splits))):
        if not samples:
            table.add("G1", f"{name}: data not at hand", "-")
            continue
        rates = {step: regressions(samples, step, Order.MIXED) for step in (0.0, 0.02, 0.05, 0.10)}
        held = name == "JMH-like"
        table.add(
            "G1",
            f"{name}, 5 v 5, {splits} splits: A/A claims a regression",
            percent(rates[0.0], 2),
            "<= 0.5 %",
            rates[0.0] <= 0.005,
        )
        table.add("G1", f"{name}: power at 2 %", percent(rates[0.02]))
        table.add(
            "G1",
            f"{name}: power at 5 %",
            percent(rates[0.05]),
            ">= 42 %" if held else "",
            rates[0.05] >= 0.42 if held else None,
        )
        table.add(
            "G1",
            f"{name}: power at 10 %",
            percent(rates[0.10]),
            ">= 75 %" if held else "",
            rates[0.10] >= 0.75 if held else None,
        )
        stored = regressions(samples, 0.10, Order.BLOCK)
        table.add("G1", f"{name}: power at 10 % when the order is unknown (widened)", percent(stored))


def sides(chance: Generator, profile: str, order: Order, metrics: int, n: int) -> tuple[Side, Side]:
    """Both sides of many metrics, `n` runs each, on a machine that drifts."""
    a: dict[tuple[str, str], Runs] = {}
    b: dict[tuple[str, str], Runs] = {}
    for i in range(metrics):
        logs = noise(chance, profile, 2 * n) + drift(chance, profile, 2 * n)
        first = np.arange(2 * n) < n if order is Order.BLOCK else np.arange(2 * n) % 4 % 3 == 0  # ABBA
        one, other = runs(logs[first], f"w{i}"), runs(logs[~first], f"w{i}")
        a[one.key], b[other.key] = one, other
    return Side(name="a", runs=a), Side(name="b", runs=b)


def forty_metrics(table: Table, chance: Generator, repeats: int) -> None:
    """G2: how often does any of forty equal metrics turn the gate red?"""
    for order, most in ((Order.PAIRED, 0.01), (Order.BLOCK, 0.05)):
        for profile in ("typical", "noisy"):
            red = sum(
                bool(gate(*sides(chance, profile, order, 40, 10), lambda _: POLICY, order).alerts)
                for _ in range(repeats)
            )
            table.add(
                "G2",
                f"40 metrics, n = 10, {profile}, {order.value} order: any red in {repeats}",
                percent(red / repeats),
                f"<= {most:.0%}",
                red / repeats <= most,
            )
