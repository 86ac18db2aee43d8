"""What perfadvisor adds to a trial: fio on a null device and iperf3 over veth, through it and bare, alternating.

`python -m benchmarks.overhead [--pairs N] [--most N] [--seconds S]`. Both sides run the same argv against the same far
end. A pair is four trials: one side, the other twice, the first again, and which is the outer one is drawn, so that a
machine that gets steadily faster or slower meanwhile moves both sides alike. The ratio is taken within the pair and its
interval is the one the gate uses for pairs. Pairs are added until the interval is 1 % wide on each side, wherever it
lies. Trials are short because what other guests of a shared host do changes within seconds: more turns find more than
longer ones. The ends are pinned, each to a CPU: left alone, fio's null engine takes one of two speeds, 0.7 apart, for
the whole of a trial on some CPUs (seen on an AMD EPYC with AVX-512), bare or not, and iperf3's noise doubles.

The promise: the whole 95 % interval of the ratio lies within 0.98 to 1.02, and perfadvisor's own CPU time is below 1 %
of a core while the tool runs.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import exp, log
from random import Random
from statistics import fmean, median

import numpy as np

from perfadvisor.analyse.statistics.effect import Effect
from perfadvisor.analyse.statistics.paired import paired_effect
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.runner.site import Site, look_at
from perfadvisor.runner.stage import TrialSetup
from perfadvisor.runner.trial import run_trial
from perfadvisor.targets.base import Command, Completed, Server
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.here.network import NetworkEnds, local_link
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.context import Context

LOW, HIGH = 0.98, 1.02
OWN_CPU = 0.01
HALF_WIDTH = 0.01
Pairs = list[tuple[float, float]]
Side = Callable[[], float]
WORKLOADS = (
    ("fio, null engine", "fio", "read.iops", {"engine": "null", "rw": "randread", "size_bytes": 1 << 30}),
    ("iperf3 over veth", "iperf3", "bits_per_s", {"protocol": "tcp", "streams": 1}),
)


class Meter(LocalTarget):
    """This machine, noting perfadvisor's own CPU time while a tool runs (its threads, not its children)."""

    def __init__(self) -> None:
        super().__init__()
        self.shares: list[float] = []

    def run(self, command: Command) -> Completed:
        began, spent = time.monotonic(), time.process_time()
        completed = super().run(command)
        self.shares.append((time.process_time() - spent) / (time.monotonic() - began))
        return completed


def main() -> None:
    """Print the ratio with its interval and the CPU share, tool by tool."""
    parser = argparse.ArgumentParser(prog="benchmarks.overhead")
    parser.add_argument("--pairs", type=int, default=30, help="at least so many (default 30)")
    parser.add_argument("--most", type=int, default=240, help="at most so many (default 240)")
    parser.add_argument("--seconds", type=float, default=1.0, help="time of a trial (default 1)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(sys.argv[1:])
    meter = Meter()
    site = look_at(meter)
    with contextlib.closing(local_link()) as link:
        for name, tool, metric, parameters in WORKLOADS:
            workload = Workload(
                id=f"overhead/{tool}", title=name, device="none", tool=tool, parameters=parameters, metrics=(metric,)
            )
            trial = Trial(
                number=1,
                workload=workload.id,
                environment="local",
                repeat=1,
                position=1,
                runtime_s=given.seconds,
                warmup_s=0.0,
            )
            setting = over(link) if tool == "iperf3" else TrialSetup(client=pinned(0))
            meter.shares.clear()
            sides = [partial(side, trial, workload, site, setting) for side in (ours, bare)]
            report(name, compare(sides, given.pairs, given.most, Random(given.seed)), meter.shares)


def pinned(which: int) -> tuple[str, ...]:
    """The command in front of a command that keeps it on one CPU of ours; the last one where there are fewer."""
    cpus = sorted(os.sched_getaffinity(0))
    return "taskset", "--cpu-list", str(cpus[min(which, len(cpus) - 1)])


def over(link: NetworkEnds) -> TrialSetup:
    """Client and server of the link, each on a CPU of its own."""

    def serve(argv: tuple[str, ...]) -> Server:
        return link.serve((*pinned(1), *argv))

    context = Context(host=link.host, port=link.port, bind=link.bind)
    return TrialSetup(context=context, client=(*link.client, *pinned(0)), serve=serve)


def compare(sides: Sequence[Side], least: int, most: int, dice: Random) -> Pairs:
    """Pairs of logs of the headline number, the first side's and the second's, each the mean of two trials."""
    pairs: Pairs = []
    while len(pairs) < least or (effect_of(pairs).half_width(0.05) > HALF_WIDTH and len(pairs) < most):
        outer, inner = dice.sample((0, 1), 2)
        logs: tuple[list[float], list[float]] = ([], [])
        for which in (outer, inner, inner, outer):
            logs[which].append(log(sides[which]()))
        pairs.append((fmean(logs[0]), fmean(logs[1])))
    return pairs


def effect_of(pairs: Pairs) -> Effect:
    """The gain of the first side over the second."""
    first, second = np.array(pairs).T
    return paired_effect(second, first)


def ours(trial: Trial, workload: Workload, site: Site, setting: TrialSetup) -> float:
    """Through perfadvisor: counters around it, gauges beside it."""
    result, _ = run_trial(trial, workload, site, setting)
    if result.reason:
        raise SystemExit(result.reason)
    return next(sample.value for sample in result.output.samples if sample.metric == workload.metrics[0])


def bare(trial: Trial, workload: Workload, _site: Site, setting: TrialSetup) -> float:
    """The same command as a person would run it."""
    tool = TOOLS[workload.tool]
    with far_end(workload, setting):
        argv = (*setting.client, *tool.command(workload, trial, setting.context))
        done = subprocess.run(argv, capture_output=True, check=True)
    return next(s.value for s in tool.parse(done.stdout).samples if s.metric == workload.metrics[0])


@contextlib.contextmanager
def far_end(workload: Workload, setting: TrialSetup) -> Iterator[None]:
    argv = TOOLS[workload.tool].server(workload, setting.context)
    server = setting.serve(argv) if argv and setting.serve else None
    yield
    if server:
        server.stop()


def report(name: str, pairs: Pairs, shares: list[float]) -> None:
    effect = effect_of(pairs)
    half = effect.half_width(0.05)
    low, middle, high = (exp(effect.gain + shift) for shift in (-half, 0.0, half))
    met = low >= LOW and high <= HIGH
    print(
        f"{name:<18} perfadvisor / bare {middle:.4f}, 95 % interval {low:.4f} to {high:.4f}, "
        f"{len(pairs)} pairs  (promise: within {LOW} to {HIGH}: {'met' if met else 'MISSED'})"
    )
    share = median(shares)
    print(
        f"{'':<18} own CPU while it ran: median {share:.2%}, highest {max(shares):.2%} of a core  "
        f"(promise: below {OWN_CPU:.0%}: {'met' if share < OWN_CPU else 'MISSED'})",
        flush=True,
    )


if __name__ == "__main__":
    main()
