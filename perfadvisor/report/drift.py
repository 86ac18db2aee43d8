"""Every run over the time it was made in, all environments on one axis: where something disturbed them together.

A run stands at its share of its own median, so that unlike workloads can share the axis. What lies beyond the edge of
the still picture stands at the edge; the chart to explore has its true place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.formatting import quantity
from perfadvisor.model.result import Cell, Estimate, Trust
from perfadvisor.report.environments import SHAPES
from perfadvisor.report.results import headline, title_of
from perfadvisor.report.strip import STEPS, deviation
from perfadvisor.report.view import ReportView

TITLED = 300  # runs up to which each says under the pointer what it was
FEWEST, MOST = 6, 1200  # runs: fewer show no course, more would be a page of their own
WIDTH, HEIGHT, EDGE = 640.0, 160.0, 10.0
OUTSIDE = 0.1  # share of runs that may lie beyond the edge


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftRun:
    """One run: seconds since the first one began, how far it is from its median (0.02 for 2 % above), its trust and
    words, and its place in the picture."""

    seconds: float
    share: float
    trust: Trust
    words: str
    x: float
    y: float


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftLine:
    """The runs of one environment in the order of time."""

    environment: str
    shape: str
    runs: tuple[DriftRun, ...]

    @property
    def path(self) -> str:
        """An SVG path of all runs, for pictures of many."""
        return "".join(f"M{run.x} {run.y}h0" for run in self.runs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """All environments; `span` is the share at the upper and lower edge of the picture, `seconds` its width. `count`
    runs are drawn, `more` are not."""

    lines: tuple[DriftLine, ...]
    span: float
    seconds: float
    count: int
    more: int

    @property
    def titled(self) -> bool:
        """Whether each run says what it was; of many that would be half of the page."""
        return self.count <= TITLED


Found = tuple[float, float, Trust, str, str]  # started, share, trust, words, environment


def drift(view: ReportView) -> Drift | None:
    """None where there are too few runs for a course."""
    found = sorted(_found(view), key=lambda one: one[0])
    drawn = found[:MOST]
    if len(drawn) < FEWEST:
        return None
    first, last = drawn[0][0], drawn[-1][0]
    span = _span([abs(one[1]) for one in drawn])
    names = list(dict.fromkeys(one[4] for one in drawn))
    return Drift(
        lines=tuple(
            DriftLine(
                environment=name,
                shape=SHAPES[number % len(SHAPES)],
                runs=tuple(_run(one, first, max(last - first, 1e-9), span) for one in drawn if one[4] == name),
            )
            for number, name in enumerate(names)
        ),
        span=span,
        seconds=last - first,
        count=len(drawn),
        more=len(found) - len(drawn),
    )


def _found(view: ReportView) -> Iterator[Found]:
    for cell in view.cells:
        head = headline(view, cell)
        if head is not None and head.median:
            yield from _of_cell(view, cell, head)


def _of_cell(view: ReportView, cell: Cell, head: Estimate) -> Iterator[Found]:
    title = title_of(view, cell.workload)
    for trial in cell.finished:
        for sample in trial.output.samples:
            if sample.metric == head.metric and trial.started > 0:
                mark = cell.mark_of(trial)
                words = f"trial {trial.trial.number}, {title}: {quantity(sample.value, sample.unit)}, {mark}"
                yield trial.started, deviation(sample.value, head.median), mark, words, cell.environment


def _span(shares: Sequence[float]) -> float:
    """The smallest round share that holds nine runs of ten."""
    wanted = sorted(shares)[int(len(shares) * (1 - OUTSIDE)) - 1]
    return next((step for step in STEPS if step >= wanted), STEPS[-1])


def _run(one: Found, first: float, seconds: float, span: float) -> DriftRun:
    started, share, trust, words, _ = one
    shown = max(-1.0, min(1.0, share / span))
    return DriftRun(
        seconds=started - first,
        share=share,
        trust=trust,
        words=words,
        x=round(EDGE + (started - first) / seconds * (WIDTH - 2 * EDGE), 1),
        y=round(HEIGHT / 2 - shown * (HEIGHT / 2 - EDGE), 1),
    )
