"""What the product says of a run, as the exam reads it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.exam.stages.stage import Stage

WORKLOADS = Path(__file__).parent / "workloads"
# About how the measurement went, beside any cause.
REMARKS = frozenset({"measurement-other-load", "measurement-spread"})
REPEATS = "3"


@dataclass(frozen=True, kw_only=True)
class Fired:
    """One finding that stands by itself, in the order in which it is printed."""

    rule: str
    subject: str
    title: str


def judged(stage: Stage, workload: str, out: Path) -> tuple[Fired, ...]:
    """Run the workload on the stage as a user would, and take what `advise` says of it."""
    asked = ("--repeats", REPEATS, "--workloads", str(WORKLOADS), "--out", str(out), "--wait-quiet", "0s")
    run = (sys.executable, "-m", "perfadvisor", "run", workload, *asked, *stage.options)
    _told((*stage.near, *stage.inside, *run))
    told = json.loads(_told((sys.executable, "-m", "perfadvisor", "advise", str(out), "--format", "json")))
    return tuple(
        Fired(rule=one["rule"], subject=one["subject"], title=one["title"])
        for one in told["findings"]
        if one["outcome"] == "fires" and not one["explained_by"]
    )


def _told(argv: Sequence[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=180)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv[-8:])}: {done.stderr.strip()[-400:]}")
    return done.stdout
