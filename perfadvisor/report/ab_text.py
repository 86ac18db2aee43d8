"""What `perfadvisor ab` found, for the terminal: B against A, without a gate's words of regression."""

from perfadvisor.model.gate import Comparison, GateReport, Verdict
from perfadvisor.plaintext import one_line
from perfadvisor.report import gate_words as words
from perfadvisor.report.gate_text import table

SAID = {
    Verdict.IMPROVED: "B is better",
    Verdict.REGRESSION: "B is worse",
    Verdict.EQUIVALENT: "no difference that matters",
    Verdict.UNDECIDED: "undecided",
}
COLUMNS = ("answer", "workload / metric", "A", "B", "B against A (95 % interval)", "pairs")


def ab_text(report: GateReport) -> str:
    """The two sides, a row for each metric, and the result of each planned look."""
    lines = [f"A: {report.baseline}", f"B: {report.candidate}", "", *table([COLUMNS, *map(_row, report.comparisons)])]
    said = ((one.id, words.remarks(one)) for one in report.comparisons)
    lines += [f"{name}: {text}" for name, text in said if text]
    lines += [f"note: {note}" for note in report.notes]
    lines += [f"look at {look.pairs} pairs: {SAID[look.verdict]}" for look in report.looks]
    return "\n".join(map(one_line, lines)) + "\n"


def _row(one: Comparison) -> tuple[str, ...]:
    return (
        SAID[one.verdict],
        one.id,
        words.level(one.baseline, one.unit),
        words.level(one.candidate, one.unit),
        words.change(one),
        words.runs(one),
    )
