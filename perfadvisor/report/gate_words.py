"""The words and little pictures that every output of a gate shares."""

from collections.abc import Sequence
from math import log
from statistics import median

from perfadvisor.analyse.statistics.effect import log_margin
from perfadvisor.formatting import NO_VALUE, count_of, figure
from perfadvisor.model.gate import Comparison, GateReport, Verdict

HEADLINES = {
    Verdict.REGRESSION: "Regression",
    Verdict.IMPROVED: "Improved",
    Verdict.EQUIVALENT: "No difference that matters",
    Verdict.UNDECIDED: "Undecided",
}
BARS = "▁▂▃▄▅▆▇█"
BAR_REACH = 4.0  # at least so many margins on each side of "no change"
BAR_CELLS = 25


def headline(report: GateReport) -> str:
    """One line that says it all."""
    if report.findings and not report.alerts:
        return f"{len(report.findings)} new finding(s) at or over the chosen severity"
    judged = [c for c in report.comparisons if c.primary]
    worst = report.verdict  # asked once: it looks at every comparison
    count = f"{sum(c.verdict is worst for c in judged)} of {count_of(len(judged), 'metric')}"
    if report.alerts:
        where = ", ".join(alert.workload for alert in report.alerts)
        return f"Regression in {where}"
    accepted = [c for c in judged if c.acknowledged and c.verdict is Verdict.REGRESSION]
    if not accepted:
        return f"{HEADLINES[worst]} ({count})"
    return f"{count_of(len(accepted), 'regression')} accepted; otherwise {_uncapped(HEADLINES[worst])} ({count})"


def _uncapped(words: str) -> str:
    return words[:1].lower() + words[1:]


def change(one: Comparison) -> str:
    """`-8.1 % (-9.0 to -7.1)`: the change of the metric itself, whichever way is better."""
    if one.ratio is None or one.low is None or one.high is None:
        return NO_VALUE
    percent = [100 * (ratio - 1) for ratio in (one.ratio, one.low, one.high)]
    return "{:+.1f} % ({:+.1f} to {:+.1f})".format(*percent)


def level(values: Sequence[float], unit: str) -> str:
    """The median with its unit."""
    return figure(median(values), unit) if values else NO_VALUE


def runs(one: Comparison) -> str:
    """`10 pairs`, or `10 and 8 runs`."""
    a, b = len(one.baseline), len(one.candidate)
    if one.order == "paired" and a == b:
        return f"{a} pairs"
    return f"{a} and {b} runs"


def verdict(one: Comparison) -> str:
    """The verdict with what goes with it."""
    if one.acknowledged and one.verdict is Verdict.REGRESSION:
        return "regression, accepted"
    return one.verdict.value if one.primary else f"{one.verdict.value} (informs only)"


def remarks(one: Comparison) -> str:
    """Everything to say in words: why it is undecided, what was noticed, why it is accepted."""
    accepted = [f"accepted: {one.acknowledged}"] if one.acknowledged else []
    return "; ".join([*([one.explanation] if one.explanation else []), *one.notes, *accepted])


def spark(values: Sequence[float], low: float, high: float) -> str:
    """The values as a row of bars between two ends."""
    if high <= low:
        return BARS[3] * len(values)
    steps = (int((value - low) / (high - low) * len(BARS)) for value in values)
    return "".join(BARS[min(max(step, 0), len(BARS) - 1)] for step in steps)


def sparks(one: Comparison) -> tuple[str, str]:
    """Both sides' runs as bars on one scale."""
    both = (*one.baseline, *one.candidate)
    low, high = (min(both), max(both)) if both else (0.0, 0.0)
    return spark(one.baseline, low, high), spark(one.candidate, low, high)


def interval_bar(one: Comparison) -> str:
    """The interval against the margin, worse to the left: `··[··|··]··` with `═` the interval and `●` the estimate."""
    if one.ratio is None or one.low is None or one.high is None:
        return ""
    unit, sign = log_margin(one.margin), -1.0 if one.better == "lower" else 1.0
    low, middle, high = sorted(sign * log(ratio) / unit for ratio in (one.low, one.ratio, one.high))
    reach = max(BAR_REACH, -low, high)
    cells = ["·"] * BAR_CELLS
    first, last = _cell(low, reach), _cell(high, reach)
    cells[first : last + 1] = "═" * (last + 1 - first)
    for place, mark in ((-1.0, "["), (0.0, "|"), (1.0, "]"), (middle, "●")):  # the margin stays to be seen
        cells[_cell(place, reach)] = mark
    return "".join(cells)


def _cell(margins: float, reach: float) -> int:
    return round((margins + reach) / (2 * reach) * (BAR_CELLS - 1))
