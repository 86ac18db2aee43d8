"""A change of a machine that was seen while a trial ran on it."""

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """What a change can touch: the way of a result's bytes, every result of the machine, those on memory, or none of
    them."""

    PATH = "path"
    MACHINE = "machine"
    MEMORY = "memory"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineChange:
    """One change, in a few words."""

    where: Where
    words: str
