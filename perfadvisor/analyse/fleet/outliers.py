"""Hosts that differ from their equals, over all hosts and metrics at once.

A host's logarithm is compared with the robust middle of its cohort. Its scale is the robust spread between hosts, made
wider by what the host's own interval is wider than a typical one: a machine measured on a noisy day is noisy, not slow.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from perfadvisor.analyse.fleet.discovery import RATE, corrected, selected_level
from perfadvisor.analyse.fleet.spread import CENTRE_VARIANCE, FEWEST_HOSTS, biweight_sigma, degrees_of_freedom
from perfadvisor.analyse.statistics.robust import Floats, middle
from perfadvisor.model.fleet import CohortLevel, FleetCell, HostCell, Outlier, OutlierReport
from perfadvisor.model.result import Trust

LEAST_SPREAD = 0.005  # differences of half a percent matter to no user, however alike the hosts are
UNSOUND = "not measured, or INVALID"
FEW_RUNS = "fewer than three runs, which have no interval"
NOT_POSITIVE = "zero or negative"
FEW_HOSTS = f"fewer than {FEWEST_HOSTS} hosts in the cohort"

_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class _CohortFit:
    """The cells of one metric in one cohort, with the statistic of each, and what it would be without own noise."""

    cells: Sequence[HostCell]
    level: CohortLevel
    gaps: Floats
    errors: Floats
    freedom: float
    p: Floats
    p_as_if_quiet: Floats


def own_error(cell: FleetCell) -> float:
    """The standard error of the logarithm of a cell's median, as its interval states it."""
    assert cell.low and cell.high and cell.coverage, "cells without an interval are left out"
    return log(cell.high / cell.low) / 2 / float(ndtri((1 + cell.coverage) / 2))


def outliers(cells: Iterable[HostCell], rate: float = RATE) -> OutlierReport:
    """The hosts that differ from their cohort, at a share of false alarms of at most `rate`."""
    left_out: Counter[str] = Counter()
    groups: dict[_Key, list[HostCell]] = {}
    for one in cells:
        if reason := _unusable(one.cell):
            left_out[reason] += 1
        else:
            key = (one.cohort, one.cell.workload, one.cell.environment, one.cell.metric)
            groups.setdefault(key, []).append(one)
    fits = []
    for group in groups.values():
        if len(group) < FEWEST_HOSTS:
            left_out[FEW_HOSTS] += len(group)
        else:
            fits.append(_fit(group))
    return _judged(fits, dict(left_out), rate)


def _unusable(cell: FleetCell) -> str:
    if not Trust(cell.trust).sound:
        return UNSOUND
    if cell.low is None or cell.high is None or cell.coverage is None:
        return FEW_RUNS
    return "" if cell.low > 0 else NOT_POSITIVE


def _fit(group: Sequence[HostCell]) -> _CohortFit:
    values = np.log([one.cell.median for one in group])
    errors = np.array([own_error(one.cell) for one in group])
    centre, spread = middle(values), max(biweight_sigma(values), LEAST_SPREAD)
    gaps, n = values - centre, len(group)
    of_centre = CENTRE_VARIANCE * spread**2 / n
    more = np.maximum(errors**2 - middle(errors) ** 2, 0)
    freedom = degrees_of_freedom(n)
    first = group[0]
    level = CohortLevel(
        cohort=first.cohort,
        workload=first.cell.workload,
        environment=first.cell.environment,
        metric=first.cell.metric,
        unit=first.cell.unit,
        better=first.cell.better,
        hosts=n,
        middle=exp(centre),
        spread=spread,
    )
    return _CohortFit(
        cells=group,
        level=level,
        gaps=gaps,
        errors=np.sqrt(np.maximum(errors, middle(errors)) ** 2 + of_centre),
        freedom=freedom,
        p=_two_sided(gaps / np.sqrt(spread**2 + of_centre + more), freedom),
        p_as_if_quiet=_two_sided(gaps / np.sqrt(spread**2 + of_centre), freedom),
    )


def _two_sided(t: Floats, freedom: float) -> Floats:
    return np.asarray(2 * stdtr(freedom, -np.abs(t)), dtype=np.float64)


def _judged(fits: Sequence[_CohortFit], left_out: dict[str, int], rate: float) -> OutlierReport:
    levels = tuple(fit.level for fit in fits)
    if not fits:
        return OutlierReport(levels=levels, outliers=(), noisy=(), left_out=left_out)
    q = corrected(np.concatenate([fit.p for fit in fits]))
    quiet_q = corrected(np.concatenate([fit.p_as_if_quiet for fit in fits]))
    level = selected_level(int(np.count_nonzero(q <= rate)), q.size, rate)
    found: list[Outlier] = []
    noisy: list[HostCell] = []
    start = 0
    for fit in fits:
        here = slice(start, start + len(fit.cells))
        start += len(fit.cells)
        found += [_outlier(fit, i, float(q[here][i]), level) for i in np.flatnonzero(q[here] <= rate).tolist()]
        noisy += [fit.cells[i] for i in np.flatnonzero((q[here] > rate) & (quiet_q[here] <= rate)).tolist()]
    found.sort(key=lambda one: (one.worse is False, one.q, -abs(log(one.ratio)), one.host))
    return OutlierReport(levels=levels, outliers=tuple(found), noisy=tuple(noisy), left_out=left_out)


def _outlier(fit: _CohortFit, i: int, q: float, level: float) -> Outlier:
    gap, reach = float(fit.gaps[i]), float(stdtrit(fit.freedom, 1 - level / 2) * fit.errors[i])
    better = fit.level.better
    return Outlier(
        host=fit.cells[i].host,
        level=fit.level,
        value=fit.cells[i].cell.median,
        ratio=exp(gap),
        low=exp(gap - reach),
        high=exp(gap + reach),
        q=q,
        worse=(gap < 0) == (better == "higher") if better else None,
    )
