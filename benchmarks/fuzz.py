"""Mutated inputs through every reader, and mutated machines through all rules and the page.

    python -m benchmarks.fuzz --readers 1000000 --trees 100000 --seed 1 --keep out/fuzz

Prints how many of each were read, refused by a clear error, failed by any other exception, or took over 2 s of
CPU time, and the most memory the process held. What failed is kept with its reader's name and number, and makes the
exit code 1.
"""

import argparse
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fuzz_readers import READERS, seeds
from benchmarks.fuzz_trees import judged, machines, mutated_tree
from perfadvisor.errors import PerfAdvisorError

SLOW_S = 2.0
TOKENS = (
    b'\x00', b'\xff', b'-1', b'0', b'1e308', b'99999999999999999999999', b'nan', b'\n\n', b'\t', b'{', b'}', b'[',
    b']', b'<', b'>', b'"', b"'", b'\\', b':', b',', b'=', b'%', b'\xe2\x80\xae', b'\x1b[31m', b'null', b'true',
    b'../..', b'/', b'&a;', b'<!DOCTYPE', b'*a', b'!!python/object', b'\xed\xa0\x80',
)  # fmt: skip


@dataclass
class Outcome:
    """What became of the inputs."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """No traceback, and nothing over the time."""
        return not self.failures


def mutated(data: bytes, dice: random.Random, others: list[bytes]) -> bytes:
    """The bytes with a few changes: flipped, cut, repeated, given other grammars' tokens, spliced with others."""
    found = bytearray(data[: 1 << 16])
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        at, length = dice.randrange(len(found) + 1), dice.choice((1, 1, 4, 64, 1024))
        match dice.randrange(7):
            case 0 if found:
                found[at % len(found)] = dice.randrange(256)
            case 1:
                del found[at : at + length]
            case 2:
                found[at:at] = found[at : at + length] * dice.choice((1, 2, 20))
            case 3:
                found[at : at + dice.choice((0, 1, 4))] = dice.choice(TOKENS)
            case 4:
                other = dice.choice(others)
                start = dice.randrange(len(other) + 1)
                found[at:at] = other[start : start + length]
            case 5:
                del found[at:]
            case _:
                lines = bytes(found).split(b"\n")
                dice.shuffle(lines)
                found = bytearray(b"\n".join(lines))
    return bytes(found[: 1 << 18])


def fuzz_readers(count: int, seed: int = 1, keep: Path | None = None, seconds: float = float("inf")) -> Outcome:
    """Up to `count` mutated inputs, each through its own reader and one other, within `seconds`."""
    dice, files = random.Random(seed), seeds()
    others = [data for _, data in files]

    def cases() -> Iterator[tuple[str, bytes, Callable[[], object]]]:
        for number in range(count):
            name, data = files[number % len(files)]
            data = mutated(data, dice, others)
            reader = name if number % 4 else dice.choice(sorted(READERS))
            yield reader, data, lambda reader=reader, data=data: READERS[reader](data)

    return _run(cases(), keep, seconds)


def fuzz_trees(count: int, seed: int = 1, keep: Path | None = None, seconds: float = float("inf")) -> Outcome:
    """Up to `count` mutated machines through facts, all rules and the page, within `seconds`."""
    dice, bases = random.Random(seed), machines()

    def cases() -> Iterator[tuple[str, bytes, Callable[[], object]]]:
        for number in range(count):
            tree = mutated_tree(bases[number % len(bases)], dice)
            yield "machine", b"", lambda tree=tree: judged(tree)

    return _run(cases(), keep, seconds)


def _run(cases: Iterator[tuple[str, bytes, Callable[[], object]]], keep: Path | None, seconds: float) -> Outcome:
    outcome, began = Outcome(), time.monotonic()
    for number, (name, data, call) in enumerate(cases):
        started = time.process_time()
        try:
            call()
            outcome.counts["read"] += 1
        except PerfAdvisorError:
            outcome.counts["refused"] += 1
        except Exception:
            outcome.counts["failed"] += 1
            _keep(outcome, keep, f"{name} {number}", data, traceback.format_exc())
        spent = time.process_time() - started
        outcome.slowest_s = max(outcome.slowest_s, spent)
        if spent > SLOW_S:
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
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--readers", type=int, default=10_000, help="mutated inputs")
    options.add_argument("--trees", type=int, default=300, help="mutated machines")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=float("inf"), help="at most so long for each of the two")
    options.add_argument("--keep", type=Path, help="a directory for what failed")
    asked = options.parse_args()
    sound = True
    for what, run, count in (("inputs", fuzz_readers, asked.readers), ("machines", fuzz_trees, asked.trees)):
        done = run(count, asked.seed, asked.keep, asked.seconds)
        counts = ", ".join(f"{name} {number:,}" for name, number in sorted(done.counts.items()))
        told = f"slowest {done.slowest_s:.2f} s of CPU time, {done.seconds:.0f} s in all"
        tried = sum(done.counts[name] for name in ("read", "refused", "failed"))
        print(f"{tried:,} mutated {what}, seed {asked.seed}: {counts}; {told}", flush=True)
        print("\n".join(each[-1500:] for each in done.failures[:20]))
        sound = sound and done.sound
    print(f"most memory held: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
