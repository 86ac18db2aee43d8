"""Two runs side by side, cell by cell: ratio and interval, no verdict. Anything may be looked at next to anything."""

from dataclasses import replace
from statistics import median

from perfadvisor.analyse.gate.compare import compare
from perfadvisor.model.gate import Comparison, MetricPolicy, Order, Runs, Side

NO_MARGIN = MetricPolicy(margin=1e-9, primary=False)


def side_by_side(a: Side, b: Side, order: Order) -> tuple[Comparison, ...]:
    """Every metric that both sides have in the same unit. The ratio is of medians where there are too few runs for an
    interval."""
    keys = sorted(key for key in a.runs.keys() & b.runs.keys() if a.runs[key].unit == b.runs[key].unit)
    return tuple(_one(a.runs[key], b.runs[key], order) for key in keys)


def _one(a: Runs, b: Runs, order: Order) -> Comparison:
    found = compare(a, b, NO_MARGIN, order).comparison
    if found.ratio is not None or not a.values or not b.values or median(a.values) == 0:
        return found
    return replace(found, ratio=median(b.values) / median(a.values))


def left_out(a: Side, b: Side) -> tuple[str, ...]:
    """What cannot be put side by side, and why, in words."""
    said = []
    for key in sorted(a.runs.keys() | b.runs.keys()):
        name = "/".join(key)
        if key not in a.runs or key not in b.runs:
            said.append(f"{name}: only in {(a if key in a.runs else b).name}")
        elif a.runs[key].unit != b.runs[key].unit:
            said.append(f"{name}: {a.runs[key].unit or 'no unit'} against {b.runs[key].unit or 'no unit'}")
    return tuple(said)
