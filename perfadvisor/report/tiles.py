"""The five figures of the first screen: storage latency, I/Os and bytes per second, network, memory.

Each has its trust mark and, where known, its share of a ceiling and what other environments keep of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.facts.trial.own_load import is_own_load
from perfadvisor.formatting import interval, quantity
from perfadvisor.model.ratio import EnvironmentRatio
from perfadvisor.model.result import Cell, Estimate, Trust
from perfadvisor.model.units import Unit
from perfadvisor.report.delivers import unlike_machines
from perfadvisor.report.environments import percent
from perfadvisor.report.headline import BITS, BYTES, IOPS, LATENCY, LOAD, HeadlineAnswer, Question, answers
from perfadvisor.report.results import device_of, title_of
from perfadvisor.report.view import ReportView

NOT_ASKED = "no workload of this run measures it"
# Label, kind of device, and the question; the second one only where the first was not asked, or as a line beside it.
TILES: tuple[tuple[str, str, tuple[Question, ...]], ...] = (
    ("Storage latency", "storage", (LATENCY,)),
    ("Storage IOPS", "storage", (IOPS,)),
    ("Storage bandwidth", "storage", (BYTES,)),
    ("Network", "network", (BITS, LATENCY)),
    ("Memory", "memory", (BYTES, LOAD)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """One figure. `why` says why there is none, `beside` is a second figure, `shares` what is known of its limits;
    `anchor` is the result on the page that it is from."""

    label: str
    figure: str
    interval: str
    workload: str
    trust: Trust
    why: str
    beside: str
    shares: tuple[str, ...]
    anchor: str


def tiles(view: ReportView) -> tuple[Tile, ...]:
    """All five, or none where nothing was measured or the results may come from several machines."""
    measured = [cell for cell in view.cells if not is_own_load(cell.workload)]
    if not measured or unlike_machines(view):
        return ()
    return tuple(_tile(view, label, device, questions) for label, device, questions in TILES)


def _tile(view: ReportView, label: str, device: str, questions: tuple[Question, ...]) -> Tile:
    found = _answers(view, device, questions)
    if not found:
        return _empty(label)
    first, *others = found
    cell, estimate = first.cell, first.estimate
    return Tile(
        label=label,
        figure=quantity(estimate.median, estimate.unit) if estimate else "",
        interval=interval(estimate.low, estimate.high, estimate.unit, like=estimate.median) if estimate else "",
        workload=title_of(view, cell.workload) + (f" in {cell.environment}" if cell.environment != view.base else ""),
        trust=cell.trust,
        why="" if estimate else cell.why or "the tool did not report it",
        beside="; ".join(map(_beside, others)),
        shares=tuple(_shares(view, cell, estimate)) if estimate else (),
        anchor=f"result-{view.cells.index(cell) + 1}",
    )


def _answers(view: ReportView, device: str, questions: tuple[Question, ...]) -> list[HeadlineAnswer]:
    """Figures first. Those of another environment only where the base was not measured: a doubt about its result is not
    hidden by the result of another."""
    names = [view.base, *(each.name for each in view.environments if each.name != view.base)]
    every = [
        [one for each in questions for one in answers(view, device, name) if one.question is each] for name in names
    ]
    base, *others = (sorted(found, key=lambda one: one.estimate is None) for found in every)
    if any(one.cell.trust is not Trust.NOT_MEASURED for one in base):
        return base
    return next((found for found in others if found and found[0].estimate), base)


def _empty(label: str) -> Tile:
    return Tile(
        label=label,
        figure="",
        interval="",
        workload="",
        trust=Trust.NOT_MEASURED,
        why=NOT_ASKED,
        beside="",
        shares=(),
        anchor="",
    )


def _beside(one: HeadlineAnswer) -> str:
    if one.estimate is None:
        return f"{one.question.words.removeprefix('its ')}: {one.cell.why or 'not reported'}"
    return f"{quantity(one.estimate.median, one.estimate.unit)}{one.question.after}, {one.cell.trust}"


def _shares(view: ReportView, cell: Cell, estimate: Estimate) -> Iterator[str]:
    yield from _of_ceiling(view, cell, estimate)
    key = (cell.workload, estimate.metric, cell.environment)
    kept = [_kept(ratio) for ratio in view.ratios if (ratio.workload, ratio.metric, ratio.parent) == key]
    if kept:
        yield ", ".join(kept)


def _kept(ratio: EnvironmentRatio) -> str:
    share = "withheld" if ratio.ratio is None else percent(ratio.ratio)
    return f"{ratio.environment} {share}{' (emulated)' if ratio.emulated else ''}"


def _of_ceiling(view: ReportView, cell: Cell, estimate: Estimate) -> Iterator[str]:
    """Its share of what the link on its path can carry, and of the limit that a control group sets."""
    table = view.facts.get(cell.environment)
    if table is None or device_of(view, cell) not in ("storage", "network"):
        return
    nic, address = table.value("result.nic", cell.id), table.value("result.pci", cell.id)
    speed = table.value("nic.speed_bits_per_s", str(nic)) if nic else None
    path = table.value("pci.path_bytes_per_s", str(address)) if address else None
    if estimate.unit is Unit.BITS_PER_SECOND and isinstance(speed, int | float) and speed > 0:
        yield f"{percent(estimate.median / speed)} of {nic}'s {quantity(float(speed), Unit.BITS_PER_SECOND)}"
    if estimate.unit is Unit.BYTES_PER_SECOND and isinstance(path, int | float) and path > 0:
        yield f"{percent(estimate.median / path)} of the PCIe path's {quantity(float(path), Unit.BYTES_PER_SECOND)}"
    limit = table.value("result.io_limit_share", cell.id)
    if isinstance(limit, float) and limit > 0:  # 0 where no group sets a limit
        yield f"{percent(limit)} of the control group's limit"
