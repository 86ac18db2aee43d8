"""The limits beside a result, and what follows from them, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from perfadvisor.analyse.ceilings.ceiling import BEYOND, Ceiling, verdict
from perfadvisor.analyse.ceilings.limits import Known, ceilings, device_known, memory_bandwidth
from perfadvisor.facts.trial.own_load import is_own_load
from perfadvisor.model.result import Cell
from perfadvisor.report.view import ReportView

MOST_SHOWN = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Ceilings:
    """All known limits of one result, nearest first; `verdict` is "" where none is known. `applying` are those that it
    did not far exceed, `shown` the nearest of them."""

    all: tuple[Ceiling, ...]
    verdict: str

    @property
    def applying(self) -> tuple[Ceiling, ...]:
        """Without those that the bytes cannot have met."""
        return tuple(one for one in self.all if one.share <= BEYOND)

    @property
    def shown(self) -> tuple[Ceiling, ...]:
        """As many as a table needs."""
        return self.applying[:MOST_SHOWN]


NONE = Ceilings(all=(), verdict="")


def limits_of(view: ReportView) -> Callable[[Cell], Ceilings]:
    """The limits of each cell; none where its numbers are unsound or its environment was not read."""
    by_environment: dict[str, list[Cell]] = {}
    for cell in view.cells:
        by_environment.setdefault(cell.environment, []).append(cell)
    memory = {name: memory_bandwidth(by_environment.get(name, ()), facts) for name, facts in view.facts.items()}
    return partial(_ceilings, view, memory)


def _ceilings(view: ReportView, memory: Mapping[str, float | None], cell: Cell) -> Ceilings:
    facts = view.facts.get(cell.environment)
    if facts is None or is_own_load(cell.workload):
        return NONE
    rating: Mapping[str, float] = view.run.rating if view.run else {}
    known = Known(cell=cell, facts=facts, memory=memory.get(cell.environment), rating=rating)
    found = ceilings(known)
    return Ceilings(all=found, verdict=verdict(found, device_known=device_known(known)))
