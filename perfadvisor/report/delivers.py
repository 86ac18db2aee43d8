"""The first sentences of the verdict: what the machine delivers, or why that is unknown."""

from collections.abc import Iterator, Sequence

from perfadvisor.formatting import listed, quantity
from perfadvisor.model.doubts import DoubtReason
from perfadvisor.model.result import Cell, TrialResult
from perfadvisor.report.headline import HeadlineAnswer, answers
from perfadvisor.report.parts import NARROW, SentencePart, lowered
from perfadvisor.report.results import DEVICE_ORDER, title_of
from perfadvisor.report.view import ReportView
from perfadvisor.report.words import device_words


def delivers(view: ReportView) -> Iterator[SentencePart]:
    """A figure for each question the run asked, from results that conclusions may rest on."""
    why_not = unlike_machines(view)
    if why_not:
        yield SentencePart("No headline", strong=True)
        yield SentencePart(f": {why_not}. ")
        return
    for device in DEVICE_ORDER:
        found = list(answers(view, device))
        yield from _reached(view, device, [one for one in found if one.estimate])
        for one in found:
            if not one.estimate:
                yield SentencePart(f"{device_words(device)}: cannot say {_asked(view, one)}, because {_why(one)}. ")


def _asked(view: ReportView, one: HeadlineAnswer) -> str:
    return f"{one.question.words} ({lowered(title_of(view, one.cell.workload))})"


def _why(one: HeadlineAnswer) -> str:
    return lowered(one.cell.why or "the tool did not report it")


def _reached(view: ReportView, device: str, found: Sequence[HeadlineAnswer]) -> Iterator[SentencePart]:
    if not found:
        return
    yield SentencePart(_opening(device, [one.cell for one in found]))
    for position, one in enumerate(found):
        yield SentencePart(" and " if position and position == len(found) - 1 else ", " if position else "")
        yield _figure(one)
        yield SentencePart(f"{one.question.after} ({lowered(title_of(view, one.cell.workload))}){_limit(one.cell)}")
    yield SentencePart(". ")


def _limit(cell: Cell) -> str:
    """Words where the figure is that of a limit, so that it is not taken for the device's."""
    asked = next((trial.output.details["rate_options"] for trial in cell.trials if _asked_for(trial)), None)
    if asked is not None:
        return f", held back by its own {asked}: not what the device can do"
    if any(doubt.reason == DoubtReason.RATE_LIMITED for doubt in cell.doubts):
        return ", which is the speed of a rate limit, not of the device"
    return ""


def _asked_for(trial: TrialResult) -> bool:
    return bool(trial.output.details.get("rate_options"))


def _figure(one: HeadlineAnswer) -> SentencePart:
    shown = quantity(one.estimate.median, one.estimate.unit) if one.estimate else ""
    return SentencePart(shown.replace(" ", NARROW), strong=True)


def _opening(device: str, cells: Sequence[Cell]) -> str:
    if device == "network":
        trials = [trial for cell in cells for trial in cell.trials]
        if any(trial.path.nic for trial in trials):
            return "The network carries "
        if not any(trial.command for trial in trials):  # imported: its direction is unknown
            return "Network traffic reaches "
        return "Traffic that stays inside the machine, crossing no NIC, reaches "
    return "Storage reaches " if device == "storage" else "The memory path reaches "


# What tells two machines, or two disks of one, apart in files that name no machine.
TOLD_APART_BY = {"target": "targets", "fio_version": "fio versions", "iperf3_version": "iperf3 versions"}


def unlike_machines(view: ReportView) -> str:
    """Why imported results have no headline: several files that need not come from one machine. "" where they may."""
    trials = [trial for cell in view.cells for trial in cell.trials]
    files = {trial.output.details.get("imported_from") for trial in trials} - {None}
    if len(files) < 2:
        return ""
    seen = {name: {trial.output.details.get(name) for trial in trials} - {None} for name in TOLD_APART_BY}
    differing = [f"{len(values)} {TOLD_APART_BY[name]}" for name, values in seen.items() if len(values) > 1]
    if not differing:
        return ""
    return f"the {len(files)} files name {listed(differing)}, so they may come from different machines"
