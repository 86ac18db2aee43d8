"""Several paths judged and put side by side: as they were given, or by host, by environment, or in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from perfadvisor.analyse.gate.ordering import order_by_time
from perfadvisor.analyse.gate.side_by_side import left_out, side_by_side
from perfadvisor.errors import InputError
from perfadvisor.formatting import when
from perfadvisor.gating.sides import read_input, run_sides
from perfadvisor.judge import judge
from perfadvisor.model.gate import Comparison, Order, Side
from perfadvisor.report.differing.differences import Differences, differences
from perfadvisor.report.view import ReportView
from perfadvisor.waiving import waived


class By(StrEnum):
    """What makes a side: a path (PATH), a host with its latest run, an environment, or a run in order of time."""

    PATH = "path"
    HOST = "host"
    ENV = "env"
    TIME = "time"


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedSide:
    """One side: its name, the judgement, and its measured figures where it has any. `path` is where it lies."""

    name: str
    path: Path
    view: ReportView
    side: Side | None


def differing(
    paths: Sequence[Path],
    rules_dirs: Sequence[Path] = (),
    goal: str = "",
    by: By = By.PATH,
    waivers: Path | None = None,
) -> tuple[Differences, tuple[ReportView, ...]]:
    """The differences, and the views behind them. InputError for a path that holds nothing to judge, and where there
    are fewer than two sides."""
    views, lapsed = _judged(paths, rules_dirs, goal, waivers)
    chosen, notes = _sides(views, by)
    if len(chosen) < 2:
        raise InputError(
            f"only one side: {', '.join(one.name for one in chosen)}", "give another run, or leave --by out"
        )
    results = [_results(chosen[0].side, other.side) for other in chosen[1:]]
    missed = [each for other in chosen[1:] for each in _missed(chosen[0].side, other.side)]
    sides = tuple(one.view for one in chosen)
    names = [one.name for one in chosen]
    return differences(names, sides, results, tuple(dict.fromkeys(missed)), (*lapsed, *notes)), sides


def is_whole(path: Path) -> bool:
    """Whether it is a run or a snapshot: a machine by itself, and no part of one as saved outputs are."""
    return (path / "run.json").is_file() or path.name.endswith((".tar.gz", ".tgz"))


def _judged(
    paths: Sequence[Path], rules_dirs: Sequence[Path], goal: str, waivers: Path | None
) -> tuple[list[JudgedSide], tuple[str, ...]]:
    """Each path by itself, and sentences about waivers that have expired."""
    found: list[JudgedSide] = []
    said: list[str] = []
    for name, path in zip(_names(paths), paths, strict=True):
        view, lapsed = waived(judge(path, rules_dirs, goal), waivers, rules_dirs)
        found.append(JudgedSide(name=name, path=path, view=view, side=_side(path, view)))
        said += lapsed
    return found, tuple(dict.fromkeys(said))


def _side(path: Path, view: ReportView) -> Side | None:
    """Its figures; None where nothing of it was measured."""
    finished = view.run is not None and any(cell.finished for cell in view.cells)
    return read_input(str(path), "").side if finished else None


def _sides(found: Sequence[JudgedSide], by: By) -> tuple[list[JudgedSide], list[str]]:
    """The sides in their order, and notes on those that were left out."""
    if by is By.ENV:
        return [part for one in found for part in _parts(one, several=len(found) > 1)], []
    if by is By.HOST:
        return _by_host([part for one in found for part in _machines(one)])
    return (_by_time(found) if by is By.TIME else list(found)), []


def _parts(one: JudgedSide, *, several: bool) -> Iterator[JudgedSide]:
    """A side for each environment."""
    sides = run_sides(one.path) if one.side else {}
    for name in one.view.facts:
        label = f"{one.name}: {name}" if several else name
        yield JudgedSide(name=label, path=one.path, view=one.view.only(name), side=sides.get(name))


def _machines(one: JudgedSide) -> Iterable[JudgedSide]:
    """The machines that were read together; a run is one machine's, whatever ran on it."""
    if one.view.run is not None or len(one.view.facts) < 2:
        return (one,)
    return _parts(one, several=False)


def _by_host(found: Sequence[JudgedSide]) -> tuple[list[JudgedSide], list[str]]:
    """Each host's latest run, in the order the hosts were given."""
    hosts: dict[str, list[JudgedSide]] = {}
    for one in found:
        hosts.setdefault(one.view.host_name, []).append(one)
    latest = {name: max(mine, key=_started) for name, mine in hosts.items()}
    earlier = [
        f"{one.name} is left out: {latest[name].name} is the later one of {name}"
        for name, mine in hosts.items()
        for one in mine
        if one is not latest[name]
    ]
    return [replace(one, name=name) for name, one in latest.items()], earlier


def _by_time(found: Sequence[JudgedSide]) -> list[JudgedSide]:
    return [replace(one, name=f"{one.name}, {when(_started(one))}") for one in sorted(found, key=_started)]


def _started(one: JudgedSide) -> float:
    """When its run began, or its snapshot was taken. InputError where neither is known."""
    if one.view.run is not None:
        return one.view.run.started
    if one.view.taken:
        return one.view.taken
    raise InputError(f"{one.path}: when this was read is not known", "give runs or snapshots, or leave --by out")


def _results(first: Side | None, other: Side | None) -> tuple[Comparison, ...]:
    if first is None or other is None:
        return ()
    return side_by_side(first, other, order_by_time(first, other) or Order.MIXED)


def _missed(first: Side | None, other: Side | None) -> tuple[str, ...]:
    return () if first is None or other is None else left_out(first, other)


def _names(paths: Sequence[Path]) -> list[str]:
    """The last part of each path where that tells them apart."""
    short = [path.name or str(path) for path in paths]
    return short if len(set(short)) == len(short) else [str(path) for path in paths]
