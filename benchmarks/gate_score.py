"""How found changes are scored against true ones, and how a table of them is printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

NEAR = 5


@dataclass(slots=True)
class Score:
    """Counts over many series."""

    hits: int = 0
    found: int = 0
    true: int = 0

    def add(self, true: Sequence[int], found: Iterable[int]) -> None:
        """One series more; a found change counts for one true one at most 5 points away."""
        left = list(found)
        self.found += len(left)
        self.true += len(true)
        for change in true:
            near = [index for index in left if abs(index - change) <= NEAR]
            if near:
                self.hits += 1
                left.remove(min(near, key=lambda index: abs(index - change)))

    @property
    def precision(self) -> float:
        """Share of found changes that are true."""
        return self.hits / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of true changes that are found."""
        return self.hits / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.hits / (self.found + self.true) if self.found + self.true else 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line: which goal, what was measured, the figure, what to beat, whether it did (None: nothing to beat)."""

    goal: str
    what: str
    figure: str
    beat: str = ""
    met: bool | None = None


@dataclass(slots=True)
class Table:
    """Rows printed as they come."""

    rows: list[Row] = field(default_factory=list)

    def add(self, goal: str, what: str, figure: str, beat: str = "", met: bool | None = None) -> None:
        """Print and keep a row."""
        self.rows.append(Row(goal, what, figure, beat, met))
        mark = {True: "met", False: "MISSED", None: ""}[met]
        print(f"{goal:4} {what:66} {figure:>22}  {beat:34} {mark}".rstrip(), flush=True)

    @property
    def missed(self) -> list[Row]:
        """The goals that were not reached."""
        return [row for row in self.rows if row.met is False]


def percent(share: float, digits: int = 1) -> str:
    """0.012 as 1.2 %."""
    return f"{100 * share:.{digits}f} %"
