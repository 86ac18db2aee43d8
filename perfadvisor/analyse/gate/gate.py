"""Judge everything two sides measured: metric by metric, then by family, then as one alert for one event."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from statistics import median

from perfadvisor.analyse.gate.compare import JudgedComparison, compare
from perfadvisor.analyse.statistics.effect import log_margin
from perfadvisor.analyse.statistics.holm import holm
from perfadvisor.analyse.statistics.sequential import FIXED_ALPHA
from perfadvisor.errors import InputError
from perfadvisor.formatting import count_of, figure
from perfadvisor.model.gate import Alert, Comparison, GateReport, MetricPolicy, Order, Reason, Runs, Side, Verdict

_ORDER_NOTES = {
    Order.BLOCK: ("runs in block order, or in an unknown one: intervals are widened by what the machine may drift",),
    Order.STORED: ("unpaired: a baseline stored in another session; intervals are widened by what sessions differ",),
}
PolicyOf = Callable[[Runs], MetricPolicy]


def gate(
    baseline: Side,
    candidate: Side,
    policy_of: PolicyOf,
    order: Order,
    *,
    alpha: float = FIXED_ALPHA,
    acknowledged: Mapping[str, str] | None = None,
) -> GateReport:
    """The report of two sides. `acknowledged` maps a comparison's id to why it is accepted. Raises InputError where the
    sides cannot be compared at all: other units, another kind of environment, nothing in common."""
    _check_kinds(baseline, candidate)
    judged = [_one(baseline, candidate, key, policy_of, order, alpha) for key in _keys(baseline, candidate)]
    comparisons = corroborated(corrected(judged, alpha), judged, alpha)
    comparisons = tuple(replace(c, acknowledged=(acknowledged or {}).get(c.id, "")) for c in comparisons)
    return GateReport(
        baseline=baseline.name,
        candidate=candidate.name,
        comparisons=comparisons,
        alerts=alerts(comparisons),
        notes=(*_marks(baseline, candidate), *_ORDER_NOTES.get(order, ())),
    )


def _check_kinds(baseline: Side, candidate: Side) -> None:
    kinds = {baseline.kind, candidate.kind} - {"", "unknown"}
    if len(kinds) > 1:
        raise InputError(
            f"the baseline was measured in a {baseline.kind}, the candidate in a {candidate.kind}",
            "a gate compares the same kind of environment; `perfadvisor compare` shows the two side by side",
        )


def _keys(baseline: Side, candidate: Side) -> list[tuple[str, str]]:
    if not baseline.keys & candidate.keys:
        raise InputError(
            f"{baseline.name} and {candidate.name} have no workload and metric in common",
            "check that both hold the same benchmark",
        )
    return sorted(baseline.keys | candidate.keys)


def _one(
    baseline: Side, candidate: Side, key: tuple[str, str], policy_of: PolicyOf, order: Order, alpha: float
) -> JudgedComparison:
    a, b = baseline.runs.get(key), candidate.runs.get(key)
    unmeasured = [
        f"{side.name}: not measured: {side.unmeasured[key]}" for side in (baseline, candidate) if key in side.unmeasured
    ]
    if unmeasured:
        return JudgedComparison(comparison=_unmeasured(a or b or _nothing(key), a, b, unmeasured, policy_of, order))
    if a is None or b is None:
        return JudgedComparison(comparison=_missing(a, b, policy_of, order))
    if a.unit != b.unit or a.better != b.better:
        raise InputError(
            f"{a.workload}/{a.metric}: {a.unit or 'no unit'}, better {a.better or 'unsaid'} in the baseline; "
            f"{b.unit or 'no unit'}, better {b.better or 'unsaid'} in the candidate",
            "convert one of them: a gate never compares different units or directions",
        )
    found = compare(a, b, policy_of(b), order, alpha)
    found = replace(found, comparison=with_left_out(found.comparison, a, b))
    obstacle = _untrustworthy(baseline, candidate, key)
    if obstacle is None:
        return found
    reason, explanation = obstacle
    return JudgedComparison(
        comparison=replace(found.comparison, verdict=Verdict.UNDECIDED, reason=reason, explanation=explanation)
    )


def _missing(a: Runs | None, b: Runs | None, policy_of: PolicyOf, order: Order) -> Comparison:
    known = a or b
    assert known is not None
    blank = _blank(known, a, b, policy_of, order)
    if a is None:
        why = "new: the baseline does not have it, so there is nothing to compare"
        return replace(blank, primary=False, reason=Reason.MISSING_BASELINE, explanation=why)
    why = "the baseline has it, the candidate does not: did the benchmark fail?"
    return replace(blank, reason=Reason.MISSING_CANDIDATE, explanation=why)


def _blank(known: Runs, a: Runs | None, b: Runs | None, policy_of: PolicyOf, order: Order) -> Comparison:
    policy = policy_of(known)
    return Comparison(
        workload=known.workload,
        metric=known.metric,
        unit=known.unit,
        better=known.better,
        order=order,
        verdict=Verdict.UNDECIDED,
        margin=policy.margin,
        primary=policy.primary,
        family=policy.family,
        baseline=a.values if a else (),
        candidate=b.values if b else (),
    )


def _nothing(key: tuple[str, str]) -> Runs:
    return Runs(workload=key[0], metric=key[1], unit="", better="", values=())


def _unmeasured(
    known: Runs, a: Runs | None, b: Runs | None, why: Sequence[str], policy_of: PolicyOf, order: Order
) -> Comparison:
    blank = _blank(known, a, b, policy_of, order)
    return replace(blank, reason=Reason.NOT_MEASURED, explanation="; ".join(why))


def with_left_out(one: Comparison, a: Runs, b: Runs) -> Comparison:
    """The comparison with a note on each side's runs that were left out of it."""
    sides = (("baseline", a), ("candidate", b))
    notes = tuple(f"{name}: {_left_out(runs)}" for name, runs in sides if runs.left_out)
    return replace(one, notes=(*one.notes, *notes))


