"""Which settings separate slow hosts from the rest of their cohort.

Each setting is tested alone (Fisher's exact test, one-sided, corrected over all that were tested), then a short list is
built: the strongest setting first, then the strongest among the hosts it leaves, and so on.
"""

from collections.abc import Iterator

from scipy.stats import fisher_exact

from perfadvisor.analyse.fleet.discovery import RATE, corrected
from perfadvisor.analyse.fleet.hostset import HostSet
from perfadvisor.analyse.fleet.settings import CohortSettings
from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import FactGap, SettingKey

MOST_STEPS = 5
MOST_NAMED = 10  # settings that only the slow hosts have, where there are too few hosts for a test


def separating(settings: CohortSettings, slow: HostSet) -> tuple[FactGap, ...]:
    """Every value that is more frequent among the slow hosts than among the rest, the strongest first."""
    found = [one for key in settings.compared() for one in _gaps(settings, key, slow)]
    tests = [_p_value(counts) for _, _, _, counts in found]
    gaps = [
        FactGap(
            key=key,
            value=value,
            usual=usual,
            slow_with=counts[0],
            slow=counts[1],
            rest_with=counts[2],
            rest=counts[3],
            p=p,
            q=float(q),
        )
        for (key, value, usual, counts), p, q in zip(found, tests, corrected(tests), strict=True)
    ]
    return tuple(sorted(gaps, key=lambda gap: (gap.p, gap.rest_with, -gap.slow_with, gap.key)))


def decision_list(settings: CohortSettings, slow: HostSet) -> tuple[FactGap, ...]:
    """A few settings that account for the slow hosts, each tested on those that the ones before it leave. Where too
    few hosts are slow for any test, the settings that no other host has."""
    chosen: list[FactGap] = []
    left = slow
    while left and len(chosen) < MOST_STEPS:
        best = next(iter(separating(settings, left)), None)
        if best is None or best.q > RATE:
            break
        chosen.append(best)
        left &= ~settings.holders(best.key)[best.value]
    return tuple(chosen) or only_theirs(settings, slow)


def only_theirs(settings: CohortSettings, slow: HostSet) -> tuple[FactGap, ...]:
    """The settings that every slow host has and no other: what differs, where a test cannot prove more."""
    gaps = (gap for gap in separating(settings, slow) if gap.rest_with == 0 and gap.slow_with == gap.slow)
    return tuple(gaps)[:MOST_NAMED]


_Counts = tuple[int, int, int, int]


def _gaps(
    settings: CohortSettings, key: SettingKey, slow: HostSet
) -> Iterator[tuple[SettingKey, Scalar, Scalar | None, _Counts]]:
    """The values of the slow hosts that are not the usual one of the rest; hosts without the setting count nowhere."""
    holders = settings.holders(key)
    if len(holders) < 2:
        return
    among = {value: (hosts & slow).bit_count() for value, hosts in holders.items()}
    others = {value: hosts.bit_count() - among[value] for value, hosts in holders.items()}
    known_slow, known_rest = sum(among.values()), sum(others.values())
    if not known_slow or not known_rest:
        return
    usual = max(others, key=lambda value: (others[value], str(value)))
    for value, with_it in among.items():
        if with_it and value != usual:
            yield key, value, usual, (with_it, known_slow, others[value], known_rest)


def _p_value(counts: _Counts) -> float:
    slow_with, slow, rest_with, rest = counts
    table = [[slow_with, slow - slow_with], [rest_with, rest - rest_with]]
    return float(fisher_exact(table, alternative="greater").pvalue)
