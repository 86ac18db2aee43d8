"""Two runs side by side, cell by cell: ratio and interval, no verdict. Anything may be looked at next to anything."""

from dataclasses import replace
from statistics import median

from perfadvisor.analyse.gate.compare import compare
from perfadvisor.analyse.gate.gate import with_left_out
from perfadvisor.model.gate import Comparison, MetricPolicy, Order, Reason, Runs, Side

NO_MARGIN = MetricPolicy(margin=1e-9, primary=False)


def side_by_side(a: Side, b: Side, order: Order, *, even_invalid: bool = False) -> tuple[Comparison, ...]:
    """Every metric that both sides have in the same unit. The ratio is of medians where there are too few runs for an
    interval. A metric whose runs are INVALID has no ratio, and says why; with `even_invalid` it has one all the same,
    from all of its runs, and is marked."""
    keys = sorted(key for key in a.runs.keys() & b.runs.keys() if a.runs[key].unit == b.runs[key].unit)
    return tuple(_one(a, b, key, order, even_invalid) for key in keys)


def _one(a: Side, b: Side, key: tuple[str, str], order: Order, even_invalid: bool) -> Comparison:
    first, second = a.runs[key], b.runs[key]
    why = "; ".join(f"{side.name}: {side.invalid[key]}" for side in (a, b) if key in side.invalid)
    if even_invalid:
        first, second = _with_all(first), _with_all(second)
        why = why or "; ".join(_included(side) for side in (a, b) if side.runs[key].left_out)
    found = with_left_out(compare(first, second, NO_MARGIN, order).comparison, first, second)
    if why:
        found = replace(found, reason=Reason.INVALID_RUNS, explanation=why)
        if not even_invalid:
            return replace(found, ratio=None, low=None, high=None)
    if found.ratio is not None or not first.values or not second.values or median(first.values) == 0:
        return found
    return replace(found, ratio=median(second.values) / median(first.values))


def _with_all(runs: Runs) -> Runs:
    return replace(runs, values=(*runs.values, *runs.left_out), times=(), left_out=())


def _included(side: Side) -> str:
    return f"{side.name}: INVALID runs included"


def left_out(a: Side, b: Side) -> tuple[str, ...]:
    """What cannot be put side by side, and why, in words."""
    return tuple(f"{'/'.join(key)}: {why}" for key in sorted(a.keys | b.keys) if (why := _why_left_out(a, b, key)))


def _why_left_out(a: Side, b: Side, key: tuple[str, str]) -> str:
    unmeasured = [f"not measured in {side.name}: {side.unmeasured[key]}" for side in (a, b) if key in side.unmeasured]
    if unmeasured:
        return "; ".join(unmeasured)
    first, second = a.runs.get(key), b.runs.get(key)
    if first is None or second is None:
        return f"only in {(b if first is None else a).name}"
    return "" if first.unit == second.unit else f"{first.unit or 'no unit'} against {second.unit or 'no unit'}"
