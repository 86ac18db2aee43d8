"""Cells of made-up hosts."""

from perfadvisor.analyse.fleet.columns import CohortMetric
from perfadvisor.analyse.fleet.digest import FleetDigest
from perfadvisor.model.fleet import FleetCell, HostCell, HostRecord


def cell(median: float, width: float = 0.01, trust: str = "VALID", **more) -> FleetCell:
    """A cell whose interval reaches `width` to both sides."""
    values = {
        "workload": "storage/randread-4k",
        "environment": "local",
        "metric": "read.iops",
        "unit": "iops",
        "better": "higher",
        "median": median,
        "low": median * (1 - width),
        "high": median * (1 + width),
        "coverage": 0.9375,
        "runs": 5,
        "trust": trust,
    }
    return FleetCell(**{**values, **more})


def hosts(values, cohort: str = "alike", **more) -> list[HostCell]:
    """One host for each value: host-00, host-01, ..."""
    return [HostCell(host=f"host-{i:02}", cohort=cohort, cell=cell(one, **more)) for i, one in enumerate(values)]


def in_columns(cells: list[HostCell]) -> list[CohortMetric]:
    """The cells as a comparison takes them."""
    digest = FleetDigest()
    for one in cells:
        digest.add(HostRecord(host=one.host, source="", content="", cohort=one.cohort, cells=(one.cell,)), ())
    return list(digest.cohort_metrics(digest.by_cohort({})))