def _left_out(runs: Runs) -> str:
    count = count_of(len(runs.left_out), "INVALID run")
    return f"{count} left out (median {figure(median(runs.left_out), runs.unit)})"


def _untrustworthy(baseline: Side, candidate: Side, key: tuple[str, str]) -> tuple[Reason, str] | None:
    for side in (baseline, candidate):
        if key in side.invalid:
            return Reason.INVALID_RUNS, f"{side.name}: {side.invalid[key]}"
    if baseline.fingerprint and candidate.fingerprint and baseline.fingerprint != candidate.fingerprint:
        return (
            Reason.CHANGED_FINGERPRINT,
            f"the hardware differs ({baseline.fingerprint} against {candidate.fingerprint}): measure a new baseline",
        )
    return None


def _marks(baseline: Side, candidate: Side) -> tuple[str, ...]:
    names = sorted(set(baseline.marks) & set(candidate.marks))
    moved = [name for name in names if baseline.marks[name] != candidate.marks[name]]
    return tuple(f"{name} changed from {baseline.marks[name]} to {candidate.marks[name]}" for name in moved)


def corrected(judged: Sequence[JudgedComparison], alpha: float) -> tuple[Comparison, ...]:
    """The comparisons with Holm's correction over each family's primary metrics; secondary ones only inform."""
    found = [one.comparison for one in judged]
    families: dict[str, list[int]] = {}
    for i, one in enumerate(found):
        if one.primary and one.p_worse is not None:
            families.setdefault(one.family, []).append(i)
    for members in families.values():
        for i, p_value in zip(members, holm([found[i].p_worse or 0.0 for i in members]), strict=True):
            found[i] = _after_correction(replace(found[i], p_worse=p_value), alpha, len(members))
    return tuple(found)


def _after_correction(one: Comparison, alpha: float, members: int) -> Comparison:
    if one.verdict is not Verdict.REGRESSION or (one.p_worse or 0.0) <= alpha / 2:
        return one
    why = f"alone it would be a regression; among {members} metrics of family {one.family} chance can do that"
    return replace(one, verdict=Verdict.UNDECIDED, reason=Reason.MANY_METRICS, explanation=why)


def corroborated(
    comparisons: Sequence[Comparison], judged: Sequence[JudgedComparison], alpha: float
) -> tuple[Comparison, ...]:
    """In the soft band (an effect below twice the margin) a workload's regression needs a second metric of it that got
    worse too; a workload that measures only one primary metric cannot be asked for that."""
    worse = {
        one.comparison.id
        for one in judged
        if one.effect is not None and one.comparison.primary and one.effect.p_below(0.0) <= alpha / 2
    }
    witnesses: dict[str, set[str]] = {}
    for one in comparisons:
        if one.primary and one.ratio:
            witnesses.setdefault(one.workload, set()).add(one.id)
    worse_of = {workload: ids & worse for workload, ids in witnesses.items()}
    return tuple(
        _with_witness(c, witnesses.get(c.workload, set()), worse_of.get(c.workload, set())) for c in comparisons
    )


def _with_witness(one: Comparison, witnesses: Set[str], worse: Set[str]) -> Comparison:
    """`witnesses` are the primary metrics of its workload that were measured, itself among them; `worse` those that got
    worse. Their numbers are compared, because a look at each of them for each of them takes the square of the time."""
    alone = len(witnesses) == (one.id in witnesses)
    if one.verdict is not Verdict.REGRESSION or not one.primary or alone or not _is_soft(one):
        return one
    if len(worse) > (one.id in worse):
        return one
    why = f"the effect is below twice the margin and no other metric of {one.workload} got worse"
    return replace(one, verdict=Verdict.UNDECIDED, reason=Reason.SOFT_BAND, explanation=why)


def _is_soft(one: Comparison) -> bool:
    ratio = one.ratio or 1.0
    worst = ratio if one.better != "lower" else 1 / ratio
    return worst > 1 / (1 + 2 * log_margin(one.margin))


def alerts(comparisons: Iterable[Comparison]) -> tuple[Alert, ...]:
    """One alert for each workload with an unacknowledged primary regression, holding all its regressed metrics."""
    regressed = [c for c in comparisons if c.verdict is Verdict.REGRESSION and c.primary and not c.acknowledged]
    by_workload: dict[str, list[Comparison]] = {}
    for one in regressed:
        by_workload.setdefault(one.workload, []).append(one)
    return tuple(
        Alert(workload=workload, comparisons=tuple(sorted(found, key=lambda c: c.p_worse or 0.0)))
        for workload, found in by_workload.items()
    )
