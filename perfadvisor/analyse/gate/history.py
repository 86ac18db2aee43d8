"""Check series for changes, and say which of them are news: not better, recent, not recovered, not accepted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import log

import numpy as np

from perfadvisor.analyse.statistics.changepoints import NEAR, LevelChange, change_points
from perfadvisor.analyse.statistics.effect import log_margin
from perfadvisor.model.history import ChangeKind, Event, HistoryReport, Series, SeriesChange, SeriesKey

TOGETHER = 2  # points apart that changes of several series may lie and still be one event
MOST_POINTS = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertPolicy:
    """What counts: changes of at least `margin_of` the series (None: it never alerts) within the last `recent` points;
    `acknowledged` maps ids to reasons; `known` are id and kind of those reported before."""

    margin_of: Callable[[SeriesKey], float | None] = lambda _: 0.03
    recent: int = 40
    acknowledged: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[tuple[str, str]] = frozenset()


def check(series: Sequence[Series], wanted: AlertPolicy, *, allow_undecided: bool = False) -> HistoryReport:
    """Every change of every series, and the events among them that should raise an alert."""
    changes = tuple(change for one in series for change in changes_of(one, wanted))
    return HistoryReport(
        changes=changes,
        events=events(changes, series),
        series_count=len(series),
        point_count=sum(len(one.values) for one in series),
        allow_undecided=allow_undecided,
    )


def changes_of(series: Series, wanted: AlertPolicy) -> tuple[SeriesChange, ...]:
    """The changes of one series, ascending; only its last 20,000 points are looked at."""
    skipped = max(len(series.values) - MOST_POINTS, 0)
    cuts = change_points(np.array(series.values[skipped:], dtype=np.float64))
    return tuple(_change(series, cuts, i, skipped, wanted) for i in range(len(cuts)))


def _change(series: Series, cuts: Sequence[LevelChange], i: int, skipped: int, wanted: AlertPolicy) -> SeriesChange:
    cut, index = cuts[i], cuts[i].index + skipped
    near = _ids_near(series, index)
    kind = ChangeKind.CONFIRMED if cut.confirmed else ChangeKind.SUSPECTED
    acknowledged = next((wanted.acknowledged[id] for id in near if id in wanted.acknowledged), "")
    worse = _is_worse(series, cut)
    recent = len(series.values) - index <= wanted.recent
    margin = wanted.margin_of(series.key)
    recovered = _is_recovered(series, cuts, i, margin or 0.0)
    matters = worse is not False and margin is not None and _size(cut) >= log_margin(margin)
    news = recent and not recovered and not acknowledged and not _is_known(near, kind, wanted)
    return SeriesChange(
        id=change_id(series, index),
        series=series.key.name,
        index=index,
        time=series.times[index],
        kind=kind,
        before=cut.before,
        after=cut.after,
        ratio=cut.ratio,
        low=cut.low if cut.log else None,
        high=cut.high if cut.log else None,
        worse=worse,
        commit=series.commits[index],
        commit_before=series.commits[index - 1],
        marks=_marks(series, index),
        recent=recent,
        recovered=recovered,
        acknowledged=acknowledged,
        alerting=matters and news,
    )


def change_id(series: Series, index: int) -> str:
    """A short name for "this series changed here" that an acknowledgement can carry."""
    key = series.key
    text = "\0".join((key.workload, key.metric, key.environment, key.fingerprint, repr(series.times[index])))
    return sha256(text.encode()).hexdigest()[:12]


def _ids_near(series: Series, index: int) -> list[str]:
    around = range(max(index - NEAR, 0), min(index + NEAR + 1, len(series.values)))
    return [change_id(series, i) for i in sorted(around, key=lambda i: abs(i - index))]


def _is_known(near: Iterable[str], kind: ChangeKind, wanted: AlertPolicy) -> bool:
    """A suspicion that was reported is news again once it is confirmed."""
    kinds = {ChangeKind.CONFIRMED, kind}
    return any((id, one.value) in wanted.known for id in near for one in kinds)


def _is_worse(series: Series, cut: LevelChange) -> bool | None:
    if not series.better:
        return None
    return (cut.after < cut.before) == (series.better == "higher")


def _size(cut: LevelChange) -> float:
    return abs(log(cut.after / cut.before)) if cut.log else float("inf")


def _is_recovered(series: Series, cuts: Sequence[LevelChange], i: int, margin: float) -> bool:
    """Whether a later level is back within the margin of the level before, or better where it is known what is."""
    first, bound = cuts[i], log_margin(margin)
    if not first.log:
        return False
    sign = -1.0 if series.better == "lower" else 1.0
    gains = (sign * log(later.after / first.before) for later in cuts[i + 1 :])
    return any(gain > -bound and (bool(series.better) or gain < bound) for gain in gains)


def _marks(series: Series, index: int) -> dict[str, str]:
    if not series.marks:
        return {}
    before, after = series.marks[index - 1], series.marks[index]
    names = sorted(set(before) & set(after))
    return {name: f"{before[name]} -> {after[name]}" for name in names if before[name] != after[name]}


def events(changes: Iterable[SeriesChange], series: Sequence[Series]) -> tuple[Event, ...]:
    """The alerting changes, those at about the same time together, confirmed and large ones first within each."""
    moments = sorted({time for one in series for time in one.times})
    place = {time: i for i, time in enumerate(moments)}
    groups: list[list[SeriesChange]] = []
    for change in sorted((c for c in changes if c.alerting), key=lambda c: c.time):
        if groups and place[change.time] - place[groups[-1][-1].time] <= TOGETHER:
            groups[-1].append(change)
        else:
            groups.append([change])
    return tuple(Event(time=g[0].time, commit=g[0].commit, changes=tuple(sorted(g, key=_weight))) for g in groups)


def _weight(change: SeriesChange) -> tuple[bool, float]:
    return change.kind is not ChangeKind.CONFIRMED, -abs(log(change.ratio)) if change.ratio else 0.0
