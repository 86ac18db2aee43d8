"""Two runs side by side for the terminal."""

from collections.abc import Sequence

from perfadvisor.model.gate import Comparison, Reason
from perfadvisor.plaintext import one_line
from perfadvisor.report import gate_words as words
from perfadvisor.report.gate_text import table

COLUMNS = ("workload / metric", "first", "second", "second against first (95 % interval)", "runs", "")


def compare_text(first: str, second: str, found: Sequence[Comparison], left_out: Sequence[str]) -> str:
    """A table of every metric, then what could not be compared."""
    lines = [f"{first} -> {second}", "", *table([COLUMNS, *map(_row, found)])]
    lines += ["", *left_out] if left_out else []
    return "\n".join(map(one_line, lines))


def _row(one: Comparison) -> tuple[str, ...]:
    return (
        one.id,
        words.level(one.baseline, one.unit),
        words.level(one.candidate, one.unit),
        _change(one),
        words.runs(one),
        _remark(one),
    )


def _change(one: Comparison) -> str:
    if one.ratio is not None and one.low is None:
        return f"{100 * (one.ratio - 1):+.1f} %"
    return words.change(one)


def _remark(one: Comparison) -> str:
    """Why there is no interval, or which runs the row is not about."""
    said = {Reason.INVALID_RUNS: f"INVALID: {one.explanation}", Reason.TOO_FEW_RUNS: "too few runs for an interval"}
    return "; ".join(filter(None, (said.get(one.reason, ""), *one.notes)))
