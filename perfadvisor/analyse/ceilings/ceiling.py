"""A limit beside a result: what it is, at which value it ends, and how near the result comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from perfadvisor.formatting import quantity
from perfadvisor.model.units import Unit

NEAR = 0.9  # judgement: within a tenth of a limit, nothing below it is worth a search
FAR = 0.5  # judgement: with half of every known limit left, the time goes elsewhere
BEYOND = 1.1  # above that the bytes did not go this way, or the limit is not what it was taken for


class CeilingKind(StrEnum):
    """What limits: hardware that only a purchase changes, or a setting, or work per operation."""

    LINK = "link"
    LINE = "line"
    RATING = "rating"
    MEMORY = "memory"
    WINDOW = "window"
    CPU = "cpu"
    QUOTA = "quota"
    CAP = "cap"
    SHAPER = "shaper"
    PACED = "paced"
    DEPTH = "depth"


_NEXT = {
    CeilingKind.WINDOW: "larger socket buffers help, or more flows",
    CeilingKind.CPU: "more jobs help, or less work for each operation",
    CeilingKind.QUOTA: "only a larger quota helps",
    CeilingKind.CAP: "only a higher cap helps",
    CeilingKind.SHAPER: "only a higher rate there helps",
    CeilingKind.PACED: "only whoever sets that limit can help",
    CeilingKind.DEPTH: "more I/Os in flight help",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ceiling:
    """`reached` and `limit` are in `unit`; `name` says whose limit it is ("the PCIe path of 0000:01:00.0")."""

    kind: CeilingKind
    name: str
    limit: float
    reached: float
    unit: Unit

    @property
    def share(self) -> float:
        """How much of it was reached."""
        return self.reached / self.limit

    @property
    def words(self) -> str:
        """Its share, name and value."""
        return f"{percent(self.share)} of {self.name} ({quantity(self.limit, self.unit)})"


def percent(share: float) -> str:
    """ "93 %"; "under 1 %" where little was reached."""
    return f"{share:.0%}".replace("%", " %") if share >= 0.01 else "under 1 %"


def nearest(found: Sequence[Ceiling]) -> Ceiling | None:
    """The limit that was approached most; those far exceeded do not apply."""
    return max((one for one in found if one.share <= BEYOND), key=lambda one: one.share, default=None)


def verdict(found: Sequence[Ceiling], *, device_known: bool) -> str:
    """What follows from the nearest limit, "" where none is known. `device_known`: what the device itself can do is
    among the limits, so that a result far from all of them leaves only software."""
    first = nearest(found)
    if first is None:
        return ""
    if first.share >= NEAR:
        return f"at {first.words}: {_NEXT.get(first.kind, 'tuning will not help')}"
    if first.share >= FAR:
        return f"at {first.words}, the nearest limit that is known"
    if not device_known:
        how = "" if first.unit is Unit.BITS_PER_SECOND else " (--rating)"
        return f"at {percent(first.share)} of every limit that is known; what the device itself can do is not{how}"
    return f"at {percent(first.share)} of everything known, nearest {first.name}: look for software"
