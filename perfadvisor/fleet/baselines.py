"""The accepted settings of each cohort, as a file that people read, change and commit."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from perfadvisor.analyse.fleet.digest import FleetDigest
from perfadvisor.analyse.fleet.drift import accepted, cohort_drift, drift
from perfadvisor.analyse.fleet.settings import CohortSettings
from perfadvisor.errors import InputError
from perfadvisor.fleet.comparing import NO_LABELS
from perfadvisor.fleet.digests import settings_of
from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import HostRecord, OddSetting, SettingKey
from perfadvisor.upgrading import Format

FORMAT = Format(kind="baseline of a fleet", version=1)
Baseline = dict[str, dict[SettingKey, Scalar]]


def accept_baseline(digest: FleetDigest, labels: Mapping[str, str] = NO_LABELS) -> Baseline:
    """Cohort -> the settings on which nine in ten of its hosts agree."""
    names = [one.host for one in digest.hosts]
    return {
        cohort: accepted(CohortSettings(cohort, names, hosts, digest.settings))
        for cohort, hosts in sorted(digest.by_cohort(labels).items())
    }


def baseline_text(baseline: Baseline) -> str:
    """The file's text: cohort -> fact -> subject -> value."""
    cohorts: dict[str, dict[str, dict[str, Scalar]]] = {}
    for cohort, settings in baseline.items():
        facts = cohorts.setdefault(cohort, {})
        for key, value in sorted(settings.items()):
            facts.setdefault(key.name, {})[key.subject] = value
    document = {"schema_version": FORMAT.version, "cohorts": cohorts}
    return json.dumps(document, indent=1, allow_nan=False, sort_keys=True) + "\n"


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file; InputError where it is not one."""
    try:
        plain = FORMAT.today(json.loads(path.read_bytes()), path)
        return {
            str(cohort): {
                SettingKey(str(name), str(subject)): _scalar(value)
                for name, subjects in facts.items()
                for subject, value in subjects.items()
            }
            for cohort, facts in plain["cohorts"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: not a baseline of a fleet: {error!r:.200}", "perfadvisor fleet baseline") from error


def _scalar(value: object) -> Scalar:
    if not isinstance(value, bool | int | float | str):
        raise TypeError(f"{value!r:.40} is not a value")
    return value


def drifted(
    records: Iterable[HostRecord], baseline: Baseline, labels: Mapping[str, str] = NO_LABELS
) -> Iterator[OddSetting]:
    """Every setting of every host that left its cohort's accepted value. `labels` names the cohort of a host in place
    of its hardware, as for the baseline."""
    for record in records:
        cohort = labels.get(record.host) or record.cohort
        accepted_here = baseline.get(cohort, {})
        yield from drift(record.host, cohort, settings_of(record.facts), accepted_here)


def fleet_drift(
    digest: FleetDigest, baseline: Baseline, labels: Mapping[str, str] = NO_LABELS
) -> tuple[OddSetting, ...]:
    """The same of all hosts of a digest, by host."""
    names = [one.host for one in digest.hosts]
    found = (
        one
        for cohort, hosts in digest.by_cohort(labels).items()
        for one in cohort_drift(CohortSettings(cohort, names, hosts, digest.settings), baseline.get(cohort, {}))
    )
    return tuple(sorted(found, key=lambda one: (one.host, one.key)))
