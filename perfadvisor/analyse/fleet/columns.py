"""The results of many hosts in columns: a row of numbers for each cell, in the order of `Column`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from math import nan

import numpy as np

from perfadvisor.analyse.statistics.robust import Floats
from perfadvisor.model.fleet import FleetCell, HostCell
from perfadvisor.model.result import Trust

TRUSTS = tuple(Trust)
_PLACES = {trust.value: place for place, trust in enumerate(TRUSTS)}


class Column(IntEnum):
    """What a row holds: the numbers of a cell, none of them as not a number, and its trust by place in `TRUSTS`."""

    MEDIAN = 0
    LOW = 1
    HIGH = 2
    COVERAGE = 3
    RUNS = 4
    TRUST = 5


def row_of(cell: FleetCell) -> tuple[float, ...]:
    """The cell's numbers."""
    bounds = (nan if value is None else value for value in (cell.low, cell.high, cell.coverage))
    return (cell.median, *bounds, cell.runs, _PLACES[cell.trust])


@dataclass(frozen=True, kw_only=True, slots=True)
class CohortMetric:
    """One metric of one workload on the hosts of one cohort: a row of `values` for each of `hosts`."""

    cohort: str
    workload: str
    environment: str
    metric: str
    unit: str
    better: str
    hosts: Sequence[str]
    values: Floats

    def column(self, which: Column) -> Floats:
        """One number of every host."""
        return self.values[:, which]

    def only(self, which: np.ndarray) -> "CohortMetric":
        """The hosts at these places alone."""
        places = np.flatnonzero(which).tolist()
        return replace(self, hosts=[self.hosts[place] for place in places], values=self.values[places])

    def cell(self, place: int) -> HostCell:
        """One host's cell."""
        median, low, high, coverage, runs, trust = self.values[place].tolist()
        made = FleetCell(
            workload=self.workload,
            environment=self.environment,
            metric=self.metric,
            unit=self.unit,
            better=self.better,
            median=median,
            low=None if low != low else low,
            high=None if high != high else high,
            coverage=None if coverage != coverage else coverage,
            runs=int(runs),
            trust=TRUSTS[int(trust)].value,
        )
        return HostCell(host=self.hosts[place], cohort=self.cohort, cell=made)
