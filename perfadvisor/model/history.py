"""The words of the history: series of results over time, and the changes found in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from perfadvisor.model.result import Better


class ChangeKind(StrEnum):
    """suspected: measure again in turns against the commit before; confirmed: the change is real."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesKey:
    """What makes two results points of one series. A new hardware fingerprint starts a new series."""

    workload: str
    metric: str = ""
    environment: str = ""
    fingerprint: str = ""

    @property
    def name(self) -> str:
        """`workload/metric@environment`, without what is empty."""
        name = f"{self.workload}/{self.metric}" if self.metric else self.workload
        return f"{name}@{self.environment}" if self.environment else name


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """A series in order of time; the tuples are equally long. `marks` are the versions each point was measured with."""

    key: SeriesKey
    unit: str
    better: Better
    times: tuple[float, ...]
    values: tuple[float, ...]
    commits: tuple[str, ...]
    marks: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesChange:
    """One change of one series: the value at `index` (counted from 0) is the first of the new level.

    `ratio` is the new level over the old with its 95 % interval, None where the values have no logarithm; `worse` is
    None where no direction is given as better. `marks` says which versions changed at the same point. `alerting`: it
    is worse by the margin (or may be, where that is not given), recent, not recovered and not accepted."""

    id: str
    series: str
    index: int
    time: float
    kind: ChangeKind
    before: float
    after: float
    ratio: float | None
    low: float | None
    high: float | None
    worse: bool | None
    commit: str = ""
    commit_before: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    recent: bool = False
    recovered: bool = False
    acknowledged: str = ""
    alerting: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Changes of several series at about the same time: one cause, one alert."""

    time: float
    commit: str
    changes: tuple[SeriesChange, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryReport:
    """Everything a check says. `exit_code`: 1 for a confirmed worsening; 3, unless allowed, for a suspected one and for
    a change of a series without a better direction; else 0."""

    changes: tuple[SeriesChange, ...]
    events: tuple[Event, ...]
    series_count: int
    point_count: int
    allow_undecided: bool = False

    @property
    def exit_code(self) -> int:
        """What the check exits with."""
        if any(
            change.worse and change.kind is ChangeKind.CONFIRMED for event in self.events for change in event.changes
        ):
            return 1
        return 3 if self.events and not self.allow_undecided else 0
