"""Results as facts: those of a run beside its machines, and those that lie among saved outputs, measured elsewhere."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from perfadvisor.analyse.results.cells import cells
from perfadvisor.analyse.results.disk_best import best_of_disks
from perfadvisor.analyse.results.facts import result_facts
from perfadvisor.analyse.results.swept import swept
from perfadvisor.errors import InputError
from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import Cell
from perfadvisor.model.run import Run
from perfadvisor.packs.known_facts import known_facts

if TYPE_CHECKING:
    from perfadvisor.evidence.taken import MeasuredText
    from perfadvisor.gathering import GatheredInputs
    from perfadvisor.tools.configuration import Configuration

Tests = tuple["MeasuredText", tuple["Configuration", ...]]
ENVIRONMENT = "imported"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredInputs:
    """The machines of saved outputs with what was measured on them; the results as runs, one per machine, and as
    cells."""

    machines: dict[str, FactTable]
    runs: tuple[Run, ...] = ()
    cells: tuple[Cell, ...] = ()

    def as_run(self, names: Sequence[str]) -> Run | None:
        """All of them as one run on machines of these names, None without results."""
        if not self.runs:
            return None
        return replace(
            self.runs[0],
            environments=tuple(replace(self.runs[0].environments[0], name=name) for name in names),
            workloads={id: workload for run in self.runs for id, workload in run.workloads.items()},
            plan=tuple(trial for run in self.runs for trial in run.plan),
            results=tuple(result for run in self.runs for result in run.results),
        )


def measured(found: "GatheredInputs", name: str) -> MeasuredInputs:
    """Results below the prompt of a machine are its; those without a prompt are of the machine whose outputs lie beside
    them, where it is one; else of one called `name`. InputError where nothing else is given, and no result is whole."""
    machines = dict(found.machines)
    named = ENVIRONMENT if found.snapshots else name  # machines that were read are called by their file
    beside = next(iter(machines)) if len(machines) == 1 and not found.snapshots else named
    texts: dict[str, list[MeasuredText]] = {}
    for one in found.results:
        texts.setdefault(one.host or beside, []).append(one)
    runs = {mine: run for mine, several in texts.items() if (run := _run(several, mine))}
    if not machines and not found.snapshots and not runs:
        raise InputError(*_problem(found.results))
    known: list[Cell] = []
    for mine, run in runs.items():
        mine_cells = cells(run)
        add_results(run, mine_cells, {mine: machines.setdefault(mine, FactTable(()))}, {})
        known += mine_cells
    return MeasuredInputs(machines=machines, runs=tuple(runs.values()), cells=tuple(known))


def _run(texts: Sequence["MeasuredText"], environment: str) -> Run | None:
    """What is whole of the results, as an imported run."""
    from perfadvisor.importer.pieces import Piece
    from perfadvisor.importer.runs import run_of

    pieces = [
        Piece(configuration=one, file=Path(text.name), data=text.data)
        for text, found in _apart([(text, _tests(text)[0]) for text in texts])
        for one in found
    ]
    return run_of(pieces, None, (), environment) if pieces else None


def _apart(given: Sequence[Tests]) -> Iterator[Tests]:
    """In one file the same test is measured before and after a change rather than repeated, so that each counts alone;
    in several files it is repeated."""
    counts = Counter((text.file, one.tool, one.key) for text, found in given for one in found)
    seen: Counter[tuple[str, str, str]] = Counter()
    for text, found in given:
        kept: list[Configuration] = []
        for one in found:
            key = (text.file, one.tool, one.key)
            seen[key] += 1
            kept.append(replace(one, label=f"{one.label}-{seen[key]}") if counts[key] > 1 else one)
        yield text, tuple(kept)


def _tests(text: "MeasuredText") -> tuple[tuple["Configuration", ...], InputError | None]:
    from perfadvisor.importer.pieces import configurations_in

    try:
        return configurations_in(text.data, text.name), None
    except InputError as error:
        return (), error


def _problem(texts: Sequence["MeasuredText"]) -> tuple[str, str]:
    """Why none of them is whole, and what to do."""
    problems = [error.message for text in texts if (error := _tests(text)[1])]
    return "\n".join(problems), "give the JSON of fio or iperf3, or the whole of what it printed"


def add_results(
    run: Run, found: Sequence[Cell], tables: Mapping[str, FactTable], to_parent: Mapping[str, float | str]
) -> None:
    """Add the facts of these cells to the tables of their environments. `to_parent` has the ratio to the parent's
    result per cell, or why there is none."""
    parameters = swept(found, run.workloads)
    for one in found:
        table, ratio = tables[one.environment], to_parent.get(one.id)
        if isinstance(ratio, str):  # reported first, because of two absences the first counts
            table.add(known_facts()["result.ratio_to_parent"].absent(ratio, subject=one.id))
        known = ratio if isinstance(ratio, float) else None
        workload, parameter = run.workloads[one.workload], parameters[one.workload]
        for fact in result_facts(one, workload, known_facts(), machine=table, ratio_to_parent=known, swept=parameter):
            table.add(fact)
    for table in tables.values():
        for fact in list(best_of_disks(table, (one.id for one in found), known_facts())):
            table.add(fact)
