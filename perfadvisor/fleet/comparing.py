"""A fleet compared: outliers with their reasons, odd settings, and findings by how many hosts have them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from perfadvisor.analyse.fleet.outliers import outliers
from perfadvisor.analyse.fleet.separating import decision_list
from perfadvisor.analyse.fleet.settings import CohortSettings
from perfadvisor.analyse.gate.fingerprint import VERSIONS
from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.fleet import (
    FindingSpread,
    FleetComparison,
    FleetFact,
    HostCell,
    HostRecord,
    HostSummary,
    OutlierReason,
    OutlierReport,
)
from perfadvisor.model.rule import SEVERITIES, Severity
from perfadvisor.packs.known_facts import known_facts

RARE = 0.1  # a rule that fires on more of the rest than this does not explain why others are slow
_Group = tuple[str, frozenset[str]]


@dataclass(slots=True)
class _FleetSeen:
    """What is taken from the records, one after the other."""

    cells: list[HostCell] = field(default_factory=list)
    settings: dict[str, CohortSettings] = field(default_factory=dict)
    rules: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # cohort -> rule -> its hosts
    titles: dict[str, tuple[str, str]] = field(default_factory=dict)  # rule -> severity and one of its titles
    cohorts: Counter[str] = field(default_factory=Counter)
    bad: list[tuple[str, str]] = field(default_factory=list)
    hosts: list[HostSummary] = field(default_factory=list)

    def add(self, record: HostRecord, cohort: str) -> None:
        """Take what is compared of one record."""
        if record.error:
            self.bad.append((record.host, record.error))
            return
        self.cohorts[cohort] += 1
        severities = {one.severity for one in record.findings}
        worst = next((one.value for one in SEVERITIES if one.value in severities), "")
        self.hosts.append(HostSummary(host=record.host, cohort=cohort, findings=len(record.findings), worst=worst))
        self.cells += [HostCell(host=record.host, cohort=cohort, cell=cell) for cell in record.cells if cell.better]
        self.settings.setdefault(cohort, CohortSettings(cohort)).add(record.host, settings_of(record.facts))
        for one in record.findings:
            held = self.rules.setdefault(cohort, {}).setdefault(one.rule, [])
            if not held or held[-1] != record.host:
                held.append(record.host)
            self.titles.setdefault(one.rule, (one.severity, one.title))


def settings_of(facts: Iterable[FleetFact]) -> Iterator[FleetFact]:
    """The facts that are compared between hosts: what can be set, and versions."""
    catalogue = known_facts()
    return (fact for fact in facts if _is_compared(catalogue.get(fact.name)))


def _is_compared(spec: FactSpec | None) -> bool:
    return spec is not None and (spec.nature is Nature.SETTING or spec.name in VERSIONS)


def compared(records: Iterable[HostRecord], labels: dict[str, str] | None = None) -> FleetComparison:
    """The comparison of all hosts. `labels` puts hosts into cohorts by name instead of by hardware."""
    seen = _FleetSeen()
    for record in records:
        seen.add(record, (labels or {}).get(record.host) or record.cohort)
    report = outliers(seen.cells)
    odd = sorted(
        (one for settings in seen.settings.values() for one in settings.odd()), key=lambda one: (one.host, one.key)
    )
    return FleetComparison(
        cohorts=dict(seen.cohorts.most_common()),
        hosts=tuple(sorted(seen.hosts, key=lambda one: one.host)),
        outliers=report,
        reasons=tuple(_reasons(seen, report)),
        odd=tuple(odd),
        findings=tuple(_spread(seen)),
        bad=tuple(seen.bad),
    )


def _reasons(seen: _FleetSeen, report: OutlierReport) -> Iterator[OutlierReason]:
    """For each set of worse hosts of a cohort, what separates them; metrics with the same set share one answer."""
    metrics: dict[tuple[str, str, str, str], set[str]] = {}
    for one in report.outliers:
        if one.worse is not False:
            where = (one.level.cohort, one.level.workload, one.level.environment, one.level.metric)
            metrics.setdefault(where, set()).add(one.host)
    groups: dict[_Group, list[str]] = {}
    for (cohort, workload, environment, metric), hosts in metrics.items():
        groups.setdefault((cohort, frozenset(hosts)), []).append(f"{workload} {metric}@{environment}")
    for (cohort, slow), named in groups.items():
        yield OutlierReason(
            cohort=cohort,
            metrics=tuple(sorted(named)),
            hosts=tuple(sorted(slow)),
            steps=decision_list(seen.settings[cohort], slow),
            rules=tuple(_rules_of(seen, cohort, slow)),
        )


def _rules_of(seen: _FleetSeen, cohort: str, slow: frozenset[str]) -> Iterator[FindingSpread]:
    """The rules that fire on slow hosts, and on few of the rest."""
    rest = seen.cohorts[cohort] - len(slow)
    for rule, hosts in seen.rules.get(cohort, {}).items():
        among, elsewhere = len(slow & set(hosts)), len(set(hosts) - slow)
        if among and elsewhere <= RARE * rest:
            severity, title = seen.titles[rule]
            yield FindingSpread(
                rule=rule, severity=severity, title=title, hosts=tuple(sorted(slow & set(hosts))), elsewhere=elsewhere
            )


def _spread(seen: _FleetSeen) -> list[FindingSpread]:
    """Every rule that fires, by severity and by how many hosts have it."""
    hosts: dict[str, list[str]] = {}
    for by_rule in seen.rules.values():
        for rule, held in by_rule.items():
            hosts.setdefault(rule, []).extend(held)
    found = [
        FindingSpread(rule=rule, severity=seen.titles[rule][0], title=seen.titles[rule][1], hosts=tuple(sorted(held)))
        for rule, held in hosts.items()
    ]
    return sorted(found, key=lambda one: (SEVERITIES.index(Severity(one.severity)), -len(one.hosts), one.rule))
