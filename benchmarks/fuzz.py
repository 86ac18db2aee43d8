"""Mutated inputs through every reader, and mutated machines through all rules and the page.

    python -m benchmarks.fuzz --readers 1000000 --trees 100000 --seed 1 --keep out/fuzz --append out/fuzz.jsonl
    python -m benchmarks.fuzz --total out/fuzz.jsonl
    python -m benchmarks.fuzz --seed 1 --only 4711 --readers 1

Prints how many of each were read, refused by a clear error, failed by any other exception, or took over 2 s of
CPU time, and the most memory the process held. Each case follows from the seed and its number alone, so that `--only`
repeats one. What failed is kept with its reader's name and number, and makes the exit code 1. Long campaigns run in
batches of some minutes: each appends its counts to a file, of which `--total` prints the sums.
"""

import argparse
import gc
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path

from benchmarks import fuzz_results
from benchmarks.fuzz_readers import Reader, readers
from benchmarks.fuzz_trees import case, judged
from benchmarks.mutation import mutated, window
from perfadvisor.errors import PerfAdvisorError

SLOW_S, LARGE, OTHER_INPUT = 2.0, 0.01, 0.1
Case = tuple[str, bytes, Callable[[], object]]


@dataclass
class Outcome:
    """What became of the inputs; `by_name` counts those of each reader."""

    counts: Counter[str] = field(default_factory=Counter)
    by_name: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """No traceback, and nothing over the time."""
        return not self.failures

    @property
    def tried(self) -> int:
        """How many inputs."""
        return sum(self.counts[name] for name in ("read", "refused", "failed"))


def broken_input(reader: Reader, dice: random.Random, others: list[bytes]) -> bytes:
    """An input for this reader: of its own mostly, small nearly always."""
    if dice.random() < OTHER_INPUT:
        sound = dice.choice(others)
    else:
        sound = dice.choice(reader.large if reader.large and dice.random() < LARGE else reader.small)
    return mutated(sound if reader.whole or not sound else window(sound, dice), dice, others)


@cache
def _choices() -> tuple[list[str], list[int], list[bytes]]:
    """The readers' names, their turns summed up, and a few sound inputs of each."""
    found = readers()
    turns = accumulate(reader.turns for reader in found.values())
    return list(found), list(turns), [data for reader in found.values() for data in reader.small[:3]]


def input_case(number: int, seed: int) -> Case:
    """The input of this number, and what reads it."""
    dice = random.Random(f"{seed}/{number}")
    names, turns, others = _choices()
    (name,) = dice.choices(names, cum_weights=turns)
    reader = readers()[name]
    data = broken_input(reader, dice, others)
    return name, data, lambda: reader.read(data)


def machine_case(number: int, seed: int) -> Case:
    """The machine of this number, and its whole judgement."""
    tree, host = case(random.Random(f"{seed}/{number}"))
    return "machine", repr(dict(tree.items())).encode(), lambda: judged(tree, host)


def fuzz_readers(
    count: int, seed: int = 1, keep: Path | None = None, seconds: float = float("inf"), first: int = 0
) -> Outcome:
    """Up to `count` mutated inputs, each through one reader, within `seconds`."""
    return _run((input_case(number, seed) for number in range(first, first + count)), keep, seconds, first)


def fuzz_trees(
    count: int, seed: int = 1, keep: Path | None = None, seconds: float = float("inf"), first: int = 0
) -> Outcome:
    """Up to `count` mutated machines through facts, all rules and the page, within `seconds`."""
    return _run((machine_case(number, seed) for number in range(first, first + count)), keep, seconds, first)


def _run(cases: Iterator[Case], keep: Path | None, seconds: float, first: int) -> Outcome:
    outcome, began = Outcome(), time.monotonic()
    for number, (name, data, call) in enumerate(cases, first):
        started = time.process_time()
        try:
            call()
            outcome.counts["read"] += 1
        except PerfAdvisorError:
            outcome.counts["refused"] += 1
        except Exception:
            outcome.counts["failed"] += 1
            _keep(outcome, keep, f"{name} {number}", data, traceback.format_exc())
        outcome.by_name[name] += 1
        spent = time.process_time() - started
        outcome.slowest_s = max(outcome.slowest_s, spent)
        if spent > SLOW_S and number > first:  # the first one loads the rules
            outcome.counts["slow"] += 1
            _keep(outcome, keep, f"{name} {number}", data, f"took {spent:.1f} s")
        if time.monotonic() - began > seconds:
            break
    outcome.seconds = time.monotonic() - began
    return outcome


def _keep(outcome: Outcome, keep: Path | None, name: str, data: bytes, why: str) -> None:
    outcome.failures.append(f"{name}: {why}")
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / name.replace(" ", "-").replace("/", "_")).write_bytes(data)
        (keep / f"{name.replace(' ', '-').replace('/', '_')}.why").write_text(why)


def main() -> int:
    """The command line."""
    asked = _options().parse_args()
    if asked.total:
        print(fuzz_results.total(asked.total))
        return 0
    sound = True
    for what, run, count in (("inputs", fuzz_readers, asked.readers), ("machines", fuzz_trees, asked.trees)):
        if not count:
            continue
        run(1, 0)  # whatever is loaded once is loaded
        gc.collect()
        gc.freeze()
        done = run(1 if asked.only else count, asked.seed, asked.keep, asked.seconds, asked.only)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        row = fuzz_results.row(what, asked.seed, done.counts, done.by_name, done.slowest_s, done.seconds, peak_mb)
        print(fuzz_results.line(row), flush=True)
        print("\n".join(each[-1500:] for each in done.failures[:20]))
        if asked.append:
            fuzz_results.append(asked.append, row)
        sound = sound and done.sound
    return 0 if sound else 1


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--readers", type=int, default=10_000, help="mutated inputs")
    options.add_argument("--trees", type=int, default=300, help="mutated machines")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", type=int, default=0, help="the number of one case")
    options.add_argument("--seconds", type=float, default=float("inf"), help="at most so long for each of the two")
    options.add_argument("--keep", type=Path, help="a directory for what failed")
    options.add_argument("--append", type=Path, help="a file for the counts")
    options.add_argument("--total", type=Path, help="print the sums of such a file")
    return options


if __name__ == "__main__":
    sys.exit(main())
