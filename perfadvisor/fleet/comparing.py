"""A fleet compared: outliers with their reasons, odd settings, and findings by how many hosts have them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from perfadvisor.analyse.fleet.digest import FleetDigest
from perfadvisor.analyse.fleet.hostset import HostSet, numbers
from perfadvisor.analyse.fleet.outliers import outliers
from perfadvisor.analyse.fleet.separating import decision_list
from perfadvisor.analyse.fleet.settings import CohortSettings
from perfadvisor.model.fleet import FindingSpread, FleetComparison, OutlierReason, OutlierReport
from perfadvisor.model.rule import SEVERITIES, Severity

RARE = 0.1  # a rule that fires on more of the rest than this does not explain why others are slow
NO_LABELS: Mapping[str, str] = MappingProxyType({})
_Group = tuple[str, frozenset[str]]


def comparison(digest: FleetDigest, labels: Mapping[str, str] = NO_LABELS) -> FleetComparison:
    """The comparison of all hosts of a digest. `labels` puts hosts into cohorts by name instead of by hardware."""
    cohorts = digest.by_cohort(labels)
    names = [one.host for one in digest.hosts]
    settings = {cohort: CohortSettings(cohort, names, hosts, digest.settings) for cohort, hosts in cohorts.items()}
    report = outliers(digest.cohort_metrics(cohorts))
    odd = sorted((one for each in settings.values() for one in each.odd()), key=lambda one: (one.host, one.key))
    hosts = (
        replace(digest.hosts[number], cohort=cohort) for cohort, held in cohorts.items() for number in numbers(held)
    )
    return FleetComparison(
        cohorts={cohort: held.bit_count() for cohort, held in cohorts.items()},
        hosts=tuple(sorted(hosts, key=lambda one: one.host)),
        outliers=report,
        reasons=tuple(_reasons(digest, settings, report)),
        odd=tuple(odd),
        findings=tuple(_spread(digest)),
        bad=tuple((names[number], why) for number, why in digest.bad.items()),
    )


def _reasons(
    digest: FleetDigest, settings: Mapping[str, CohortSettings], report: OutlierReport
) -> Iterator[OutlierReason]:
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
        among = settings[cohort].hosts_of(slow)
        yield OutlierReason(
            cohort=cohort,
            metrics=tuple(sorted(named)),
            hosts=tuple(sorted(slow)),
            steps=decision_list(settings[cohort], among),
            rules=tuple(_rules_of(digest, among, settings[cohort].members)),
        )


def _rules_of(digest: FleetDigest, slow: HostSet, cohort: HostSet) -> Iterator[FindingSpread]:
    """The rules that fire on slow hosts, and on few of the rest."""
    rest = cohort & ~slow
    for rule, hits in digest.rules.items():
        among, elsewhere = hits.hosts & slow, (hits.hosts & rest).bit_count()
        if among and elsewhere <= RARE * rest.bit_count():
            yield FindingSpread(
                rule=rule,
                severity=hits.severity,
                title=hits.title,
                hosts=_names(digest, among),
                elsewhere=elsewhere,
            )


def _spread(digest: FleetDigest) -> list[FindingSpread]:
    """Every rule that fires, by severity and by how many hosts have it."""
    found = [
        FindingSpread(rule=rule, severity=hits.severity, title=hits.title, hosts=_names(digest, hits.hosts))
        for rule, hits in digest.rules.items()
        if hits.hosts
    ]
    return sorted(found, key=lambda one: (SEVERITIES.index(Severity(one.severity)), -len(one.hosts), one.rule))


def _names(digest: FleetDigest, hosts: HostSet) -> tuple[str, ...]:
    return tuple(sorted(digest.hosts[number].host for number in numbers(hosts)))
