"""Page walks separated from memory: the same chain of loads over small pages and over large ones.

A load over 4 KiB pages waits for memory, and before that for the walk through the page table that its address takes.
Over pages of 2 MiB and more nearly all translations are in the TLB, and what is left is memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from perfadvisor.model.result import Cell, Estimate

METRIC = "chase"
SMALL_BYTES, LARGE_BYTES = 4096, 2 << 20
_ALIKE = ("cpu_node", "memory_node", "load_threads", "array_bytes")


@dataclass(frozen=True, kw_only=True, slots=True)
class PageWalks:
    """Nanoseconds of one load over small pages, and over pages of `large_bytes`."""

    small_ns: float
    large_ns: float
    large_bytes: int

    @property
    def share(self) -> float:
        """Of a load over small pages."""
        return 1 - self.large_ns / self.small_ns


def page_walks(cell: Cell, among: Iterable[Cell]) -> PageWalks | None:
    """Of a cell over small pages, beside the cell over the largest ones that is otherwise alike. None where there is no
    such cell, or both intervals overlap."""
    own = _estimate(cell)
    if own is None or _page(cell) != SMALL_BYTES:
        return None
    others = [one for one in among if _page(one) >= LARGE_BYTES and _alike(one) == _alike(cell)]
    pairs = [(_page(one), other) for one in others if (other := _estimate(one)) is not None]
    large, other = max(pairs, key=lambda pair: pair[0], default=(0, None))
    if other is None or own.low is None or other.high is None or other.high >= own.low:
        return None
    return PageWalks(small_ns=own.median, large_ns=other.median, large_bytes=large)


def _estimate(cell: Cell) -> Estimate | None:
    found = (one for one in cell.estimates if one.metric == METRIC and one.median > 0)
    return next(found, None) if cell.trust.sound else None


def _page(cell: Cell) -> int:
    """Bytes of the pages that it really got in all trials, 0 where that is not known."""
    sizes = {trial.output.details.get("page_size_bytes") for trial in cell.used}
    size = sizes.pop() if len(sizes) == 1 else 0
    return size if isinstance(size, int) else 0


def _alike(cell: Cell) -> tuple[object, ...]:
    """Where it ran and how large its memory was."""
    seen = [tuple(trial.output.details.get(name) for name in _ALIKE) for trial in cell.used]
    return (cell.environment, *(seen[0] if len(set(seen)) == 1 else (cell.id,)))
