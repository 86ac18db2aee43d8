"""What of judged hosts is compared, as a line of JSON beside their records."""

import json
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np

from perfadvisor.analyse.fleet.columns import TRUSTS, Column
from perfadvisor.analyse.fleet.digest import FleetDigest, MetricRows, RuleHits
from perfadvisor.analyse.gate.fingerprint import VERSIONS
from perfadvisor.errors import InputError
from perfadvisor.fleet.records import scalar, text
from perfadvisor.model.fact import Nature
from perfadvisor.model.fleet import FleetFact, HostRecord, HostSummary, SettingKey
from perfadvisor.packs.known_facts import known_facts

FLOATS = np.dtype("<f8")
_TRUST_PLACES = frozenset(map(float, range(len(TRUSTS))))


@cache
def compared_names() -> frozenset[str]:
    """The facts that are compared between hosts: what can be set, and versions."""
    specs = known_facts().values()
    return frozenset(spec.name for spec in specs if spec.nature is Nature.SETTING or spec.name in VERSIONS)


def settings_of(facts: Iterable[FleetFact]) -> Iterator[FleetFact]:
    """Those of the facts that are compared between hosts."""
    names = compared_names()
    return (fact for fact in facts if fact.name in names)


def digest_of(records: Iterable[HostRecord]) -> FleetDigest:
    """What a comparison needs of these hosts."""
    found = FleetDigest()
    for record in records:
        found.add(record, settings_of(record.facts))
    return found


def encode_digest(digest: FleetDigest) -> str:
    """The digest without line breaks."""
    plain = {
        "hosts": [[one.host, one.cohort, one.findings, one.worst] for one in digest.hosts],
        "judged": digest.judged,
        "bad": list(digest.bad.items()),
        "settings": [[*key, list(values.items())] for key, values in digest.settings.items()],
        "rules": [[rule, hits.severity, hits.title, hits.hosts] for rule, hits in digest.rules.items()],
        "metrics": [[*key, *_packed(rows)] for key, rows in digest.metrics.items()],
    }
    return json.dumps(plain, allow_nan=False, separators=(",", ":"))


def _packed(rows: MetricRows) -> tuple[str, str, list[int], str]:
    """Numbers as they are in memory: ten thousand runs have a million of each."""
    numbers = np.frombuffer(rows.rows, dtype=np.float64).astype(FLOATS)
    return rows.unit, rows.better, rows.hosts.tolist(), b64encode(numbers.tobytes()).decode()


def decode_digest(line: str, where: str) -> FleetDigest:
    """The digest in a line; InputError, naming `where`, if it is not one."""
    try:
        plain = json.loads(line)
        hosts = [_summary(*values) for values in plain["hosts"]]
        whole = (1 << len(hosts)) - 1
        return FleetDigest(
            hosts=hosts,
            judged=_set(plain["judged"], whole),
            bad={_place(number, len(hosts)): text(why) for number, why in plain["bad"]},
            settings={
                SettingKey(text(name), text(subject)): {scalar(value): _set(held, whole) for value, held in values}
                for name, subject, values in plain["settings"]
            },
            rules={
                text(rule): RuleHits(text(severity), text(title), _set(held, whole))
                for rule, severity, title, held in plain["rules"]
            },
            metrics={
                (text(one), text(two), text(three)): _rows(rest, len(hosts))
                for one, two, three, *rest in plain["metrics"]
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(f"{where}: not a digest of hosts: {error!r:.200}", "judge the bundles again") from error


def _summary(host: object, cohort: object, findings: object, worst: object) -> HostSummary:
    return HostSummary(host=text(host), cohort=text(cohort), findings=_number(findings), worst=text(worst))


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r:.40} is not a count")
    return value


def _place(value: object, count: int) -> int:
    if _number(value) >= count:
        raise ValueError("a host that is not in the list")
    return _number(value)


def _set(value: object, whole: int) -> int:
    held = _number(value)
    if held & ~whole:
        raise ValueError("a host that is not in the list")
    return held


def _rows(told: list[Any], count: int) -> MetricRows:
    unit, better, hosts, packed = told
    rows = np.frombuffer(b64decode(packed, validate=True), dtype=FLOATS).astype(np.float64)
    for number in {min(hosts), max(hosts)} if set(map(type, hosts)) == {int} else hosts:
        _place(number, count)
    if rows.size != len(hosts) * len(Column):
        raise ValueError("rows that are not those of its hosts")
    if not set(rows[Column.TRUST :: len(Column)].tolist()) <= _TRUST_PLACES:
        raise ValueError("a trust that is none")
    return MetricRows(text(unit), text(better), array("l", hosts), array("d", rows.tobytes()))
