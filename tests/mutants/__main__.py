"""`python -m tests.mutants [--part TEXT] [--most N] [--seed N]`: how many faults the tests notice, and which not.

`--most` bounds the mutants per module (a random sample, by the seed), so that a part can be measured in a given time.
"""

import argparse
import random
import time

from tests.mutants.mutate import Mutant, mutants
from tests.mutants.run import REPOSITORY, SURVIVED, Verdict, copy_of_project, verdicts
from tests.mutants.subjects import SUBJECTS

GOAL = 0.9


def main() -> int:
    """Print a line per module and one per survivor; 1 where fewer than the goal were noticed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--part", default="", help="only modules whose path contains this")
    asked.add_argument("--most", type=int, default=10**6, help="mutants per module")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--seconds", type=float, default=1e9, help="per module: then the next one")
    asked.add_argument("--slice", default="1/1", help="2/3: the second third of those, so that goes can be shared out")
    given = asked.parse_args()
    found: list[Verdict] = []
    with copy_of_project() as place:
        for module, tests in SUBJECTS.items():
            if given.part not in module or not (REPOSITORY / module).exists():
                continue
            every = list(mutants((place / module).read_text()))
            chosen = _slice(random.Random(given.seed).sample(every, min(given.most, len(every))), given.slice)
            started, here = time.monotonic(), []
            for verdict in verdicts(place, module, tests, chosen):
                here.append(verdict)
                if verdict.state == SURVIVED:
                    print(f"  {module}:{verdict.mutant.line}: {verdict.mutant.change}", flush=True)
                if time.monotonic() - started > given.seconds:
                    break
            print(f"{summary(here)} of {len(every)}  {module}  {time.monotonic() - started:.0f} s", flush=True)
            found += here
    print(f"{summary(found)} in all (seed {given.seed}, at most {given.most} per module)")
    return int(noticed(found) < GOAL * len(found))


def _slice(chosen: list[Mutant], which: str) -> list[Mutant]:
    number, of = map(int, which.split("/"))
    return chosen[number - 1 :: of]


def noticed(found: list[Verdict]) -> int:
    """How many mutants made a test fail or hang."""
    return sum(verdict.state != SURVIVED for verdict in found)


def summary(found: list[Verdict]) -> str:
    """ "45 of 50 (90 %)"."""
    return f"{noticed(found)} of {len(found)} ({noticed(found) / max(1, len(found)):.0%})"


if __name__ == "__main__":
    raise SystemExit(main())
