"""Curves for a terminal: one line per value, the knee, and what a search answered."""

from collections.abc import Iterator

from perfadvisor.plaintext import one_line
from perfadvisor.report.curves import CurveView, curves
from perfadvisor.report.view import ReportView

HEADINGS = ("throughput", "interval", "{latency}", "p99", "CPUs", "runs", "trust")


def curves_text(view: ReportView) -> str:
    """Every curve of the run, then the run's notes; a sentence where there is no curve."""
    found = [line for curve in curves(view) for line in _lines(curve)]
    notes = [one_line(note) for note in (view.run.notes if view.run else ())]
    return "\n".join([*(found or ["no curve: fewer than three values gave a result"]), *notes])


def _lines(curve: CurveView) -> Iterator[str]:
    yield one_line(f"{curve.title} @ {curve.environment}")
    table = [(curve.parameter, *(word.format(latency=curve.latency_name) for word in HEADINGS))]
    table += [
        (
            row.value,
            row.throughput,
            row.interval,
            row.median_latency,
            row.tail_latency,
            row.cpus,
            str(row.runs),
            row.trust,
        )
        for row in curve.rows
    ]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    marks = [" ", *("*" if row.is_knee else " " for row in curve.rows)]
    for mark, row in zip(marks, table, strict=True):
        yield f"{mark} " + "  ".join(word.rjust(width) for word, width in zip(row, widths, strict=True))
    if curve.bend:
        yield f"  * {curve.bend}" if any(row.is_knee for row in curve.rows) else f"  {curve.bend}"
    if curve.frontier:
        yield f"  {curve.frontier}"
    yield ""
