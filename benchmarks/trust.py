"""Do the trust marks see a disturbance, in each kind of environment? Real trials, planted and unplanted, counted.

`python -m benchmarks.trust [--places local,podman] [--plants none,one] [--repeats N] [--seconds S]`. A trial counts as
marked where it carries a doubt that names the disturbance's kind: other work, waiting for a CPU, steal, throttling,
pressure, an unsteady rate. A miss is a planted trial without one, a false alarm an unplanted trial with one. Run it on
a machine where nothing else runs: the benchmark looks first and says what it sees.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.trust_places import PLACES
from benchmarks.trust_plants import NOT_IN, PLANTS
from perfadvisor import bundle
from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.model.result import TrialState
from perfadvisor.runner import quiet

GOAL = 0.95
WORKLOAD = """
id: storage/trust
title: Random reads for the trust benchmark
why: Long enough for five readings of the gauges.
runtime_s: {seconds}
warmup_s: 1
tool: fio
parameters: {{rw: randread, engine: libaio, iodepth: 4, block_size_bytes: 4096, size_bytes: 67108864}}
metrics: [read.iops]
"""


def main() -> None:
    options = _options()
    print("before:", "; ".join(quiet.spoilers()) or "the machine is quiet")
    print(f"{'place':8} {'planted':10} {'trials':>6} {'marked':>6}  doubts")
    right = total = 0
    folder = Path(tempfile.mkdtemp(prefix="pa-trust-", dir="/var/tmp"))
    try:
        for place in options.places.split(","):
            with PLACES[place]() as spec:
                for plant in options.plants.split(","):
                    if place in NOT_IN.get(plant, ()):
                        continue
                    with PLANTS[plant](place):
                        marked, trials, doubts = _cell(folder, spec, options)
                    right += marked if plant != "none" else trials - marked
                    total += trials
                    said = ", ".join(f"{reason} {count}" for reason, count in doubts.most_common(3))
                    print(f"{place:8} {plant:10} {trials:6} {marked:6}  {said}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    share = right / total if total else 0.0
    met = "met" if share >= GOAL else "missed"
    print(f"{right} of {total} trials marked rightly: {share:.1%}, goal {GOAL:.0%}: {met}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--places", default="local,docker,podman,ssh,vm")
    parser.add_argument("--plants", default=",".join(PLANTS))
    parser.add_argument("--repeats", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=5.0)
    return parser.parse_args()


def _cell(folder: Path, spec: str, options: argparse.Namespace) -> tuple[int, int, Counter[str]]:
    """Run one cell's trials: (marked, all, doubts)."""
    workload = folder / "workloads" / "storage" / "trust.yaml"
    workload.parent.mkdir(parents=True, exist_ok=True)
    workload.write_text(WORKLOAD.format(seconds=options.seconds))
    out, disk = folder / "run", folder / "disk"
    shutil.rmtree(out, ignore_errors=True)
    disk.mkdir(exist_ok=True)
    argv = (
        sys.executable, "-m", "perfadvisor", "run", "storage/trust", "--env", spec, "--repeats", str(options.repeats),
        "--workloads", str(folder / "workloads"), "--dir", str(disk), "--out", str(out),
    )  # fmt: skip
    environment = os.environ | {"XDG_STATE_HOME": str(folder / "state")}
    done = subprocess.run(argv, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{spec}: {done.stderr.strip().splitlines()[-1]}")
    run = bundle.load(out)
    doubts: Counter[str] = Counter()
    marked = trials = 0
    for result in run.results:
        if result.state is TrialState.DONE:
            found = with_doubts(result, run.workloads[result.trial.workload]).doubts
            trials, marked = trials + 1, marked + bool(found)
            doubts.update(doubt.reason for doubt in found)
    return marked, trials, doubts


if __name__ == "__main__":
    main()
