"""Hosts that differ from their equals, over all hosts and metrics at once.

A host's logarithm is compared with the robust middle of its cohort. Its scale is the robust spread between hosts, made
wider where the host's own interval is wider than chance makes a typical one: a machine measured on a noisy day is
noisy, not slow. Hosts are found first, then the metrics of these.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from perfadvisor.analyse.fleet.columns import TRUSTS, CohortMetric, Column
from perfadvisor.analyse.fleet.discovery import RATE, corrected_in_families, selected_level
from perfadvisor.analyse.fleet.spread import CENTRE_VARIANCE, FEWEST_HOSTS, biweight_sigma, degrees_of_freedom
from perfadvisor.analyse.statistics.robust import Floats, middle
from perfadvisor.model.fleet import CohortLevel, HostCell, Outlier, OutlierReport

LEAST_SPREAD = 0.005  # differences of half a percent matter to no user, however alike the hosts are
NOISY = 2.0  # of five runs, the range is twice its median by chance in one case of a hundred (studentised range)
UNSOUND = "not measured, or INVALID"
FEW_RUNS = "fewer than three runs, which have no interval"
NOT_POSITIVE = "zero or negative"
FEW_HOSTS = f"fewer than {FEWEST_HOSTS} hosts in the cohort"
_SOUND = np.array([trust.sound for trust in TRUSTS])


@dataclass(frozen=True, slots=True)
class _CohortFit:
    """The cells of one metric in one cohort, with the statistic of each, and what it would be without own noise."""

    cells: CohortMetric
    level: CohortLevel
    gaps: Floats
    errors: Floats
    freedom: float
    p: Floats
    p_as_if_quiet: Floats


def own_errors(cells: CohortMetric) -> Floats:
    """The standard errors of the logarithms of the cells' medians, as their intervals state them."""
    width = np.log(cells.column(Column.HIGH) / cells.column(Column.LOW)) / 2
    return np.asarray(width / ndtri((1 + cells.column(Column.COVERAGE)) / 2), dtype=np.float64)


def outliers(metrics: Iterable[CohortMetric], rate: float = RATE) -> OutlierReport:
    """The hosts that differ from their cohort, at a share of false alarms of at most `rate`."""
    left_out: Counter[str] = Counter()
    fits = []
    for given in metrics:
        cells = _usable(given, left_out)
        if len(cells.hosts) >= FEWEST_HOSTS:
            fits.append(_fit(cells))
        elif cells.hosts:
            left_out[FEW_HOSTS] += len(cells.hosts)
    return _judged(fits, dict(left_out), rate)


def _usable(given: CohortMetric, left_out: Counter[str]) -> CohortMetric:
    """The cells that can be compared; the others are counted."""
    unsound = ~_SOUND[given.column(Column.TRUST).astype(int)]
    bounds = given.values[:, [Column.LOW, Column.HIGH, Column.COVERAGE]]
    few = ~unsound & np.isnan(bounds).any(axis=1)
    not_positive = ~unsound & ~few & ~(given.column(Column.LOW) > 0)
    for why, which in ((UNSOUND, unsound), (FEW_RUNS, few), (NOT_POSITIVE, not_positive)):
        if which.any():
            left_out[why] += int(np.count_nonzero(which))
    lost = unsound | few | not_positive
    return given.only(~lost) if lost.any() else given


def _fit(cells: CohortMetric) -> _CohortFit:
    values = np.log(cells.column(Column.MEDIAN))
    errors = own_errors(cells)
    centre, spread = middle(values), max(biweight_sigma(values), LEAST_SPREAD)
    gaps, n = values - centre, len(cells.hosts)
    of_centre = CENTRE_VARIANCE * spread**2 / n
    usual = middle(errors)
    more = np.where(errors > NOISY * usual, errors**2 - usual**2, 0)
    freedom = degrees_of_freedom(n)
    level = CohortLevel(
        cohort=cells.cohort,
        workload=cells.workload,
        environment=cells.environment,
        metric=cells.metric,
        unit=cells.unit,
        better=cells.better,
        hosts=n,
        middle=exp(centre),
        spread=spread,
    )
    scale = spread**2 + of_centre
    quiet = _two_sided(gaps / np.sqrt(scale), freedom)
    noisy = more > 0
    p = quiet.copy()
    p[noisy] = _two_sided(gaps[noisy] / np.sqrt(scale + more[noisy]), freedom)
    return _CohortFit(
        cells=cells,
        level=level,
        gaps=gaps,
        errors=np.sqrt(np.maximum(errors, usual) ** 2 + of_centre),
        freedom=freedom,
        p=p,
        p_as_if_quiet=quiet,
    )


def _two_sided(t: Floats, freedom: float) -> Floats:
    return np.asarray(2 * stdtr(freedom, -np.abs(t)), dtype=np.float64)


def _judged(fits: Sequence[_CohortFit], left_out: dict[str, int], rate: float) -> OutlierReport:
    levels = tuple(fit.level for fit in fits)
    if not fits:
        return OutlierReport(levels=levels, outliers=(), noisy=(), left_out=left_out)
    hosts = _numbered(fits)
    p, quiet = (np.concatenate(each) for each in zip(*((fit.p, fit.p_as_if_quiet) for fit in fits), strict=True))
    q = corrected_in_families(p, hosts, rate)
    quiet_q = q if np.array_equal(p, quiet) else corrected_in_families(quiet, hosts, rate)
    level = selected_level(int(np.count_nonzero(q <= rate)), q.size, rate)
    found: list[Outlier] = []
    noisy: list[HostCell] = []
    start = 0
    for fit in fits:
        here = slice(start, start + len(fit.cells.hosts))
        start = here.stop
        found += [_outlier(fit, i, float(q[here][i]), level) for i in np.flatnonzero(q[here] <= rate).tolist()]
        noisy += [fit.cells.cell(i) for i in np.flatnonzero((q[here] > rate) & (quiet_q[here] <= rate)).tolist()]
    found.sort(key=lambda one: (one.worse is False, one.q, -abs(log(one.ratio)), one.host))
    return OutlierReport(levels=levels, outliers=tuple(found), noisy=tuple(noisy), left_out=left_out)


def _numbered(fits: Sequence[_CohortFit]) -> NDArray[np.int64]:
    """The number of the host of every cell."""
    known: dict[str, int] = {}
    found: dict[int, NDArray[np.int64]] = {}  # by list of hosts, which most metrics share
    for fit in fits:
        if id(fit.cells.hosts) not in found:
            numbers = [known.setdefault(host, len(known)) for host in fit.cells.hosts]
            found[id(fit.cells.hosts)] = np.array(numbers, dtype=np.int64)
    return np.concatenate([found[id(fit.cells.hosts)] for fit in fits])


def _outlier(fit: _CohortFit, i: int, q: float, level: float) -> Outlier:
    gap, reach = float(fit.gaps[i]), float(stdtrit(fit.freedom, 1 - level / 2) * fit.errors[i])
    better = fit.level.better
    return Outlier(
        host=fit.cells.hosts[i],
        level=fit.level,
        value=float(fit.cells.values[i, Column.MEDIAN]),
        ratio=exp(gap),
        low=exp(gap - reach),
        high=exp(gap + reach),
        q=q,
        worse=(gap < 0) == (better == "higher") if better else None,
    )
