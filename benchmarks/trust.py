"""Do the trust marks see a disturbance, in each kind of environment? Real trials, planted and unplanted, counted.

`python -m benchmarks.trust [--places local,podman] [--plants none,quota] [--unplanted N] [--planted N] [--seconds S]`,
on a machine where nothing else runs: the benchmark looks first and says what it sees. What is right:

* A trial is *marked* where it carries any doubt.
* A trial was *disturbed* where a witness that perfadvisor has no part in says so: programs of others, the planted ones
  among them, used half a CPU or more while it ran, or the quota stopped its group in a tenth of its periods or more.
  A planted trial was, too, where its IOPS lie outside all unplanted ones of its place and more than 10 % from their
  median. A disturbed trial must be marked, else it is a miss.
* An unplanted trial that was not disturbed must not be marked, else it is a false alarm.
* A planted trial that was not disturbed can be marked or not: it is counted in no share.

The tool has two threads, as many as the machine has CPUs, so that a CPU that somebody else uses is one it wants.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.trust_places import PLACES
from benchmarks.trust_plants import PLANTS
from benchmarks.trust_witness import Witness
from perfadvisor import bundle
from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.model.result import TrialState
from perfadvisor.runner import quiet

GOAL, MOVED = 0.95, 0.1
CPUS, PERIODS = 0.5, 0.1
WORKLOAD = """
id: storage/trust
title: Random reads for the trust benchmark
why: Long enough for three readings of the gauges.
runtime_s: {seconds}
warmup_s: 0.5
tool: fio
parameters: {{rw: randread, engine: libaio, iodepth: 4, numjobs: 2, block_size_bytes: 4096, size_bytes: 67108864}}
metrics: [read.iops]
"""


@dataclass
class Count:
    """Trials of a cell, or of several."""

    trials: int = 0
    disturbed: int = 0
    judged: int = 0
    marked: int = 0
    misses: int = 0
    false_alarms: int = 0
    doubts: Counter[str] = field(default_factory=Counter)

    def add(self, *, planted: bool, disturbed: bool, doubts: Sequence[str]) -> None:
        """One trial."""
        self.trials += 1
        self.disturbed += disturbed
        self.judged += disturbed or not planted
        self.marked += bool(doubts)
        self.misses += disturbed and not doubts
        self.false_alarms += not planted and not disturbed and bool(doubts)
        self.doubts.update(doubts)


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what is planted is taken away all the same
    print("before:", "; ".join(quiet.spoilers()) or "the machine is quiet")
    print(f"{'place':7} {'planted':10} {'trials':>6} {'disturbed':>9} {'marked':>6} {'misses':>6} {'false alarms':>12}")
    folder = Path(tempfile.mkdtemp(prefix="pa-trust-", dir="/var/tmp"))
    wrong = judged = 0
    try:
        for place in options.places.split(","):
            for count in _place(place, folder, options):
                wrong += count.misses + count.false_alarms
                judged += count.judged
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    share = 1 - wrong / judged if judged else 0.0
    met = "met" if share >= GOAL else "missed"
    print(f"{judged - wrong} of {judged} trials marked rightly: {share:.1%}, goal {GOAL:.0%}: {met}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--places", default="local,docker,podman,ssh,vm")
    parser.add_argument("--plants", default=",".join(PLANTS), help="`none` first: the others are compared with it")
    parser.add_argument("--unplanted", type=int, default=30)
    parser.add_argument("--planted", type=int, default=6, help="trials of each plant")
    parser.add_argument("--seconds", type=float, default=3.0)
    return parser.parse_args()


def _place(place: str, folder: Path, options: argparse.Namespace) -> list[Count]:
    """All cells of one place, each printed as soon as it is counted."""
    usual: list[float] = []
    counts: list[Count] = []
    with PLACES[place]() as spec:
        for plant in options.plants.split(","):
            planted, count = plant != "none", Count()
            repeats = options.planted if planted else options.unplanted
            with PLANTS[plant](place) as stopped, Witness() as witness:
                trials = _trials(folder, spec, repeats, options.seconds)
                periods = stopped()
            others = [witness.cpus(trial.ended - options.seconds, trial.ended) for trial in trials]
            for trial, cpus in zip(trials, others, strict=True):
                disturbed = cpus >= CPUS or periods >= PERIODS or (planted and _moved(trial.iops, usual))
                count.add(planted=planted, disturbed=disturbed, doubts=trial.doubts)
            usual = usual if planted else [trial.iops for trial in trials]
            counts.append(count)
            words = f"median {median(trial.iops for trial in trials):.0f} IOPS, others used {median(others):.2f} CPUs"
            _print(place, plant, count, f"{words}, {periods:.0%} of periods stopped")
    return counts


def _moved(iops: float, usual: Sequence[float]) -> bool:
    outside = bool(usual) and not min(usual) <= iops <= max(usual)
    return outside and abs(iops / median(usual) - 1) > MOVED


def _print(place: str, plant: str, count: Count, words: str) -> None:
    said = ", ".join(f"{reason} {number}" for reason, number in count.doubts.most_common())
    print(
        f"{place:7} {plant:10} {count.trials:6} {count.disturbed:9} {count.marked:6} {count.misses:6} "
        f"{count.false_alarms:12}  {words}; {said or 'no doubt'}",
        flush=True,
    )


@dataclass(frozen=True)
class Ran:
    """A trial that gave a number."""

    ended: float
    iops: float
    doubts: list[str]


def _trials(folder: Path, spec: str, repeats: int, seconds: float) -> list[Ran]:
    """Run them."""
    workload = folder / "workloads" / "storage" / "trust.yaml"
    workload.parent.mkdir(parents=True, exist_ok=True)
    workload.write_text(WORKLOAD.format(seconds=seconds))
    out, disk = folder / "run", folder / "disk"
    shutil.rmtree(out, ignore_errors=True)
    disk.mkdir(exist_ok=True)
    argv = (
        sys.executable,
        "-m",
        "perfadvisor",
        "run",
        "storage/trust",
        "--env",
        spec,
        "--repeats",
        str(repeats),
        "--workloads",
        str(folder / "workloads"),
        "--dir",
        str(disk),
        "--out",
        str(out),
    )
    environment = os.environ | {"XDG_STATE_HOME": str(folder / "state")}
    done = subprocess.run(argv, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{spec}: {done.stderr.strip().splitlines()[-1]}")
    run = bundle.load(out)
    found = []
    for result in (result for result in run.results if result.state is TrialState.DONE):
        doubts = with_doubts(result, run.workloads[result.trial.workload]).doubts
        iops = next(sample.value for sample in result.output.samples if sample.metric == "read.iops")
        ended, said = result.started + result.duration_s, dict.fromkeys(str(doubt.reason) for doubt in doubts)
        found.append(Ran(ended, iops, list(said)))
    if not found:
        raise SystemExit(f"{spec}: no trial gave a number: {run.results[0].reason}")
    return found


if __name__ == "__main__":
    main()
