"""Two runs side by side for the terminal."""

from collections.abc import Sequence

from perfadvisor.model.gate import Comparison, Reason
from perfadvisor.plaintext import one_line
from perfadvisor.report import gate_words as words
from perfadvisor.report.gate_text import table

REMARKS = {Reason.INVALID_RUNS: "INVALID", Reason.TOO_FEW_RUNS: "too few runs for an interval"}
COLUMNS = ("workload / metric", "first", "second", "second against first (95 % interval)", "runs", "")


def compare_text(first: str, second: str, found: Sequence[Comparison], left_out: Sequence[str]) -> str:
    """A table of every metric, then what could not be compared."""
    lines = [f"{first} -> {second}", "", *table([COLUMNS, *map(_row, found)])]
    said = [f"{one.id}: {text}" for one in found if (text := _said(one))]
    lines += ["", *said] if said else []
    lines += ["", *left_out] if left_out else []
    return "\n".join(map(one_line, lines))


def _row(one: Comparison) -> tuple[str, ...]:
    return (
        one.id,
        words.level(one.baseline, one.unit),
        words.level(one.candidate, one.unit),
        _change(one),
        words.runs(one),
        REMARKS.get(one.reason, ""),
    )


def _change(one: Comparison) -> str:
    if one.ratio is not None and one.low is None:
        return f"{100 * (one.ratio - 1):+.1f} %"
    return words.change(one)


def _said(one: Comparison) -> str:
    """Which runs the row is not about, and why."""
    why = (one.explanation,) if one.reason is Reason.INVALID_RUNS else ()
    return "; ".join((*why, *one.notes))
