"""A check of the history for the terminal."""

from collections.abc import Iterator

from perfadvisor.model.history import Change, Event, HistoryReport, Kind
from perfadvisor.plaintext import harmless
from perfadvisor.report.quantity import count_of, when

NEXT = {
    Kind.CONFIRMED: "confirmed",
    Kind.SUSPECTED: "suspected: measure both commits in turns (perfadvisor gate run)",
}
UNSAID = "undecided: nobody said which way is better (`better` in the CSV: higher or lower)"


def history_text(report: HistoryReport) -> str:
    """What woke us, then everything else that changed."""
    lines = [summary(report)]
    for event in report.events:
        lines += _event(event)
    others = [change for change in report.changes if not change.alerting]
    lines += ["", "other changes:", *(f"  {change_line(change)}" for change in others)] if others else []
    return harmless("\n".join(lines))


def _event(event: Event) -> Iterator[str]:
    yield ""
    yield f"{headline(event)} since {when(event.time)}{commits(event.changes[0])}"
    for change in event.changes:
        yield f"  {change_line(change)}"
        yield f"    {what_next(change)}; to accept it, acknowledge {change.id}"


def summary(report: HistoryReport) -> str:
    """How much was looked at, and how many changes there are."""
    series, points = f"{report.series_count:,} series", count_of(report.point_count, "point")
    return f"{series}, {points}, {count_of(len(report.changes), 'change')}"


def headline(event: Event) -> str:
    """`worse`, or `changed` where nobody said which way is better."""
    return "worse" if any(change.worse for change in event.changes) else "changed"


def what_next(change: Change) -> str:
    """What a change that alerts asks for."""
    return NEXT[change.kind] if change.worse else UNSAID


def change_line(change: Change) -> str:
    """One change in one line."""
    size = f"{change.before:.4g} -> {change.after:.4g}"
    if change.ratio is not None and change.low is not None and change.high is not None:
        percent = [100 * (ratio - 1) for ratio in (change.ratio, change.low, change.high)]
        size = "{:+.1f} % ({:+.1f} to {:+.1f})".format(*percent)
    where = f"{change.series} at {change.index} ({when(change.time)}{commits(change)})"
    return "; ".join([f"{where}: {size}, {change.kind.value}", *state(change)])


def state(change: Change) -> Iterator[str]:
    """What else there is to say of it: better, recovered, accepted, and which versions moved at the same point."""
    if change.worse is False:
        yield "better"
    if change.recovered:
        yield "recovered"
    if change.acknowledged:
        yield f"accepted: {change.acknowledged}"
    for name, moved in change.marks.items():
        yield f"{name} {moved}"


def commits(change: Change) -> str:
    """`, 1a2b..3c4d`: the commits around it, where they are known."""
    if not change.commit:
        return ""
    return f", {change.commit_before[:12]}..{change.commit[:12]}"
