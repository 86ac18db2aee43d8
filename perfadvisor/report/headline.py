"""The headline: one figure for each question that the run asked, or why there is none.

What a workload asks is its first metric: latency where one request is in flight, I/Os per second where many small ones
are, bytes per second where large ones are. A figure never answers another question, and never comes from a result that
is INVALID.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.model.result import Cell, Estimate, Trust
from perfadvisor.report.results import device_of, headline
from perfadvisor.report.view import ReportView


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What people ask of a device: the metrics that answer it, whether most is best, and the words for it; `after` is
    what follows the figure."""

    metrics: tuple[str, ...]
    most: bool
    words: str
    after: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadlineAnswer:
    """The figure that answers a question and the cell it is from; without a figure `cell` is the one that should have
    given it, and its `why` says what went wrong."""

    question: Question
    cell: Cell
    estimate: Estimate | None


LATENCY = Question(metrics=("lat_p50", "clat_p50"), most=False, words="its latency", after=" median latency")
IOPS = Question(metrics=("iops",), most=True, words="its I/Os per second")
BYTES = Question(metrics=("bytes_per_s",), most=True, words="its bandwidth")
BITS = Question(metrics=("bits_per_s",), most=True, words="its throughput")
LOAD = Question(metrics=("chase",), most=False, words="the latency of a load", after=" a load")

QUESTIONS = {
    "storage": (IOPS, BYTES, LATENCY),
    "network": (BITS, LATENCY),
    "memory": (BYTES, LOAD),
    "dma": (IOPS, BYTES, LATENCY),
}


def answers(view: ReportView, device: str, environment: str = "") -> Iterator[HeadlineAnswer]:
    """The answers about a kind of device, in an environment, the base where none is named; a question that was not
    asked has none."""
    where = environment or view.base
    asked = [cell for cell in view.cells if cell.environment == where and device_of(view, cell) == device]
    for question in QUESTIONS.get(device, ()):
        cells = _reads_first([cell for cell in asked if question_of(view, cell) is question])
        if cells:
            yield _answer(view, question, cells)


def question_of(view: ReportView, cell: Cell) -> Question | None:
    """The question a cell's workload asks, None where its first metric is not such a figure."""
    first = _first_metric(view, cell)
    kind = first.rpartition(".")[2]
    found = (each for each in QUESTIONS.get(device_of(view, cell), ()) if kind in each.metrics)
    return next(found, None)


def _first_metric(view: ReportView, cell: Cell) -> str:
    workload = view.run.workloads.get(cell.workload) if view.run else None
    if workload and workload.metrics:
        return workload.metrics[0]
    shown = headline(view, cell)
    return shown.metric if shown else ""


def _reads_first(cells: Sequence[Cell]) -> list[Cell]:
    """Only those that read, where any does: what writes is another question, and a worse stand-in than a reason."""
    reads = [cell for cell in cells if not any(e.metric.startswith("write.") for e in cell.estimates)]
    measured = [cell for cell in reads if cell.estimates]
    return measured or list(cells)


def _answer(view: ReportView, question: Question, cells: Sequence[Cell]) -> HeadlineAnswer:
    sound = [(estimate, cell) for cell in cells if cell.trust.sound and (estimate := _figure(view, question, cell))]
    if sound:
        pick = max if question.most else min
        estimate, cell = pick(sound, key=lambda pair: pair[0].median)
        return HeadlineAnswer(question=question, cell=cell, estimate=estimate)
    invalid = [cell for cell in cells if cell.trust is Trust.INVALID]
    return HeadlineAnswer(question=question, cell=(invalid or list(cells))[0], estimate=None)


def _figure(view: ReportView, question: Question, cell: Cell) -> Estimate | None:
    """The cell's own headline; where that metric was not measured, no other stands in."""
    shown = headline(view, cell)
    return shown if shown and shown.metric.rpartition(".")[2] in question.metrics else None
