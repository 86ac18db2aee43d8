"""The table of environments: how each does beside its parent, what happened meanwhile, and what explains it."""

from dataclasses import dataclass
from math import ceil

from perfadvisor.formatting import NO_VALUE, count_of, quantity
from perfadvisor.model.deltas import DELTAS
from perfadvisor.model.ratio import EnvironmentRatio, Explanation
from perfadvisor.model.units import Unit
from perfadvisor.report.findings import Entry, anchors_of
from perfadvisor.report.results import title_of
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import metric_words

COUNTER_WORDS = {
    "interrupts.per_s": "interrupts",
    "context_switches.per_s": "context switches",
    "kvm.exits_per_s": "KVM exits",
    "cpu.steal_share": "steal",
}
SCALE_STEP = 0.25
SHAPES = ("circle", "square", "diamond", "triangle", "cross")


@dataclass(frozen=True, kw_only=True, slots=True)
class RatioRow:
    """One ratio in words; `place`, `low` and `high` are shares of the picture's width, None where withheld."""

    source: EnvironmentRatio
    title: str
    metric: str
    ratio: str
    interval: str
    meanwhile: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]
    shape: str
    place: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentTable:
    """All ratios, by workload and metric; `top` is the ratio at the right edge of the picture, `hundred` the place of
    100 %, `counters` the headings over each row's `meanwhile`."""

    groups: tuple[tuple[RatioRow, ...], ...]
    counters: tuple[str, ...]
    shapes: tuple[tuple[str, str], ...]
    top: float
    hundred: float
    emulated: bool

    @property
    def rows(self) -> tuple[RatioRow, ...]:
        """All rows, flat."""
        return tuple(row for group in self.groups for row in group)


def environments(view: ReportView, found: tuple[Entry, ...]) -> EnvironmentTable | None:
    """The table, None where there is nothing to compare."""
    if not view.ratios:
        return None
    highest = max((r.high or r.ratio or 0.0 for r in view.ratios), default=1.0)
    top = min(4.0, max(1.25, ceil(highest * 1.05 / SCALE_STEP) * SCALE_STEP))  # a round figure stands at the edge
    counters = tuple(dict.fromkeys(name for ratio in view.ratios for name in ratio.counters))
    shapes = {name: SHAPES[i % len(SHAPES)] for i, name in enumerate(dict.fromkeys(r.environment for r in view.ratios))}
    groups: dict[tuple[str, str], list[RatioRow]] = {}
    for ratio in view.ratios:
        row = _row(view, ratio, top, shapes[ratio.environment], anchors_of(found), counters)
        groups.setdefault((ratio.workload, ratio.metric), []).append(row)
    return EnvironmentTable(
        groups=tuple(map(tuple, groups.values())),
        counters=tuple(COUNTER_WORDS.get(name, name) for name in counters),
        shapes=tuple(shapes.items()),
        top=top,
        hundred=1 / top,
        emulated=any(ratio.emulated for ratio in view.ratios),
    )


def percent(ratio: float) -> str:
    """`52 %`, `97.3 %`."""
    return f"{_hundredths(ratio)} %"


def _hundredths(ratio: float) -> str:
    return f"{ratio * 100:.3g}" if ratio < 9.995 else f"{ratio * 100:,.0f}"


def _row(
    view: ReportView,
    ratio: EnvironmentRatio,
    top: float,
    shape: str,
    anchors: dict[str, str],
    counters: tuple[str, ...],
) -> RatioRow:
    def place(value: float | None) -> float | None:
        return None if value is None else round(min(1.0, max(0.0, value / top)), 4)

    known = ratio.low is not None and ratio.high is not None
    reasons = ((_explained(each), anchors.get(each.rule_id, "")) for each in ratio.explanations)
    return RatioRow(
        source=ratio,
        title=title_of(view, ratio.workload),
        metric=metric_words(ratio.metric),
        ratio="withheld" if ratio.ratio is None else percent(ratio.ratio),
        interval=f"{_hundredths(ratio.low or 0)} to {percent(ratio.high or 0)}" if known else "",
        meanwhile=tuple(_counter(name, ratio.counters.get(name)) for name in counters),
        reasons=tuple(reasons),
        shape=shape,
        place=place(ratio.ratio),
        low=place(ratio.low),
        high=place(ratio.high),
    )


def _counter(name: str, value: float | None) -> str:
    return NO_VALUE if value is None else quantity(value, DELTAS[name].unit if name in DELTAS else Unit.NONE)


def _explained(by: Explanation) -> str:
    about = f" on {by.subject}" if by.subject else ""
    share = "" if by.share is None else f", up to {percent(by.share)} of the gap"
    return f"{by.rule_id}{about}{share}"


def gap_words(table: EnvironmentTable) -> str:
    """One sentence under the table's heading: how many ratios there are and how many are withheld."""
    withheld = sum(row.source.ratio is None for row in table.rows)
    words = f"{count_of(len(table.rows), 'ratio')} to the parent environment"
    return words + (f"; {withheld} withheld, with the reason." if withheld else ".")
