"""Which hosts measure against which, when: every pair once in each direction, and no host in two pairs at once."""

from collections.abc import Sequence
from random import Random

MOST_HOSTS = 32  # above it, rounds are sampled
SAMPLED_ROUNDS = 31

Meeting = tuple[str, str]  # sender and receiver


def rounds(hosts: Sequence[str], seed: int = 0) -> tuple[tuple[Meeting, ...], ...]:
    """The rounds of a round-robin tournament by the circle method; every second half of them in the other direction.
    Above 32 hosts 31 rounds are drawn by `seed`, each in both directions.

    Source: Kirkman, 1850; an odd number of hosts leaves one of them out in each round."""
    drawn = Random(seed)  # noqa: S311 - an order, not a secret
    seats: list[str | None] = list(dict.fromkeys(hosts))
    if len(seats) < 2:
        return ()
    drawn.shuffle(seats)
    if len(seats) % 2:
        seats.append(None)
    found = []
    for _ in range(len(seats) - 1):
        half = len(seats) // 2
        met = zip(seats[:half], reversed(seats[half:]), strict=True)
        found.append(tuple((one, other) for one, other in met if one is not None and other is not None))
        seats = [seats[0], seats[-1], *seats[1:-1]]
    if len(seats) > MOST_HOSTS:
        found = drawn.sample(found, SAMPLED_ROUNDS)
    return (*found, *(tuple((other, one) for one, other in met) for met in found))
