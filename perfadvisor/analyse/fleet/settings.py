"""What the hosts of one cohort are set to: the usual value of each setting, and who differs."""

from collections.abc import Iterable, Iterator
from math import ceil

from perfadvisor.analyse.fleet.spread import FEWEST_HOSTS
from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import FleetFact, OddSetting, SettingKey

ODD_SHARE = 0.1  # at most this share of a cohort differs where the others are called usual
MOST_VALUES = 0.5  # a setting with more different values than half of the hosts names the host: an address, a serial


class CohortSettings:
    """The settings of one cohort by value, added host by host."""

    def __init__(self, cohort: str) -> None:
        self.cohort = cohort
        self.hosts: list[str] = []
        self._holders: dict[SettingKey, dict[Scalar, list[int]]] = {}

    def add(self, host: str, facts: Iterable[FleetFact]) -> None:
        """Add what one host is set to."""
        number = len(self.hosts)
        self.hosts.append(host)
        for fact in facts:
            values = self._holders.setdefault(SettingKey(fact.name, fact.subject), {})
            values.setdefault(fact.value, []).append(number)

    def compared(self) -> Iterator[SettingKey]:
        """The settings that can be compared: at least four hosts have them, and few enough different values."""
        for key, values in self._holders.items():
            known = sum(map(len, values.values()))
            if known >= FEWEST_HOSTS and len(values) <= max(2, MOST_VALUES * known):
                yield key

    def holders(self, key: SettingKey) -> dict[Scalar, frozenset[str]]:
        """Value -> the hosts that have it."""
        found = self._holders.get(key, {})
        return {value: frozenset(self.hosts[i] for i in held) for value, held in found.items()}

    def usual(self, key: SettingKey) -> tuple[Scalar, int, int]:
        """The value that most hosts have, how many these are, and of how many."""
        values = self._holders[key]
        value, held = max(values.items(), key=lambda item: (len(item[1]), str(item[0])))
        return value, len(held), sum(map(len, values.values()))

    def odd(self) -> Iterator[OddSetting]:
        """The hosts that differ where at least nine in ten agree; of fewer than ten hosts, all but one."""
        for key in self.compared():
            usual, agreeing, known = self.usual(key)
            if known - agreeing > max(1, ceil(ODD_SHARE * known) - 1):
                continue
            for value, held in self._holders[key].items():
                if value != usual:
                    yield from (self._odd(number, key, value) for number in held)

    def _odd(self, number: int, key: SettingKey, value: Scalar) -> OddSetting:
        usual, agreeing, known = self.usual(key)
        return OddSetting(
            host=self.hosts[number],
            cohort=self.cohort,
            key=key,
            value=value,
            usual=usual,
            agreeing=agreeing,
            hosts=known,
        )
