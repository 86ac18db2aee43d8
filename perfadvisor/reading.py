"""Facts of whatever the user points to: a run, a snapshot, a foreign tree, or one file of a tool's output."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.gathering import gather
from perfadvisor.model.evidence import Contradiction
from perfadvisor.model.fact import FactTable
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.tools import facts_of_output as output


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The facts of one environment, the sources that could not be read with the reason, and what saved outputs give
    twice, differently."""

    environment: str
    facts: FactTable
    unreadable: tuple[tuple[str, str], ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


def read(path: Path, *more: Path) -> tuple[Reading, ...]:
    """One reading per environment. InputError where the path is nothing perfadvisor knows."""
    if not more and (path / "run.json").is_file():
        return tuple(_of_run(path))
    found = gather((path, *more))
    results = FactTable(fact for one in found.results for fact in output.facts(one.data, one.name))
    readings = [_of_snapshot(one) for one in found.snapshots]
    twice = found.bundle.contradictions
    readings += [Reading(environment=name, facts=table, contradictions=twice) for name, table in found.machines.items()]
    return (*readings, Reading(environment=path.name, facts=results)) if found.results else tuple(readings)


def _of_run(path: Path) -> Iterator[Reading]:
    from perfadvisor.judge import judge

    view = judge(path)
    assert view.run is not None, "the directory holds a run"
    for name, table in view.facts.items():
        snapshot = view.run.before.get(name)
        yield Reading(environment=name, facts=table, unreadable=tuple(snapshot.tree.unreadable()) if snapshot else ())


def _of_snapshot(snapshot: Snapshot) -> Reading:
    from perfadvisor.judge import read_snapshot

    table, _ = read_snapshot(snapshot)
    return Reading(environment=snapshot.environment, facts=table, unreadable=tuple(snapshot.tree.unreadable()))
