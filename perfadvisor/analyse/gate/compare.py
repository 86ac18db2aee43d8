"""Judge one metric: two sides' fresh runs, a margin and a level give a verdict, or the reason why there is none."""

from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from perfadvisor.analyse.gate.margins import percent, raised
from perfadvisor.analyse.statistics.effect import Effect, as_ratio, log_margin
from perfadvisor.analyse.statistics.paired import paired_effect
from perfadvisor.analyse.statistics.robust import Floats, is_bimodal
from perfadvisor.analyse.statistics.sequential import FIXED_ALPHA, LOOKS, MOST_PAIRS, USUAL_PAIRS
from perfadvisor.analyse.statistics.unpaired import block_drift, unpaired_effect
from perfadvisor.model.gate import Comparison, MetricPolicy, Order, Reason, Runs, Verdict

FEWEST_RUNS = 5
EXACT = "If it is exact by nature, say `deterministic: true` for the metric in the policy"


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedComparison:
    """A comparison before its family is looked at, with the effect behind it; None where nothing could be computed."""

    comparison: Comparison
    effect: Effect | None = None


def judge(effect: Effect, margin: float, alpha: float) -> Verdict:
    """Where the interval lies: beyond the margin (regression, improved), inside it (equivalent), or across a bound."""
    bound, tail = log_margin(margin), alpha / 2
    if effect.p_below(-bound) <= tail:
        return Verdict.REGRESSION
    if effect.p_above(bound) <= tail:
        return Verdict.IMPROVED
    inside = effect.p_above(-bound) <= tail and effect.p_below(bound) <= tail
    return Verdict.EQUIVALENT if inside else Verdict.UNDECIDED


def compare(
    baseline: Runs, candidate: Runs, policy: MetricPolicy, order: Order, alpha: float = FIXED_ALPHA
) -> JudgedComparison:
    """One metric of two sides. Units and directions must agree: the caller has seen to it."""
    policy, note = raised(policy)
    blank = Comparison(
        workload=candidate.workload,
        metric=candidate.metric,
        unit=candidate.unit,
        better=candidate.better or "higher",
        order=order,
        verdict=Verdict.UNDECIDED,
        margin=policy.margin,
        primary=policy.primary,
        family=policy.family,
        baseline=baseline.values,
        candidate=candidate.values,
        notes=(note,) if note else (),
    )
    obstacle = _obstacle(blank, policy)
    if obstacle:
        return JudgedComparison(comparison=_with_obstacle(blank, *obstacle))
    if policy.deterministic and _constant(blank):
        return JudgedComparison(comparison=_exact(blank))
    return _judged(blank, policy, alpha)


def _with_obstacle(blank: Comparison, reason: Reason, explanation: str) -> Comparison:
    """Only numbers are kept: JSON has no other values."""
    a, b = (tuple(value for value in side if isfinite(value)) for side in (blank.baseline, blank.candidate))
    return replace(blank, baseline=a, candidate=b, reason=reason, explanation=explanation)


def _constant(blank: Comparison) -> bool:
    if blank.order is Order.PAIRED:
        return len({b / a for a, b in zip(blank.baseline, blank.candidate, strict=True)}) == 1
    return len(set(blank.baseline)) == len(set(blank.candidate)) == 1


def _obstacle(blank: Comparison, policy: MetricPolicy) -> tuple[Reason, str] | None:
    a, b = np.array(blank.baseline), np.array(blank.candidate)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return Reason.NOT_A_NUMBER, "some runs gave no number"
    if (a <= 0).any() or (b <= 0).any():
        return Reason.NOT_POSITIVE, "values at or below zero have no ratio"
    if blank.order is Order.PAIRED and a.size != b.size:
        return Reason.NOT_PAIRED, f"{a.size} runs against {b.size}: a run without its partner"
    fewest = min(a.size, b.size)
    if fewest < FEWEST_RUNS and not (policy.deterministic and fewest):
        return Reason.TOO_FEW_RUNS, f"{fewest} runs; at least {FEWEST_RUNS} of each side are needed"
    if _constant(blank) and not policy.deterministic:
        return Reason.ZERO_VARIANCE, f"{_sameness(blank)} {EXACT}"
    return None


