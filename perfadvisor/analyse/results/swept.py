"""Which parameter a run goes through: a point of a sweep is not a choice, so rules must not call it a bad one."""

from collections.abc import Mapping, Sequence

from perfadvisor.model.result import Cell
from perfadvisor.model.workload import FEWEST_POINTS, VARIED, Workload, differing

NOT_SWEPT = "none"


def swept(cells: Sequence[Cell], workloads: Mapping[str, Workload]) -> Mapping[str, str]:
    """Workload -> the one parameter in which at least three of its name differ, "none" without such a one."""
    groups: dict[str, list[str]] = {}
    for name in dict.fromkeys(cell.workload for cell in cells):
        groups.setdefault(name.partition(VARIED)[0], []).append(name)
    found: dict[str, str] = {}
    for group in groups.values():
        parameter = differing([workloads[name] for name in group]) if len(group) >= FEWEST_POINTS else ""
        found |= dict.fromkeys(group, parameter or NOT_SWEPT)
    return found
