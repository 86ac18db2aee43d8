"""Huge pages reserved for the time of a measurement, and given back: on the node and of the size a workload asks for.

The kernel gives what it finds in one piece, which may be fewer than asked for (admin-guide/mm/hugetlbpage.rst), so the
number is read back.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import attribute
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import pages_added

SYSTEM = "/sys/kernel/mm/hugepages"
NODES = "/sys/devices/system/node"


@dataclass(frozen=True, kw_only=True, order=True)
class Need:
    """Pages of one size, on one node or (None) anywhere."""

    page_bytes: int
    count: int
    node: int | None = None


def reserve(need: Need, journal: Journal, root: Path = Path("/")) -> None:
    """Have at least this many free pages. MeasureError, with what was there, where the kernel did not give them."""
    folder = _folder(need, root)
    free, total = (_number(folder / f"{name}_hugepages") for name in ("free", "nr"))
    if free is None or total is None:
        raise MeasureError(f"this kernel has no {_spoken(need.page_bytes)} pages" + _where(need))
    if free >= need.count:
        return
    setting = folder / "nr_hugepages"
    if not os.access(setting, os.W_OK):
        raise MeasureError(_short(need, free), f"as root: echo {total + need.count - free} > {setting}")
    number = journal.record(pages_added(setting, need.count - free))
    attribute.write(setting, str(total + need.count - free))
    got = (_number(setting) or total) - total
    if got < need.count - free:
        journal.correct(number, pages_added(setting, max(0, got)))
        journal.put_back(number)
        raise MeasureError(_short(need, free + max(0, got)), "free some memory, or reserve them when booting")


def _folder(need: Need, root: Path) -> Path:
    base = SYSTEM if need.node is None else f"{NODES}/node{need.node}/hugepages"
    return root / base.lstrip("/") / f"hugepages-{need.page_bytes // 1024}kB"


def _short(need: Need, free: int) -> str:
    return f"needs {need.count} huge pages of {_spoken(need.page_bytes)}{_where(need)}, {free} are available"


def _where(need: Need) -> str:
    return "" if need.node is None else f" on node {need.node}"


def _spoken(page_bytes: int) -> str:
    return f"{page_bytes >> 30} GiB" if page_bytes >= 1 << 30 else f"{page_bytes >> 20} MiB"


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
