"""What a comparison needs of many hosts, by what they share: each value with the hosts that have it.

Hosts of a fleet are much alike, so this is a twentieth of their records, and it is joined batch by batch: ten thousand
hosts are compared in the time in which their records could not even be read.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from perfadvisor.analyse.fleet.columns import CohortMetric, Column, row_of
from perfadvisor.analyse.fleet.hostset import HostSet, numbers
from perfadvisor.analyse.fleet.settings import add_host
from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import FleetFact, HostRecord, HostSummary, SettingKey
from perfadvisor.model.rule import SEVERITIES

MetricKey = tuple[str, str, str]  # workload, environment, metric


@dataclass(slots=True)
class MetricRows:
    """One metric of one workload: the numbers of the hosts that have it, and a row of each, one after the other."""

    unit: str
    better: str
    hosts: "array[int]" = field(default_factory=lambda: array("l"))
    rows: "array[float]" = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class RuleHits:
    """One rule: its severity, one of its titles, and the hosts on which it fires."""

    severity: str
    title: str
    hosts: HostSet = 0


@dataclass(slots=True)
class FleetDigest:
    """The hosts by number. `judged` are those that could be, `bad` says of the others why not; what else is known of a
    host counts only where it is in `judged`."""

    hosts: list[HostSummary] = field(default_factory=list)
    judged: HostSet = 0
    bad: dict[int, str] = field(default_factory=dict)
    settings: dict[SettingKey, dict[Scalar, HostSet]] = field(default_factory=dict)
    rules: dict[str, RuleHits] = field(default_factory=dict)
    metrics: dict[MetricKey, MetricRows] = field(default_factory=dict)

    def add(self, record: HostRecord, settings: Iterable[FleetFact]) -> None:
        """Add one host, with those of its facts that are compared."""
        number = len(self.hosts)
        severities = {one.severity for one in record.findings}
        worst = next((one.value for one in SEVERITIES if one.value in severities), "")
        summary = HostSummary(host=record.host, cohort=record.cohort, findings=len(record.findings), worst=worst)
        self.hosts.append(summary)
        if record.error:
            self.bad[number] = record.error
            return
        self.judged |= 1 << number
        add_host(self.settings, number, settings)
        for one in record.findings:
            self.rules.setdefault(one.rule, RuleHits(one.severity, one.title)).hosts |= 1 << number
        for cell in record.cells:
            if cell.better:
                key = (cell.workload, cell.environment, cell.metric)
                held = self.metrics.setdefault(key, MetricRows(cell.unit, cell.better))
                held.hosts.append(number)
                held.rows.extend(row_of(cell))

    def join(self, other: "FleetDigest", counted: HostSet) -> None:
        """Add the hosts of another one behind these; those that are not in `counted` are there by number alone."""
        behind = len(self.hosts)
        self.hosts += other.hosts
        self.judged |= (other.judged & counted) << behind
        self.bad.update((number + behind, why) for number, why in other.bad.items() if counted >> number & 1)
        for key, values in other.settings.items():
            held = self.settings.setdefault(key, {})
            for value, hosts in values.items():
                held[value] = held.get(value, 0) | (hosts & counted) << behind
        for rule, hits in other.rules.items():
            self.rules.setdefault(rule, RuleHits(hits.severity, hits.title)).hosts |= (hits.hosts & counted) << behind
        for metric, theirs in other.metrics.items():
            rows = self.metrics.setdefault(metric, MetricRows(theirs.unit, theirs.better))
            rows.hosts.frombytes((np.array(theirs.hosts, dtype=np.dtype("l")) + behind).tobytes())
            rows.rows.extend(theirs.rows)

    def by_cohort(self, labels: Mapping[str, str]) -> dict[str, HostSet]:
        """Cohort -> its judged hosts, the largest first; `labels` names that of a host in place of its hardware."""
        found: dict[str, list[int]] = {}
        for number in numbers(self.judged):
            one = self.hosts[number]
            found.setdefault(labels.get(one.host) or one.cohort, []).append(number)
        ordered = sorted(found.items(), key=lambda item: -len(item[1]))
        return {cohort: _set_of(held) for cohort, held in ordered}

    def cohort_metrics(self, cohorts: Mapping[str, HostSet]) -> Iterator[CohortMetric]:
        """Every metric of every cohort."""
        places = np.full(len(self.hosts), -1)
        for place, hosts in enumerate(cohorts.values()):
            places[numbers(hosts)] = place
        shared: dict[bytes, list[str]] = {}  # most metrics are those of the same hosts
        for (workload, environment, metric), held in self.metrics.items():
            owners = np.frombuffer(held.hosts, dtype=np.dtype("l"))
            rows = np.frombuffer(held.rows).reshape(-1, len(Column))
            for place, cohort in enumerate(cohorts):
                here = np.flatnonzero(places[owners] == place)
                if here.size:
                    found = owners[here]
                    names = shared.get(found.tobytes()) or [self.hosts[number].host for number in found.tolist()]
                    yield CohortMetric(
                        cohort=cohort,
                        workload=workload,
                        environment=environment,
                        metric=metric,
                        unit=held.unit,
                        better=held.better,
                        hosts=shared.setdefault(found.tobytes(), names),
                        values=rows[here],
                    )


def _set_of(held: Iterable[int]) -> HostSet:
    """The set of these numbers, in one step: adding one by one copies the set each time."""
    taken = frozenset(held)
    most = max(taken, default=0)
    return int("".join("1" if number in taken else "0" for number in range(most, -1, -1)), 2)
