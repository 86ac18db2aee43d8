"""Several paths judged and put side by side."""

from collections.abc import Sequence
from pathlib import Path

from perfadvisor.analyse.gate.ordering import order_by_time
from perfadvisor.analyse.gate.side_by_side import left_out, side_by_side
from perfadvisor.gating.sides import read_input
from perfadvisor.judge import judge
from perfadvisor.model.gate import Comparison, Order, Side
from perfadvisor.report.differing.differences import Differences, differences
from perfadvisor.report.view import ReportView


def differing(
    paths: Sequence[Path], rules_dirs: Sequence[Path] = (), goal: str = ""
) -> tuple[Differences, tuple[ReportView, ...]]:
    """The differences, and the views behind them. InputError for a path that holds nothing to judge."""
    views = tuple(judge(path, rules_dirs, goal) for path in paths)
    sides = [read_input(str(path), "").side if view.run else None for path, view in zip(paths, views, strict=True)]
    results = [_results(sides[0], other) for other in sides[1:]]
    missed = [each for other in sides[1:] for each in _missed(sides[0], other)]
    return differences(_names(paths), views, results, tuple(dict.fromkeys(missed))), views


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
