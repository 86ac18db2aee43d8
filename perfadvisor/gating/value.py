"""One figure of a benchmark that others wrote."""

from dataclasses import dataclass

from perfadvisor.model.result import Better


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """One value of one metric of one fresh run."""

    workload: str
    metric: str
    unit: str
    better: Better
    value: float
