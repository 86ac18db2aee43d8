"""The seconds within the trials of one result as a still picture: a line for each trial, all on one axis from zero."""

from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.formatting import quantity
from perfadvisor.model.result import Cell
from perfadvisor.model.timeline import Timeline

WIDTH, HEIGHT, MARGIN = 640.0, 160.0, 6.0
MOST = 20  # lines; more of them hide each other


@dataclass(frozen=True, kw_only=True, slots=True)
class Seconds:
    """`lines` are SVG paths, `dips` are marks on them where the rate fell for a moment; the axis goes to `top`
    and to the end of the longest trial; `more` trials are not drawn."""

    lines: tuple[str, ...]
    dips: tuple[str, ...]
    top: str
    until_s: float
    more: int


def seconds(cell: Cell) -> Seconds | None:
    """The picture, None where no trial tells its seconds."""
    known = [trial.timeline for trial in cell.trials if trial.timeline]
    drawn = known[:MOST]
    top = max((rate for line in drawn for rate in line.rates), default=0.0)
    if top <= 0:
        return None
    until_s = max(line.edges_s[-1] for line in drawn)
    places = [list(_places(line, until_s, top)) for line in drawn]
    return Seconds(
        lines=tuple("M" + "L".join(f"{x} {y}" for x, y in one) for one in places),
        dips=tuple(f"M{x} {y}h0" for line, one in zip(drawn, places, strict=True) for x, y in _dipped(line, one)),
        top=quantity(top, drawn[0].unit),
        until_s=until_s,
        more=len(known) - len(drawn),
    )


def _places(line: Timeline, until_s: float, top: float) -> Iterator[tuple[int, int]]:
    """Each second in its middle."""
    for number, rate in enumerate(line.rates):
        middle = (line.edges_s[number] + line.edges_s[number + 1]) / 2
        yield round(middle / until_s * WIDTH), round(HEIGHT - rate / top * (HEIGHT - MARGIN))


def _dipped(line: Timeline, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for number, place in enumerate(places):
        middle = (line.edges_s[number] + line.edges_s[number + 1]) / 2
        if any(dip.start_s <= middle <= dip.start_s + dip.seconds for dip in line.dips):
            yield place
