"""The order of trials where a device is in one place at a time: environments take turns in blocks, ABBA.

Handing a device over costs seconds to minutes, so its environments cannot change with every trial. Neighbouring blocks
are measured close in time and form a pair; the order within a pair turns round from pair to pair (AB, BA, AB, BA), so
that a steady drift falls out. Every pair holds one hand-over. All trials of a block bear the pair's number as their
repeat: `analyse.environments` takes their mean, so that a block counts once. The first trial after each hand-over only
warms the device up again: its repeat is 0, which no cell counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Trial

FEWEST_HAND_OVERS = 4
WARM_UP = 0


def in_blocks(
    trials: Sequence[Trial], exclusive: Sequence[str], hand_overs: int = FEWEST_HAND_OVERS
) -> tuple[Trial, ...]:
    """The trials in blocks, numbered anew; `trials` are those of `plan.plan`, with at least one repeat.

    `exclusive` names the environments that share a device, two or more; trials of the others are spread evenly over
    the pairs, stand before them and bear their numbers. Every block holds `repeats / hand_overs` trials of each
    workload (at least one), and one warm-up before. InputError for fewer than four hand-overs."""
    if hand_overs < FEWEST_HAND_OVERS:
        raise InputError(f"{hand_overs} hand-overs are too few for an interval", f"at least {FEWEST_HAND_OVERS}")
    names = [name for name in exclusive if any(trial.environment == name for trial in trials)]
    if len(names) < 2:
        return tuple(trials)
    others = [trial for trial in trials if trial.environment not in names]
    ordered: list[Trial] = []
    for pair in range(hand_overs):
        ordered += (replace(trial, repeat=pair + 1) for trial in _share_of(others, pair, hand_overs))
        for name in names if pair % 2 == 0 else reversed(names):
            block = list(_block([trial for trial in trials if trial.environment == name], pair, hand_overs))
            handed_over = not ordered or _holder(ordered, names) != name
            ordered += _with_warm_up(block) if handed_over else block
    return tuple(_numbered(ordered))


def hand_overs_in(trials: Sequence[Trial], exclusive: Sequence[str]) -> int:
    """How often the device changes hands in this order."""
    holders = [name for name, _ in groupby(trial.environment for trial in trials if trial.environment in exclusive)]
    return max(0, len(holders) - 1)


def _holder(ordered: Sequence[Trial], names: Sequence[str]) -> str:
    return next((trial.environment for trial in reversed(ordered) if trial.environment in names), "")


def _share_of(others: Sequence[Trial], pair: int, pairs: int) -> Sequence[Trial]:
    size = len(others)
    return others[size * pair // pairs : size * (pair + 1) // pairs]


def _block(own: Sequence[Trial], pair: int, pairs: int) -> Iterator[Trial]:
    """This block's trials of every workload, in the order they were planned; the pair's number is their repeat."""
    repeats = sorted({trial.repeat for trial in own})
    chosen = repeats[len(repeats) * pair // pairs : len(repeats) * (pair + 1) // pairs]
    wanted = chosen or [repeats[pair % len(repeats)]]
    yield from (replace(trial, repeat=pair + 1) for trial in own if trial.repeat in wanted)


def _with_warm_up(block: Sequence[Trial]) -> list[Trial]:
    return [replace(block[0], repeat=WARM_UP), *block] if block else []


def _numbered(ordered: Sequence[Trial]) -> Iterator[Trial]:
    place: dict[int, int] = {}
    for number, trial in enumerate(ordered, 1):
        place[trial.repeat] = place.get(trial.repeat, 0) + 1
        yield replace(trial, number=number, position=place[trial.repeat])
