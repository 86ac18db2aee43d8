"""Memory as a square: CPUs of one node by row, memory of one node by column."""

from dataclasses import dataclass

from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Cell, Estimate
from perfadvisor.model.units import Unit
from perfadvisor.report.quantity import fact_value
from perfadvisor.report.results import Group, Row
from perfadvisor.report.words import metric_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """One metric for every pair of nodes; `values[i][j]` has `rows[i]` as CPU node and `columns[j]` as memory node."""

    caption: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    values: tuple[tuple[Estimate | None, ...], ...]


def matrices(group: Group) -> tuple[Matrix, ...]:
    """A square for each metric, page size and environment that was measured on more than one pair of nodes."""
    found: dict[tuple[str, str], dict[tuple[int, int], Estimate]] = {}
    for row in group.rows:
        pair = _nodes(row.cell)
        if pair is not None:
            for estimate in row.cell.estimates:
                found.setdefault((_caption(row, estimate), estimate.metric), {})[pair] = estimate
    return tuple(_matrix(caption, by_pair) for (caption, _), by_pair in found.items() if len(by_pair) > 1)


def _detail(cell: Cell, name: str) -> Scalar | None:
    """A detail that all trials of the cell agree on."""
    values = {trial.output.details.get(name) for trial in cell.trials}
    return values.pop() if len(values) == 1 else None


def _nodes(cell: Cell) -> tuple[int, int] | None:
    cpu, memory = _detail(cell, "cpu_node"), _detail(cell, "memory_node")
    return (cpu, memory) if isinstance(cpu, int) and isinstance(memory, int) else None


def _caption(row: Row, estimate: Estimate) -> str:
    size = _detail(row.cell, "page_size_bytes")
    pages = f", pages of {fact_value(size, Unit.BYTES)}" if isinstance(size, int) else ""
    return f"{metric_words(estimate.metric).capitalize()}{pages}, {row.cell.environment}"


def _matrix(caption: str, by_pair: dict[tuple[int, int], Estimate]) -> Matrix:
    rows = tuple(sorted({cpu for cpu, _ in by_pair}))
    columns = tuple(sorted({memory for _, memory in by_pair}))
    values = tuple(tuple(by_pair.get((cpu, memory)) for memory in columns) for cpu in rows)
    return Matrix(caption=caption, rows=rows, columns=columns, values=values)
