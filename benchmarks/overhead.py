"""What perfadvisor adds to a trial: fio on a null device and iperf3 over veth, through it and bare, alternating.

`python -m benchmarks.overhead [--pairs N] [--seconds S]`. Both sides run the same argv against the same far end; each
pair runs both, which one goes first being drawn, and the ratio is taken within the pair. The promise: the whole 95 %
interval of the ratio lies within 0.98 to 1.02, and perfadvisor's own CPU time is below 1 % of a core while the tool
runs.
"""

import argparse
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from statistics import median

from perfadvisor.analyse.estimate import order_interval
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.runner.site import Site, look_at
from perfadvisor.runner.stage import Setting
from perfadvisor.runner.trial import run_trial
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.local import LocalTarget
from perfadvisor.targets.network import local_link
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.context import Context

LOW, HIGH = 0.98, 1.02
OWN_CPU = 0.01
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


@dataclass
class Pairs:
    """The headline number of both sides, pair by pair."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


def main() -> None:
    """Print the ratio with its interval and the CPU share, tool by tool."""
    parser = argparse.ArgumentParser(prog="benchmarks.overhead")
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=2.0, help="measured time of a trial (default 2)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(sys.argv[1:])
    meter = Meter()
    site = look_at(meter)
    with contextlib.closing(local_link()) as link:
        network = Setting(
            context=Context(host=link.host, port=link.port, bind=link.bind), client=link.client, serve=link.serve
        )
        for name, tool, metric, parameters in WORKLOADS:
            workload = Workload(
                id=f"overhead/{tool}", title=name, device="none", tool=tool, parameters=parameters, metrics=(metric,)
            )
            setting = network if tool == "iperf3" else Setting()
            meter.shares.clear()
            pairs = compare(workload, site, setting, given.pairs, given.seconds, Random(given.seed))
            report(name, pairs, meter.shares)


def compare(workload: Workload, site: Site, setting: Setting, count: int, seconds: float, dice: Random) -> Pairs:
    """`count` pairs in a drawn order."""
    trial = Trial(
        number=1, workload=workload.id, environment="local", repeat=1, position=1, runtime_s=seconds, warmup_s=1.0
    )
    pairs = Pairs()
    for _ in range(count):
        sides = [(pairs.ours, ours), (pairs.bare, bare)]
        for values, side in dice.sample(sides, 2):
            values.append(side(trial, workload, site, setting))
    return pairs


def ours(trial: Trial, workload: Workload, site: Site, setting: Setting) -> float:
    """Through perfadvisor: counters around it, gauges beside it."""
    result, _ = run_trial(trial, workload, site, setting)
    if result.reason:
        raise SystemExit(result.reason)
    return next(sample.value for sample in result.output.samples if sample.metric == workload.metrics[0])


def bare(trial: Trial, workload: Workload, _site: Site, setting: Setting) -> float:
    """The same command as a person would run it."""
    tool = TOOLS[workload.tool]
    with far_end(workload, setting):
        argv = (*setting.client, *tool.command(workload, trial, setting.context))
        done = subprocess.run(argv, capture_output=True, check=True)
    return next(s.value for s in tool.parse(done.stdout).samples if s.metric == workload.metrics[0])


@contextlib.contextmanager
def far_end(workload: Workload, setting: Setting) -> Iterator[None]:
    argv = TOOLS[workload.tool].server(workload, setting.context)
    server = setting.serve(argv) if argv and setting.serve else None
    yield
    if server:
        server.stop()


def report(name: str, pairs: Pairs, shares: list[float]) -> None:
    ratios = sorted(own / other for own, other in zip(pairs.ours, pairs.bare, strict=True))
    low, high, _ = order_interval(len(ratios))
    met = ratios[low] >= LOW and ratios[high] <= HIGH
    print(
        f"{name:<18} perfadvisor / bare {median(ratios):.4f}, 95 % interval {ratios[low]:.4f} to {ratios[high]:.4f}, "
        f"{len(ratios)} pairs  (promise: within {LOW} to {HIGH}: {'met' if met else 'MISSED'})"
    )
    share = median(shares)
    print(
        f"{'':<18} own CPU while it ran: median {share:.2%}, highest {max(shares):.2%} of a core  "
        f"(promise: below {OWN_CPU:.0%}: {'met' if share < OWN_CPU else 'MISSED'})",
        flush=True,
    )


if __name__ == "__main__":
    main()
