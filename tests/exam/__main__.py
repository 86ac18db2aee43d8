"""`python -m tests.exam [NAME...] [--list] [--json] [--seed N]`: plant faults, and see what the advisor makes of them.

A NAME is a scenario, a kind (plant, pair, decoy, unknown), a stage (ram, disk, veth, line) or "slice".
Everything happens on loop devices, in namespaces
and in control groups of the exam's own. Exits with 1 where something was not as it should be."""

import argparse
import contextlib
import json
import secrets
import sys
import tempfile
from functools import partial
from itertools import groupby
from pathlib import Path

from tests.exam.ending import ended_by_the_first
from tests.exam.exam import Beside, Outcome, examine, room
from tests.exam.scenario import Scenario, scenarios
from tests.exam.table import as_it_should, as_json, markdown, row
from tests.exam.tuned import recommended, tuned


def main() -> int:
    """Parse, play, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME")
    asked.add_argument("--list", action="store_true", help="say what there is, and stop")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--seed", type=int, default=None)
    asked.add_argument("--keep", type=Path, help="leave the runs in this directory")
    asked.add_argument(
        "--tuned", nargs="?", const="", help="try this profile of tuned on the same plants, or the one it recommends"
    )
    given = asked.parse_args()
    try:
        chosen = scenarios(given.names)
    except ValueError as error:
        asked.error(str(error))
    if given.list:
        print("\n".join(f"{one.name:28} {one.kind:8} {one.stage:5} {', '.join(one.expect) or '-'}" for one in chosen))
        return 0
    seed = secrets.randbelow(2**31) if given.seed is None else given.seed
    outcomes = exam(chosen, seed, given.keep, _tuned(given.tuned))
    if given.json:
        print(json.dumps({"seed": seed, "scenarios": as_json(outcomes)}, indent=1, default=str))
    else:
        print(f"seed {seed}\n\n{markdown(outcomes)}")
    return int(not all(map(as_it_should, outcomes)))


def _tuned(profile: str | None) -> Beside | None:
    return None if profile is None else partial(tuned, profile=profile or recommended())


def exam(
    chosen: tuple[Scenario, ...], seed: int, keep: Path | None = None, beside: Beside | None = None
) -> list[Outcome]:
    """Every scenario; those before a Ctrl-C where one comes."""
    outcomes: list[Outcome] = []
    with contextlib.suppress(KeyboardInterrupt):
        play(chosen, seed, outcomes, keep, beside)
    return outcomes


def play(
    chosen: tuple[Scenario, ...],
    seed: int,
    outcomes: list[Outcome],
    keep: Path | None = None,
    beside: Beside | None = None,
) -> None:
    """Every scenario, stage by stage, each of which stands once; its outcome is added when it is over. After Ctrl-C or
    SIGTERM everything is taken away, and KeyboardInterrupt raised."""
    with tempfile.TemporaryDirectory(prefix="perfadvisor-exam-") as folder, ended_by_the_first():
        ordered = sorted(chosen, key=lambda one: (one.stage, one.workload))
        for kind, group in groupby(ordered, key=lambda one: one.stage):
            with room(kind, (keep or Path(folder)) / kind, beside) as place:
                for scenario in group:
                    outcomes.append(examine(scenario, seed, place))
                    told = f"{outcomes[-1].seconds:4.0f} s  {' | '.join(row(outcomes[-1]))}"
                    print(told, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
