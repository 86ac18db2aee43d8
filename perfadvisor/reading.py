"""Facts of whatever the user points to: a run, a snapshot, somebody's tree, or one file of a tool's output."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.facts.text import recognise as text
from perfadvisor.model.fact import Absent, Fact, FactTable
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.saved.archive import is_tar, read_all
from perfadvisor.saved.saved import load
from perfadvisor.tools import facts_of_output as output

ARCHIVES = (".tar", ".tgz", ".gz", ".xz", ".bz2", ".ttar", ".zst")
KNOWN = ", ".join(["fio and iperf3 JSON", *(kind.name for kind in text.KINDS)])


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The facts of one environment, and the sources that could not be read with the reason."""

    environment: str
    facts: FactTable
    unreadable: tuple[tuple[str, str], ...] = ()


def read(path: Path) -> tuple[Reading, ...]:
    """One reading per environment. InputError where the path is nothing perfadvisor knows."""
    if not path.exists():
        raise InputError(f"{path}: no such file or directory", "check the path")
    if (path / "run.json").is_file():
        return tuple(_of_run(path))
    if path.is_dir():
        return (_of_snapshot(load(path)),)
    found = _of_file(path)
    return (found if found is not None else _of_archive(path),)


def _of_run(path: Path) -> Iterator[Reading]:
    from perfadvisor.judge import judge

    view = judge(path)
    assert view.run is not None, "the folder holds a run"
    for name, table in view.facts.items():
        snapshot = view.run.before.get(name)
        yield Reading(environment=name, facts=table, unreadable=tuple(snapshot.tree.unreadable()) if snapshot else ())


def _of_snapshot(snapshot: Snapshot) -> Reading:
    from perfadvisor.judge import read_snapshot

    table, _ = read_snapshot(snapshot)
    return Reading(environment=snapshot.environment, facts=table, unreadable=tuple(snapshot.tree.unreadable()))


def _of_file(path: Path) -> Reading | None:
    """The facts of a tool's output, or None where the file may be an archive."""
    data = read_all(path)
    if is_tar(data):
        return None
    kind = text.recognise(data)
    # Results may stand behind other outputs in one log; without a brace there are none worth the search.
    if (kind is None or b"{" in data) and output.recognise(data):
        return Reading(environment=path.name, facts=_table(output.facts(data, str(path))))
    if kind:
        return Reading(environment=path.name, facts=_table(kind.facts(data, source=str(path))))
    return None


def _of_archive(path: Path) -> Reading:
    try:
        return _of_snapshot(load(path))
    except InputError as error:
        if path.name.endswith(ARCHIVES):
            raise
        hint = f"it reads archives, and outputs of {KNOWN}"
        raise InputError(f"{path}: not a file perfadvisor reads", hint) from error


def _table(facts: Iterator[Fact | Absent]) -> FactTable:
    return FactTable(facts)
