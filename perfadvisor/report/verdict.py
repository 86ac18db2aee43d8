"""The verdict: what the machine delivers, what holds it back, and whether the numbers can be trusted."""

from collections.abc import Iterator, Sequence

from perfadvisor.facts.trial.own_load import is_own_load
from perfadvisor.formatting import count_of, listed
from perfadvisor.model.result import Cell, Trust
from perfadvisor.model.rule import Confidence, Severity
from perfadvisor.report.delivers import delivers, unlike_machines
from perfadvisor.report.findings import Entry, severity_counts
from perfadvisor.report.judged import Judged, judged, looked, most_wanted, not_evaluated, waiting
from perfadvisor.report.parts import SentencePart, lowered, plain
from perfadvisor.report.view import ReportView

__all__ = ["plain", "sentence", "verdict"]
NAMED = 3  # findings the verdict names; the others are counted


def verdict(view: ReportView, found: Sequence[Entry]) -> tuple[SentencePart, ...]:
    """The paragraph, as parts to be joined."""
    return (*delivers(view), *_holds_back(view, found), *_trust(view, found))


def sentence(view: ReportView, found: Sequence[Entry]) -> tuple[SentencePart, ...]:
    """The paragraph without the figures, for a page that shows those as tiles."""
    why_not = unlike_machines(view)
    first = (SentencePart("No headline", strong=True), SentencePart(f": {why_not}. ")) if why_not else ()
    return (*first, *_holds_back(view, found), *_trust(view, found))


def _holds_back(view: ReportView, found: Sequence[Entry]) -> Iterator[SentencePart]:
    """Only what a measurement or counter agrees with is called a cause; the rest are hints."""
    every = [entry for entry in found if entry.severity is not Severity.INFO and not entry.doubt]
    worth = [entry for entry in every if not entry.aside]
    causes = [entry for entry in worth if entry.first.confidence is not Confidence.HINT]
    hints = [entry for entry in worth if entry not in causes]
    if causes:
        yield SentencePart(
            f"{count_of(len(causes), 'finding')} {'holds' if len(causes) == 1 else 'hold'} it back", strong=True
        )
        yield from _named(view, causes, found)
        yield SentencePart(f"; {count_of(len(hints), 'hint')} from settings alone. " if hints else ". ")
    elif hints:
        yield SentencePart(f"{count_of(len(hints), 'hint')} from settings alone", strong=True)
        yield from _named(view, hints, found)
        yield SentencePart(". ")
    elif every:
        found_none = "found that holds this run back"
        missing = waiting(view)
        yield SentencePart(
            f"Judged in part, nothing {found_none}" if missing else f"Nothing was {found_none}", strong=True
        )
        yield SentencePart(". ")
    else:
        yield from _nothing_found(view, found)
        return
    beside = len(every) - len(worth)
    yield SentencePart(f"{count_of(beside, 'finding')} about what the run did not touch. " if beside else "")
    yield SentencePart(_not_evaluated(view))


def _nothing_found(view: ReportView, found: Sequence[Entry]) -> Iterator[SentencePart]:
    wanted, state = most_wanted(view), judged(view)
    unlock = f"; {wanted.words}" if wanted else ""
    if state is Judged.NOTHING:
        yield SentencePart("Nothing could be judged", strong=True)
        yield SentencePart(f": no rule about the machine could be evaluated{unlock}. ")
    elif state is Judged.IN_PART:
        noted = any(not entry.doubt for entry in found)  # what is good to know stands below the sentence
        yield SentencePart(f"Judged in part, nothing {'to change ' if noted else ''}found", strong=True)
        missing = f"{not_evaluated(view)} could not be evaluated"
        yield SentencePart(f": {count_of(looked(view), 'rule')} found nothing, {missing}{unlock}. ")
    else:
        measured = any(cell.estimates for cell in view.cells)
        words = "Nothing was found that holds it back" if measured else "Its settings show nothing to fix"
        yield SentencePart(words, strong=True)
        yield SentencePart(f": {count_of(looked(view), 'rule')} looked, and {_all_of(view)} could be evaluated. ")


def _all_of(view: ReportView) -> str:
    """A saved output describes part of a machine: rules on the rest were not asked."""
    if not view.unasked:
        return "every rule that applies"
    return f"every rule on what it describes ({count_of(len(view.unasked), 'rule')} on other things were not asked)"


def _not_evaluated(view: ReportView) -> str:
    missing = not_evaluated(view)
    return f"{count_of(missing, 'rule')} could not be evaluated. " if missing else ""


def _named(view: ReportView, several: Sequence[Entry], found: Sequence[Entry]) -> Iterator[SentencePart]:
    """The worst few by name, each with its place in the list, and its environment where that is not the base; how many
    more there are."""
    grave = [entry for entry in several if entry.severity in (Severity.CRITICAL, Severity.HIGH)]
    named = (grave or several)[:NAMED]
    for position, entry in enumerate(named):
        yield SentencePart(f"{', ' if position else ': '}({found.index(entry) + 1}) ")
        yield SentencePart(lowered(entry.title.rstrip(".")), finding=found.index(entry) + 1)
        yield SentencePart(f" in {entry.environment}" if entry.environment not in ("", view.base) else "")
    rest = severity_counts([entry for entry in several if entry not in named])
    if rest:
        yield SentencePart(f", then {listed([f'{count} {severity}' for severity, count in rest])}")


def _trust(view: ReportView, found: Sequence[Entry]) -> Iterator[SentencePart]:
    measured = [cell for cell in view.cells if cell.estimates and not is_own_load(cell.workload)]
    if not measured:
        yield SentencePart("Nothing was measured", strong=True)
        yield SentencePart(f": {_instead(view)}. " if found else ". ")
        return
    fine = sum(cell.trust is Trust.VALID for cell in measured)
    yield SentencePart(_trusted(fine, len(measured)), strong=True)
    doubted = [(mark, [cell for cell in measured if cell.trust is mark]) for mark in (Trust.NOISY, Trust.INVALID)]
    words = [f"{len(group)} {mark.lower()} ({_reasons(group)})" for mark, group in doubted if group]
    missed = [cell for cell in view.cells if cell.trust is Trust.NOT_MEASURED]
    if missed:
        why = ", ".join(dict.fromkeys(cell.why for cell in missed))
        words.append(f"{count_of(len(missed), 'workload')} not measured ({why})")
    yield SentencePart(f"; {listed(words)}" if words else "")
    yield from _disturbed(found)


def _instead(view: ReportView) -> str:
    """What the judgement rests on where there is no result."""
    if any(cell.finished for cell in view.cells):
        return "the findings rest on settings and on counters of the machine's own load"
    return "the findings rest on settings alone"


def _trusted(fine: int, measured: int) -> str:
    if measured == 1:
        return f"The one result {'can' if fine else 'cannot'} be trusted as it stands"
    return f"{fine or 'None'} of {count_of(measured, 'result')} can be trusted as they stand"


def _disturbed(found: Sequence[Entry]) -> Iterator[SentencePart]:
    about = [number for number, entry in enumerate(found, 1) if entry.doubt]
    for position, number in enumerate(about):
        yield SentencePart(", " if position else "; see finding " if len(about) == 1 else "; see findings ")
        yield SentencePart(str(number), finding=number)
    yield SentencePart(". ")


def _reasons(cells: Sequence[Cell]) -> str:
    return ", ".join(dict.fromkeys(cell.doubts[0].reason for cell in cells if cell.doubts)) or "no reason given"
