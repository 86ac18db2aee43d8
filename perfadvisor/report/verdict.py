"""The verdict: what the machine delivers, what holds it back, and whether the numbers can be trusted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.formatting import count_of, listed, quantity
from perfadvisor.model.result import Cell, Estimate, Trust
from perfadvisor.model.rule import Confidence, Outcome, Severity
from perfadvisor.report.findings import Entry, severity_counts
from perfadvisor.report.results import DEVICE_ORDER, device_of, title_of
from perfadvisor.report.view import ReportView

NARROW = "\N{NO-BREAK SPACE}"  # keeps a number and its unit on one line
NAMED = 3  # findings the verdict names; the others are counted


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; `strong` where the eye should stop, `finding` the number of the finding it names."""

    text: str
    strong: bool = False
    finding: int = 0


@dataclass(frozen=True, slots=True)
class Best:
    """The best number of its kind, and the workload it came from."""

    estimate: Estimate
    cell: Cell


def verdict(view: ReportView, found: Sequence[Entry]) -> tuple[Part, ...]:
    """The paragraph, as parts to be joined."""
    return (*_delivers(view), *_holds_back(view, found), *_trust(view, found))


def plain(parts: Sequence[Part]) -> str:
    """The paragraph as one line of text."""
    return "".join(part.text for part in parts).strip().replace(NARROW, " ")


def _delivers(view: ReportView) -> Iterator[Part]:
    cells = [cell for cell in view.cells if cell.environment == view.base and cell.trust is not Trust.INVALID]
    for device in DEVICE_ORDER:
        mine = [cell for cell in cells if device_of(view, cell) == device]
        yield from _sentence(view, device, mine)


def _sentence(view: ReportView, device: str, cells: Sequence[Cell]) -> Iterator[Part]:
    best = _highest(device, cells)
    latency = _median(cells) or _best(cells, "chase", most=False)
    if not best and latency is None:
        return
    yield Part(_opening(device, cells))
    for position, each in enumerate(best):
        yield Part(" and " if position and position == len(best) - 1 else ", " if position else "")
        yield _figure(each)
        yield Part(f" ({_lowered(title_of(view, each.cell.workload))})")
    if latency is not None:
        yield Part((", " if best else "") + "at best ")
        yield _figure(latency)
        yield Part(" a load" if latency.estimate.metric == "chase" else " median latency")
    yield Part(". ")


def _median(cells: Sequence[Cell]) -> Best | None:
    """The lowest median of total latency, or of completion latency where nothing else is known."""
    return _best(cells, "lat_p50", most=False) or _best(cells, "clat_p50", most=False)


def _figure(best: Best) -> Part:
    return Part(quantity(best.estimate.median, best.estimate.unit).replace(" ", NARROW), strong=True)


def _highest(device: str, cells: Sequence[Cell]) -> list[Best]:
    """The best rate of each kind; of a network only bits, because its other rates say the same again."""
    parts = ("bits_per_s", "iops") if device == "network" else ("iops", "bytes_per_s", "bits_per_s")
    best = [found for part in parts if (found := _best(cells, part, most=True))]
    apart = [each for each in best if each is best[0] or each.cell is not best[0].cell]
    return best[:1] if device == "network" else apart


def _lowered(title: str) -> str:
    """`Random read` as it stands within a sentence; `TCP` stays as it is."""
    return title[0].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title


def _opening(device: str, cells: Sequence[Cell]) -> str:
    if device == "network":
        trials = [trial for cell in cells for trial in cell.trials]
        if any(trial.path.nic for trial in trials):
            return "The network carries "
        if not any(trial.command for trial in trials):  # imported: nobody knows which way it went
            return "Network traffic reaches "
        return "Traffic that stays inside the machine, crossing no NIC, reaches "
    return "Storage reaches " if device == "storage" else "The memory path reaches "


def _best(cells: Sequence[Cell], part: str, *, most: bool) -> Best | None:
    every = [Best(e, cell) for cell in cells for e in cell.estimates if e.metric.rpartition(".")[2] == part]
    pick = max if most else min
    return pick(every, key=lambda best: best.estimate.median, default=None)


