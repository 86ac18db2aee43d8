"""Memory as a square: CPUs of one node by row, memory of one node by column."""

from dataclasses import dataclass

from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Cell, Estimate, Trust
from perfadvisor.report.results import ResultGroup, ResultRow, headline
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import metric_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """One metric for every pair of nodes; `values[i][j]` has `rows[i]` as CPU node and `columns[j]` as memory node, and
    `trusts[i][j]` its state."""

    caption: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    values: tuple[tuple[Estimate | None, ...], ...]
    trusts: tuple[tuple[Trust | None, ...], ...]


Pair = tuple[int, int]  # CPU node and memory node


def matrices(view: ReportView, group: ResultGroup) -> tuple[Matrix, ...]:
    """A square of the headline for each workload and environment that ran on several pairs of nodes."""
    found: dict[str, dict[Pair, Estimate]] = {}
    marks: dict[str, dict[Pair, Trust]] = {}
    for row in group.rows:
        pair, head = _nodes(row.cell), headline(view, row.cell)
        if pair is not None and head is not None:
            found.setdefault(_caption(row, head), {})[pair] = head
            marks.setdefault(_caption(row, head), {})[pair] = row.cell.trust
    squares = (_matrix(caption, by_pair, marks[caption]) for caption, by_pair in found.items())
    return tuple(square for square in squares if len(square.rows) > 1 and len(square.columns) > 1)


def _nodes(cell: Cell) -> tuple[int, int] | None:
    """The nodes that all trials of the cell were bound to: of the CPUs, and of the memory."""
    cpu, memory = (_parameter(cell, name) for name in ("cpu_node", "memory_node"))
    return (cpu, memory) if isinstance(cpu, int) and isinstance(memory, int) else None


def _parameter(cell: Cell, name: str) -> Scalar | None:
    values = {trial.trial.parameters.get(name) for trial in cell.trials}
    return values.pop() if len(values) == 1 else None


def _caption(row: ResultRow, estimate: Estimate) -> str:
    """The title without the nodes that expanding the workload appended to it."""
    return f"{row.title.partition(' (')[0]}: {metric_words(estimate.metric)}, {row.cell.environment}"


def _matrix(caption: str, by_pair: dict[Pair, Estimate], marks: dict[Pair, Trust]) -> Matrix:
    rows = tuple(sorted({cpu for cpu, _ in by_pair}))
    columns = tuple(sorted({memory for _, memory in by_pair}))
    values = tuple(tuple(by_pair.get((cpu, memory)) for memory in columns) for cpu in rows)
    trusts = tuple(tuple(marks.get((cpu, memory)) for memory in columns) for cpu in rows)
    return Matrix(caption=caption, rows=rows, columns=columns, values=values, trusts=trusts)
