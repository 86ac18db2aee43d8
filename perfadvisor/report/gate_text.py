"""A gate's report for the terminal."""

from collections.abc import Iterator

from perfadvisor.analyse.gate.margins import percent
from perfadvisor.model.gate import Comparison, GateReport, Verdict
from perfadvisor.plaintext import one_line
from perfadvisor.report import gate_words as words

COLUMNS = ("verdict", "workload / metric", "baseline", "candidate", "change (95 % interval)", "margin", "runs")
RANK = [Verdict.REGRESSION, Verdict.UNDECIDED, Verdict.IMPROVED, Verdict.EQUIVALENT]


def gate_text(report: GateReport) -> str:
    """The headline, a table with the worst first, then what there is to say about each."""
    ordered = sorted(report.comparisons, key=lambda c: (not c.primary, RANK.index(c.verdict), c.id))
    lines = [words.headline(report), f"{report.baseline} -> {report.candidate}", ""]
    lines += table([COLUMNS, *map(_row, ordered)])
    lines += _said(ordered)
    lines += [
        f"finding: {f.severity}: {f.title} ({f.rule}{', ' + f.subject if f.subject else ''})" for f in report.findings
    ]
    lines += [f"note: {note}" for note in report.notes]
    lines += [f"look at {look.pairs} pairs (alpha {look.alpha:g}): {look.verdict.value}" for look in report.looks]
    return "\n".join(map(one_line, lines)) + "\n"


def _row(one: Comparison) -> tuple[str, ...]:
    return (
        words.verdict(one),
        one.id,
        words.level(one.baseline, one.unit),
        words.level(one.candidate, one.unit),
        words.change(one),
        percent(one.margin),
        words.runs(one),
    )


def table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Rows with their columns lined up."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in [tuple(map(one_line, row)) for row in rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _said(ordered: list[Comparison]) -> Iterator[str]:
    said = [(one, words.remarks(one)) for one in ordered]
    if any(text for _, text in said):
        yield ""
    for one, text in said:
        if text:
            yield f"{one.id}: {text}"
