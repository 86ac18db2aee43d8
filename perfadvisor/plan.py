"""From workloads and environments to trials in a fair order, within the time there is.

Every repeat is a round in which each workload runs once in each environment, in a new seeded order: in block order, a
machine that slowly drifts looks like a difference between environments.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from perfadvisor.errors import InputError
from perfadvisor.formatting import duration
from perfadvisor.model.workload import FEWEST_HAND_OVERS, FEWEST_RUNS, Environment, Trial, Workload

SHORTEST_TRIAL_S = 10.0
BETWEEN_TRIALS_S = 1.0  # starting the tool, reading the counters twice, saving

Pair = tuple[Workload, Environment]


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetedPlan:
    """What fits into a budget: workloads with their run times set, how often, the ids left out, and why in words."""

    workloads: tuple[Workload, ...]
    repeats: int
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def plan(
    workloads: Sequence[Workload],
    environments: Sequence[Environment],
    *,
    repeats: int,
    seed: int,
    once: Container[tuple[str, str]] = (),
) -> tuple[Trial, ...]:
    """Every trial in the order to run it; the same seed gives the same order. What is known not to work, as (workload,
    environment) in `once`, is tried once and not at each repeat."""
    pairs = [(workload, environment) for workload in workloads for environment in environments]
    rounds = [(repeat, _round(pairs, seed, repeat)) for repeat in range(1, repeats + 1)]
    slots = [
        (repeat, position, (workload, environment))
        for repeat, order in rounds
        for position, (workload, environment) in enumerate(order, 1)
        if repeat == 1 or (workload.id, environment.name) not in once
    ]
    return _numbered(slots, 1)


def more_rounds(wanted: Sequence[tuple[Pair, int]], *, number: int, repeat: int, seed: int) -> tuple[Trial, ...]:
    """Rounds beyond a plan, in the same kind of order: each pair as often as wanted, beginning with this number in the
    round after `repeat`."""
    rounds = range(1, 1 + max((count for _, count in wanted), default=0))
    orders = [(repeat + at, [pair for pair, count in wanted if count >= at]) for at in rounds]
    slots = [(now, place, pair) for now, pairs in orders for place, pair in enumerate(_round(pairs, seed, now), 1)]
    return _numbered(slots, number)


def _round(pairs: Sequence[Pair], seed: int, repeat: int) -> list[Pair]:
    return _in_turns(_shuffled(pairs, seed, repeat), repeat)


def _numbered(slots: Iterable[tuple[int, int, Pair]], first: int) -> tuple[Trial, ...]:
    return tuple(
        Trial(
            number=number,
            workload=workload.id,
            environment=environment.name,
            repeat=repeat,
            position=position,
            runtime_s=workload.runtime_s,
            warmup_s=workload.warmup_s,
            parameters=workload.parameters,
        )
        for number, (repeat, position, (workload, environment)) in enumerate(slots, first)
    )


def _shuffled(pairs: Sequence[Pair], seed: int, repeat: int) -> list[Pair]:
    order = list(pairs)
    Random(f"{seed}/{repeat}").shuffle(order)  # noqa: S311 (an order, not a secret)
    return order


def _in_turns(order: list[Pair], repeat: int) -> list[Pair]:
    """A device that is passed through is in one place at a time. The environments that need it somewhere else form
    blocks, in the order A B, B A, A B, ..., so that it changes hands once a round and a slow drift hits all alike."""
    sides = sorted({_side(environment) for _, environment in order})
    places = {side: place if repeat % 2 else -place for place, side in enumerate(sides)}
    return sorted(order, key=lambda pair: places[_side(pair[1])])


def _side(environment: Environment) -> str:
    """Who must have the device: "" for this machine and whatever gets its disks through it."""
    return environment.spec.text if environment.takes_device else ""


def fewest_repeats(environments: Sequence[Environment]) -> int:
    """How often everything must run for an interval; a device that changes hands needs one repeat more."""
    return FEWEST_HAND_OVERS if len({_side(environment) for environment in environments}) > 1 else FEWEST_RUNS


def seconds_of(trials: Iterable[Trial]) -> float:
    """How long the trials take together, as far as can be known before."""
    return sum(trial.warmup_s + trial.runtime_s + BETWEEN_TRIALS_S for trial in trials)


def fit(
    workloads: Sequence[Workload],
    *,
    environments: Sequence[Environment],
    repeats: int,
    budget_s: float,
    setup_s: float = 0.0,
) -> BudgetedPlan:
    """Shorten, then repeat less, then leave workloads out from the end, until all fits into the budget.

    A trial never gets shorter than 10 s (or than it is declared) and repeats never fewer than an interval needs (or
    than asked for).
    InputError where not even the first workload fits."""
    chosen = list(workloads)
    fewest = min(fewest_repeats(environments), repeats)
    time_s = budget_s - setup_s
    while chosen:
        for count in range(repeats, fewest - 1, -1):
            rounds = count * len(environments)
            if rounds * _round_s([shortest(workload) for workload in chosen]) <= time_s:
                return _fitted(workloads, chosen, count, repeats, time_s / rounds)
        chosen.pop()
    least = setup_s + fewest * len(environments) * _round_s([shortest(workload) for workload in workloads[:1]])
    raise InputError(
        f"a budget of {duration(budget_s)} is too short for a single workload",
        f"give at least {duration(least)}: {fewest} repeats, preparation included",
    )


def shortest(workload: Workload) -> Workload:
    """The workload at the shortest run time that still says something."""
    return replace(workload, runtime_s=min(SHORTEST_TRIAL_S, workload.runtime_s))


def _round_s(workloads: Iterable[Workload]) -> float:
    return sum(workload.warmup_s + workload.runtime_s + BETWEEN_TRIALS_S for workload in workloads)


def _fitted(
    asked: Sequence[Workload], chosen: Sequence[Workload], count: int, repeats: int, round_s: float
) -> BudgetedPlan:
    """Give the time that is left over to the run times, each in proportion to what it lost."""
    short, full = [shortest(workload) for workload in chosen], _round_s(chosen)
    lost = full - _round_s(short)
    share = 1.0 if not lost else min(1.0, (round_s - _round_s(short)) / lost)
    timed = tuple(
        replace(low, runtime_s=float(round(low.runtime_s + share * (high.runtime_s - low.runtime_s), 1)))
        for low, high in zip(short, chosen, strict=True)
    )
    dropped = tuple(workload.id for workload in asked[len(chosen) :])
    notes = tuple(_notes(dropped, count, repeats, share))
    return BudgetedPlan(workloads=timed, repeats=count, dropped=dropped, notes=notes)


def _notes(dropped: tuple[str, ...], count: int, repeats: int, share: float) -> Iterable[str]:
    if share < 1.0:
        yield "trials were shortened to fit the budget"
    if count < repeats:
        yield f"{count} repeats instead of {repeats} to fit the budget"
    if dropped:
        yield f"left out to fit the budget: {', '.join(dropped)}"