def _sameness(blank: Comparison) -> str:
    if len(set(blank.baseline)) == len(set(blank.candidate)) == 1:
        return "the runs do not vary at all: cached, limited, or rounded?"
    if blank.baseline == blank.candidate:
        return "both sides are the same numbers: one of them a copy?"
    return "every pair differs by the same ratio: computed, not measured?"


def _exact(blank: Comparison) -> Comparison:
    ratio = blank.candidate[0] / blank.baseline[0]
    gain = -np.log(ratio) if blank.better == "lower" else np.log(ratio)
    bound = log_margin(blank.margin)
    verdict = Verdict.REGRESSION if gain < -bound else Verdict.IMPROVED if gain > bound else Verdict.EQUIVALENT
    p_worse = 0.0 if verdict is Verdict.REGRESSION else 1.0
    p_better = 0.0 if verdict is Verdict.IMPROVED else 1.0
    return replace(blank, verdict=verdict, ratio=ratio, low=ratio, high=ratio, p_worse=p_worse, p_better=p_better)


def _effect(blank: Comparison, policy: MetricPolicy) -> tuple[Effect, Floats, Floats]:
    sign = -1.0 if blank.better == "lower" else 1.0
    a, b = sign * np.log(np.array(blank.baseline)), sign * np.log(np.array(blank.candidate))
    if blank.order is Order.PAIRED:
        return paired_effect(a, b), a, b
    between = policy.between_sessions or 0.0
    if blank.order is Order.BLOCK:
        between = max(between, block_drift(a, b))
    return unpaired_effect(a, b, between if blank.order is not Order.MIXED else 0.0), a, b


def _judged(blank: Comparison, policy: MetricPolicy, alpha: float) -> JudgedComparison:
    effect, a, b = _effect(blank, policy)
    half = effect.half_width(alpha)
    ends = sorted(as_ratio(effect.gain + shift, blank.better) for shift in (-half, half))
    verdict = judge(effect, blank.margin, alpha)
    modes = [name for name, values in (("baseline", a), ("candidate", b)) if is_bimodal(values)]
    found = replace(
        blank,
        verdict=verdict,
        ratio=as_ratio(effect.gain, blank.better),
        low=ends[0],
        high=ends[1],
        p_worse=effect.p_below(-log_margin(blank.margin)),
        p_better=effect.p_above(log_margin(blank.margin)),
        notes=(*blank.notes, *_notes(effect, modes)),
    )
    if blank.order is Order.STORED and policy.between_sessions is None and verdict is not Verdict.UNDECIDED:
        return JudgedComparison(comparison=_capped(found), effect=effect)
    if verdict is Verdict.UNDECIDED:
        found = _undecided(found, effect, bool(modes))
    return JudgedComparison(comparison=found, effect=effect)


def _notes(effect: Effect, modes: list[str]) -> list[str]:
    notes = []
    if effect.outliers:
        notes.append(f"{effect.outliers} outlying values pulled in")
    if modes:
        notes.append(f"two modes in the {' and the '.join(modes)}: the values fall into two groups")
    return notes


def _capped(found: Comparison) -> Comparison:
    return replace(
        found,
        verdict=Verdict.UNDECIDED,
        reason=Reason.STORED_BASELINE,
        explanation=f"it looks {found.verdict.value}, but the baseline comes from another session and how much "
        "sessions differ is unknown: run both sides in turns, or keep 10 sessions in the history",
    )


def _undecided(found: Comparison, effect: Effect, bimodal: bool) -> Comparison:
    needed = effect.runs_needed(log_margin(found.margin), LOOKS[-1][1]) if found.order is Order.PAIRED else 0
    more = max(needed - effect.n, 1) if needed else 0
    advice = _more_pairs(more, needed) if more else "more runs like these will hardly decide it"
    if found.order is not Order.PAIRED:
        advice = "run both sides in turns and pair them (--paired)"
    return replace(
        found,
        reason=Reason.BIMODAL if bimodal else Reason.TOO_NOISY,
        explanation=f"the interval crosses the margin of {percent(found.margin)}: {advice}",
        pairs_needed=more,
    )


def _more_pairs(more: int, needed: int) -> str:
    option = f" (--pairs {needed})" if USUAL_PAIRS < needed <= MOST_PAIRS else ""
    return f"needs about {more} more pairs{option}"
