"""What a comparison over restarts consists of: its plan, the boots that were measured, and those that were lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from perfadvisor.model.gate import Runs, Side

Doubt = tuple[str, str, str]  # workload, metric, why


@dataclass(frozen=True, kw_only=True, slots=True)
class BootPlan:
    """What is compared. `choose` has for either side the command that makes the next start of the machine one of that
    side; `restart` starts it anew. Each boot settles for `settle_s`, then gives the medians of `runs` fresh runs of
    `workload`, or of `cmd` in `checkout`. With `unseen` the sides may differ in what the machine does not show."""

    names: tuple[str, str]
    choose: tuple[str, str]
    restart: str
    pairs: int
    runs: int
    settle_s: float
    checkout: str
    directory: str
    timeout: float
    workload: str = ""
    cmd: str = ""
    own: tuple[str, ...] = ()
    policy: str = ""
    calibration: str = ""
    allow_undecided: bool = False
    outputs: Mapping[str, str] = field(default_factory=dict)
    unseen: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Boot:
    """One boot that was measured: the kernel's id of it, what started (names as in `machine.py`), and its figures."""

    side: int
    id: str
    machine: Mapping[str, str]
    runs: tuple[Runs, ...]
    doubts: tuple[Doubt, ...] = ()

    def as_side(self, name: str) -> Side:
        """As one fresh run."""
        doubts = {(workload, metric): why for workload, metric, why in self.doubts}
        return Side(name=name, runs={one.key: one for one in self.runs}, invalid=doubts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """One boot that gave nothing, and why."""

    id: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """All that has to outlive a restart. `stepped` is when it was written, in seconds since 1970; `measuring` is the
    boot in which a measurement began, `asked_in` the one in which a restart was asked for; `ended` says why no further
    boot follows, "" while some do; `files` are those that were written for it, with their hashes."""

    plan: BootPlan
    machine: str
    stepped: float
    boots: tuple[Boot, ...] = ()
    lost: tuple[Lost, ...] = ()
    measuring: str = ""
    asked_in: str = ""
    ended: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def next_side(self) -> int:
        """Which side the next boot belongs to: ABBA ABBA."""
        return (0, 1, 1, 0)[len(self.boots) % 4]


def joined(several: Sequence[Side]) -> tuple[tuple[Runs, ...], tuple[Doubt, ...]]:
    """The fresh runs of one boot as one: of each metric the median of those that can be relied on; where none can, of
    all, with why not."""
    runs, doubts = [], []
    for key in dict.fromkeys(key for side in several for key in side.runs):
        sides = [side for side in several if key in side.runs]
        sound = [side for side in sides if key not in side.invalid]
        values = [value for side in sound or sides for value in side.runs[key].values]
        runs.append(replace(sides[0].runs[key], values=(median(values),), times=()))
        if not sound:
            doubts.append((*key, sides[0].invalid[key]))
    return tuple(runs), tuple(doubts)
