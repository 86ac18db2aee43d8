"""What the hosts of one cohort are set to: the usual value of each setting, and who differs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil

from perfadvisor.analyse.fleet.hostset import HostSet, numbers
from perfadvisor.analyse.fleet.spread import FEWEST_HOSTS
from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import FleetFact, OddSetting, SettingKey

ODD_SHARE = 0.1  # at most this share of a cohort differs where the others are called usual
MOST_VALUES = 0.5  # a setting with more different values than half of the hosts names the host: an address, a serial

Holders = Mapping[SettingKey, Mapping[Scalar, HostSet]]


class CohortSettings:
    """The settings of one cohort: of each, its values with the hosts that have it. Host i is called `names[i]`; of
    `holders`, which may be of a whole fleet, those in `members` count."""

    def __init__(self, cohort: str, names: Sequence[str], members: HostSet, holders: Holders) -> None:
        self.cohort = cohort
        self.members = members
        self._names = names
        self._holders: dict[SettingKey, dict[Scalar, HostSet]] = {}
        for key, values in holders.items():
            own = {value: hosts & members for value, hosts in values.items() if hosts & members}
            if own:
                self._holders[key] = own

    def hosts_of(self, names: Iterable[str]) -> HostSet:
        """The members of these names."""
        wanted = frozenset(names)
        return sum(1 << number for number in numbers(self.members) if self._names[number] in wanted)

    def names_of(self, hosts: HostSet) -> Iterator[str]:
        """The names of these members."""
        return (self._names[number] for number in numbers(hosts))

    def compared(self) -> Iterator[SettingKey]:
        """The settings that can be compared: at least four hosts have them, and few enough different values."""
        for key, values in self._holders.items():
            known = sum(hosts.bit_count() for hosts in values.values())
            if known >= FEWEST_HOSTS and len(values) <= max(2, MOST_VALUES * known):
                yield key

    def holders(self, key: SettingKey) -> Mapping[Scalar, HostSet]:
        """Value -> the hosts that have it."""
        return self._holders.get(key, {})

    def usual(self, key: SettingKey) -> tuple[Scalar, int, int]:
        """The value that most hosts have, how many these are, and of how many."""
        counts = {value: hosts.bit_count() for value, hosts in self._holders[key].items()}
        value, most = max(counts.items(), key=lambda item: (item[1], str(item[0])))
        return value, most, sum(counts.values())

    def odd(self) -> Iterator[OddSetting]:
        """The hosts that differ where at least nine in ten agree; of fewer than ten hosts, all but one."""
        for key in self.compared():
            usual, agreeing, known = self.usual(key)
            if known - agreeing > max(1, ceil(ODD_SHARE * known) - 1):
                continue
            for value, held in self._holders[key].items():
                for host in self.names_of(held) if value != usual else ():
                    yield OddSetting(
                        host=host,
                        cohort=self.cohort,
                        key=key,
                        value=value,
                        usual=usual,
                        agreeing=agreeing,
                        hosts=known,
                    )


def add_host(holders: dict[SettingKey, dict[Scalar, HostSet]], number: int, facts: Iterable[FleetFact]) -> None:
    """Add what one host is set to."""
    bit = 1 << number
    for name, subject, value in facts:
        values = holders.get((name, subject))  # type: ignore[call-overload] # equal to the key, and made sooner
        if values is None:
            values = holders[SettingKey(name, subject)] = {}
        values[value] = values.get(value, 0) | bit
