"""One bundle judged: what is kept of the host, or why nothing could be."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import starmap
from math import isfinite
from pathlib import Path

from perfadvisor.analyse.fleet.cohorts import cohort_of
from perfadvisor.analyse.rules.firing import firing
from perfadvisor.errors import InputError, PerfAdvisorError
from perfadvisor.fleet.alike import alike
from perfadvisor.fleet.places import LONGEST_NAME, BundlePlace
from perfadvisor.judge import judge_run, load_run, read_snapshot, snapshot_host
from perfadvisor.model.fact import Fact, FactTable, Scalar
from perfadvisor.model.fleet import FleetCell, FleetFact, FleetFinding, HostRecord
from perfadvisor.model.result import Cell
from perfadvisor.model.rule import Finding, Outcome, Rule
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.plaintext import visible_line
from perfadvisor.saved.given import given
from perfadvisor.saved.packed_run import PACKED_RUN, RUN_FILE

LONGEST_TEXT = 1000  # characters of a fact; the kernel's command line has at most 2,048, other settings are short
HOSTNAME = "kernel.hostname"
KEPT = "kept"  # the source of all facts that are judged again: no finding tells it
LARGEST = 2**63  # what a database keeps as a whole number


def judged(place: BundlePlace, rules: Sequence[Rule]) -> HostRecord:
    """The host's record; one with `error` where the bundle cannot be read. Never raises but for an interrupt: one bad
    bundle must not stop ten thousand others."""
    empty = HostRecord(host=place.host, source=str(place.path), content="")
    try:
        empty = replace(empty, content=content_of(place.path), received=place.path.stat().st_mtime)
        return _of_run(place.path, empty, rules) if _is_run(place.path) else _of_file(place.path, empty, rules)
    except PerfAdvisorError as error:
        return replace(empty, error=visible_line(error.message))
    except OSError as error:
        return replace(empty, error=visible_line(error.strerror or str(error)))
    except Exception as error:
        words = f"this is a bug in perfadvisor: {type(error).__name__}: {error}"
        return replace(empty, error=visible_line(words[:300]))


def judged_again(record: HostRecord, rules: Sequence[Rule]) -> HostRecord:
    """The record with the findings of these rules, from the facts that were kept."""
    facts = FactTable(filter(None, starmap(_again, record.facts)))
    found = alike(rules).findings.firing(facts, environment=record.environment, cohort=f"{KEPT} {record.cohort}")
    return replace(record, findings=tuple(_findings(found)))


@lru_cache(maxsize=1 << 15, typed=True)  # as for `_kept`
def _again(name: str, subject: str, value: Scalar) -> Fact | None:
    spec = known_facts().get(name)
    return spec.fact(value, source=KEPT, subject=subject) if spec else None


def content_of(path: Path) -> str:
    """The SHA-256 of what is judged: of the archive, or of a run's files that results come from."""
    digest = hashlib.sha256()
    files = sorted(path.rglob("*.json")) + sorted(path.rglob("*.tar.gz")) if path.is_dir() else [path]
    for file in files:
        with file.open("rb") as stream:
            digest.update(f"{file.relative_to(path)}\n".encode("utf-8", "surrogateescape"))
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _is_run(path: Path) -> bool:
    return (path / RUN_FILE).is_file()


def _of_file(path: Path, empty: HostRecord, rules: Sequence[Rule]) -> HostRecord:
    if path.name.endswith(PACKED_RUN):
        return _of_run(path, empty, rules)
    machines = given(path).machines
    if len(machines) != 1:
        what = "no machine" if not machines else f"{len(machines)} machines"
        raise InputError(f"{what} in it; a bundle of a fleet holds one")
    return of_snapshot(machines[0], empty, rules)


def of_snapshot(snapshot: Snapshot, empty: HostRecord, rules: Sequence[Rule]) -> HostRecord:
    """The record of a machine that was only read."""
    facts, cells = read_snapshot(snapshot, alike(rules).machines.read)
    host = snapshot_host(snapshot, facts)
    where = snapshot.environment
    if host is None:
        found = alike(rules).findings.firing(facts, environment=where, cohort=cohort_of(facts))
    else:
        found = firing(facts, rules, catalogue=known_facts(), environment=where, host=host)
    named = replace(empty, environment=visible_line(snapshot.environment)[:LONGEST_NAME])
    filled = _filled(named, facts, cells, found)
    return replace(
        filled,
        taken=_time(snapshot.taken),
        version=visible_line(snapshot.version)[:40],
        again=not host and not snapshot.window,
    )


def _of_run(path: Path, empty: HostRecord, rules: Sequence[Rule]) -> HostRecord:
    run = load_run(path)
    assert run is not None, "it is a run"
    view = judge_run(run, rules, source=str(path))
    base = next((one.name for one in run.environments if not one.parent), next(iter(view.facts), ""))
    facts = view.facts.get(base, FactTable(()))
    named = replace(empty, environment=visible_line(base)[:LONGEST_NAME])
    filled = _filled(named, facts, view.cells, view.findings)
    return replace(filled, taken=_time(run.started), version=visible_line(run.versions.get("perfadvisor", ""))[:40])


def _filled(empty: HostRecord, facts: FactTable, cells: Iterable[Cell], findings: Iterable[Finding]) -> HostRecord:
    return replace(
        empty,
        cohort=visible_line(cohort_of(facts))[:LONGEST_TEXT],
        identity=visible_line(str(facts.value(HOSTNAME) or ""))[:LONGEST_TEXT],
        facts=tuple(_facts(facts)),
        cells=tuple(one for cell in cells for one in _cells(cell)),
        findings=tuple(_findings(findings)),
    )


def _time(seconds: float) -> float:
    return seconds if isfinite(seconds) else 0.0


def _facts(facts: FactTable) -> Iterator[FleetFact]:
    """Every fact but those of results, which the cells hold; text cleaned, and numbers that JSON can write."""
    for name in facts.names():
        for fact in () if name.startswith("result.") else facts.named(name):
            kept = _kept(name, fact.subject, fact.value) if isinstance(fact, Fact) else None
            if kept is not None:
                yield kept


@lru_cache(maxsize=1 << 15, typed=True)  # the hosts of a fleet have the same by the thousand; True is not 1
def _kept(name: str, subject: str, value: Scalar) -> FleetFact | None:
    if isinstance(value, str):
        value = visible_line(value)[:LONGEST_TEXT]
    elif not isfinite(value) or abs(value) >= LARGEST:
        return None
    return FleetFact(name, visible_line(subject)[:LONGEST_NAME], value)


def _cells(cell: Cell) -> Iterator[FleetCell]:
    for one in cell.estimates:
        if isfinite(one.median):
            yield FleetCell(
                cell.workload,
                visible_line(cell.environment)[:LONGEST_NAME],
                one.metric,
                str(one.unit),
                one.better,
                one.median,
                one.low,
                one.high,
                one.coverage,
                one.n,
                str(cell.trust),
            )


def _findings(findings: Iterable[Finding]) -> Iterator[FleetFinding]:
    for one in findings:
        if one.outcome is Outcome.FIRES and not one.explained_by:
            yield FleetFinding(
                one.rule.id,
                str(one.rule.severity),
                visible_line(one.environment)[:LONGEST_NAME],
                visible_line(one.subject)[:LONGEST_NAME],
                visible_line(one.title)[:LONGEST_TEXT],
            )
