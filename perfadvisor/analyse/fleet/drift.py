"""What left the accepted settings of a cohort."""

from collections.abc import Iterable, Iterator, Mapping

from perfadvisor.analyse.fleet.settings import CohortSettings
from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import FleetFact, OddSetting, SettingKey

Accepted = Mapping[SettingKey, Scalar]


def accepted(settings: CohortSettings) -> dict[SettingKey, Scalar]:
    """The usual value of every setting on which nine in ten hosts of the cohort agree."""
    usual = ((key, *settings.usual(key)) for key in settings.compared())
    return {key: value for key, value, agreeing, known in usual if agreeing * 10 >= known * 9}


def drift(host: str, cohort: str, facts: Iterable[FleetFact], baseline: Accepted) -> Iterator[OddSetting]:
    """The settings of a host that differ from the accepted ones; what was not read on it has not drifted."""
    for fact in facts:
        key = SettingKey(fact.name, fact.subject)
        usual = baseline.get(key)
        if usual is not None and usual != fact.value:
            yield OddSetting(host=host, cohort=cohort, key=key, value=fact.value, usual=usual, agreeing=0, hosts=0)


def cohort_drift(settings: CohortSettings, baseline: Accepted) -> Iterator[OddSetting]:
    """The same of all hosts of a cohort."""
    for key, usual in baseline.items():
        for value, hosts in settings.holders(key).items():
            for host in settings.names_of(hosts) if value != usual else ():
                yield OddSetting(
                    host=host, cohort=settings.cohort, key=key, value=value, usual=usual, agreeing=0, hosts=0
                )
