"""A check of the history for the terminal."""

from collections.abc import Iterator

from perfadvisor.commands import as_typed
from perfadvisor.formatting import count_of, when
from perfadvisor.model.history import ChangeKind, Event, HistoryReport, SeriesChange
from perfadvisor.plaintext import one_line

RERUN = "suspected: measure both commits in turns (perfadvisor gate run) to be sure"
UNSAID = "it is unknown which direction is better: give the CSV a column 'better' (higher or lower) and ingest it again"
ACCEPT = "to accept a change, put its id into the policy, under 'acknowledged'"


def history_text(report: HistoryReport) -> str:
    """What woke us, what to do about it, then everything else that changed."""
    lines = [summary(report)]
    for event in report.events:
        lines += _event(event)
    if report.events:
        lines += ["", *map(as_typed, hints(report))]
    others = [change for change in report.changes if not change.alerting]
    lines += ["", "other changes:", *(f"  {change_line(change)}" for change in others)] if others else []
    return "\n".join(map(one_line, lines))


def _event(event: Event) -> Iterator[str]:
    yield ""
    yield headline(event)
    for change in event.changes:
        yield f"  {change.series}: {change_in_event(change, event)}  [id {change.id}]"


def summary(report: HistoryReport) -> str:
    """How much was looked at, and how many changes there are."""
    series, points = f"{report.series_count:,} series", count_of(report.point_count, "point")
    return f"{series}, {points}, {count_of(len(report.changes), 'change')}"


def headline(event: Event) -> str:
    """`worse since` when, and between which commits; `changed` where no direction is given as better."""
    word = "worse" if any(change.worse for change in event.changes) else "changed"
    return f"{word} since {when(event.time)}{commits(event.changes[0])}"


def hints(report: HistoryReport) -> Iterator[str]:
    """What to do about what alerts, each thing once."""
    changes = [change for event in report.events for change in event.changes]
    if any(change.kind is ChangeKind.SUSPECTED for change in changes):
        yield RERUN
    if any(change.worse is None for change in changes):
        yield UNSAID
    yield ACCEPT


def change_in_event(change: SeriesChange, event: Event) -> str:
    """The size and kind of a change below its event's headline, and where it lies if elsewhere."""
    elsewhere = [f"at {when(change.time)}{commits(change)}"] if change.time != event.time else []
    return "; ".join([f"{size(change)}, {kind(change)}", *elsewhere, *state(change)])


def change_line(change: SeriesChange) -> str:
    """One change in one line."""
    where = f"{change.series} at {change.index} ({when(change.time)}{commits(change)})"
    return "; ".join([f"{where}: {size(change)}, {kind(change)}", *state(change)])


def size(change: SeriesChange) -> str:
    """`-8.1 % (-9.0 to -7.1)`; the levels themselves where they have no ratio."""
    if change.ratio is None or change.low is None or change.high is None:
        return f"{change.before:.4g} -> {change.after:.4g}"
    percent = [100 * (ratio - 1) for ratio in (change.ratio, change.low, change.high)]
    return "{:+.1f} % ({:+.1f} to {:+.1f})".format(*percent)


def kind(change: SeriesChange) -> str:
    """`confirmed`, or `suspected`; and `better or worse?` where that is not given."""
    return change.kind.value if change.worse is not None else f"{change.kind.value}, better or worse?"


def state(change: SeriesChange) -> Iterator[str]:
    """What else there is to say of it: better, recovered, accepted, and which versions moved at the same point."""
    if change.worse is False:
        yield "better"
    if change.recovered:
        yield "recovered"
    if change.acknowledged:
        yield f"accepted: {change.acknowledged}"
    for name, moved in change.marks.items():
        yield f"{name} {moved}"


def commits(change: SeriesChange) -> str:
    """`, 1a2b..3c4d`: the commits around it, where they are known."""
    if not change.commit:
        return ""
    return f", {change.commit_before[:12]}..{change.commit[:12]}"
