"""Seconds in which a trial was slower than it otherwise was, in words."""

from collections.abc import Iterator

from perfadvisor.analyse.ceilings.ceiling import percent
from perfadvisor.formatting import listed
from perfadvisor.model.result import Cell
from perfadvisor.model.timeline import Dip

UNNAMED = "nothing that was read moved with it"


def dips(cell: Cell) -> Iterator[tuple[int, Dip]]:
    """Every dip with the number of its trial."""
    for result in cell.trials:
        for dip in result.timeline.dips if result.timeline else ():
            yield result.trial.number, dip


def dip_words(cell: Cell) -> Iterator[str]:
    """A sentence for each."""
    for number, dip in dips(cell):
        end_s = dip.start_s + dip.seconds
        causes = listed(dip.causes) if dip.causes else UNNAMED
        when = f"trial {number}, {dip.start_s:.1f} to {end_s:.1f} s"
        yield f"{when}: {percent(dip.lost_share)} slower; meanwhile {causes}"