def _holds_back(view: ReportView, found: Sequence[Entry]) -> Iterator[Part]:
    """Only what a measurement or counter agrees with is called a cause; the rest are hints."""
    worth = [entry for entry in found if entry.severity is not Severity.INFO and not _about_measuring(entry)]
    causes = [entry for entry in worth if entry.first.confidence is not Confidence.HINT]
    hints = [entry for entry in worth if entry not in causes]
    if causes:
        yield Part(f"{count_of(len(causes), 'finding')} {'holds' if len(causes) == 1 else 'hold'} it back", strong=True)
        yield from _named(causes, found)
        yield Part(f"; {count_of(len(hints), 'hint')} from settings alone. " if hints else ". ")
    elif hints:
        yield Part(f"{count_of(len(hints), 'hint')} from settings alone", strong=True)
        yield from _named(hints, found)
        yield Part(". ")
    else:
        passed, unknown = (len({f.rule.id for f in view.with_outcome(o)}) for o in (Outcome.CLEAR, Outcome.UNKNOWN))
        measured = any(cell.estimates for cell in view.cells)
        yield Part(
            "Nothing was found that holds it back" if measured else "Its settings show nothing to fix", strong=True
        )
        yield Part(f": {count_of(passed, 'rule')} passed, {unknown} could not be evaluated. ")


def _about_measuring(entry: Entry) -> bool:
    """Whether it says what disturbed the measurement, not what holds the machine back."""
    return entry.rule.step == "measurement"


def _named(several: Sequence[Entry], found: Sequence[Entry]) -> Iterator[Part]:
    """The worst few by name, each with its place in the list; how many more there are."""
    grave = [entry for entry in several if entry.severity in (Severity.CRITICAL, Severity.HIGH)]
    named = (grave or several)[:NAMED]
    for position, entry in enumerate(named):
        yield Part(f"{', ' if position else ': '}({found.index(entry) + 1}) ")
        yield Part(_lowered(entry.title.rstrip(".")), finding=found.index(entry) + 1)
    rest = severity_counts([entry for entry in several if entry not in named])
    if rest:
        yield Part(f", then {listed([f'{count} {severity}' for severity, count in rest])}")


def _trust(view: ReportView, found: Sequence[Entry]) -> Iterator[Part]:
    measured = [cell for cell in view.cells if cell.estimates]
    if not measured:
        yield Part("Nothing was measured", strong=True)
        yield Part(": what is said here rests on settings alone. ")
        return
    fine = sum(cell.trust is Trust.VALID for cell in measured)
    yield Part(_trusted(fine, len(measured)), strong=True)
    doubted = [(mark, [cell for cell in measured if cell.trust is mark]) for mark in (Trust.NOISY, Trust.INVALID)]
    words = [f"{len(group)} {mark.lower()} ({_reasons(group)})" for mark, group in doubted if group]
    missed = len(view.cells) - len(measured)
    if missed:
        words.append(f"{count_of(missed, 'workload')} not measured")
    yield Part(f"; {listed(words)}" if words else "")
    yield from _disturbed(found)


def _trusted(fine: int, measured: int) -> str:
    if measured == 1:
        return f"The one result {'can' if fine else 'cannot'} be trusted as it stands"
    return f"{fine or 'None'} of {count_of(measured, 'result')} can be trusted as they stand"


def _disturbed(found: Sequence[Entry]) -> Iterator[Part]:
    about = [number for number, entry in enumerate(found, 1) if _about_measuring(entry)]
    for position, number in enumerate(about):
        yield Part(", " if position else "; see finding " if len(about) == 1 else "; see findings ")
        yield Part(str(number), finding=number)
    yield Part(". ")


def _reasons(cells: Sequence[Cell]) -> str:
    return ", ".join(dict.fromkeys(cell.doubts[0].reason for cell in cells if cell.doubts)) or "no reason given"
