"""What the process that read this machine may do: its resource limits and capabilities.

They are those of the reader, which is what a workload started by it gets too.
"""

import re
from collections.abc import Iterator

from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

LIMITS = "/proc/self/limits"
STATUS = "/proc/self/status"

# Bit numbers of include/uapi/linux/capability.h.
_CAPABILITIES = {"net_admin": 12, "ipc_lock": 14, "sys_admin": 21, "sys_nice": 23}

_COLUMNS = re.compile(r" {2,}")

MEMLOCK = FactSpec(
    name="limits.memlock_bytes",
    type=int,
    unit=Unit.BYTES,
    meaning="memory that may be locked (ulimit -l)",
    nature=Nature.SETTING,
)
MEMLOCK_UNLIMITED = FactSpec(
    name="limits.memlock_unlimited",
    type=bool,
    meaning="whether any amount may be locked, by the limit or by CAP_IPC_LOCK",
    nature=Nature.SETTING,
)
_HELD = {
    name: FactSpec(
        name=f"limits.cap_{name}", type=bool, meaning=f"whether CAP_{name.upper()} is in effect", nature=Nature.SETTING
    )
    for name in _CAPABILITIES
}

CATALOGUE: tuple[FactSpec, ...] = (MEMLOCK, MEMLOCK_UNLIMITED, *_HELD.values())
PATTERNS: tuple[str, ...] = (LIMITS, STATUS)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The limits of this tree's reader."""
    effective = _effective(tree)
    yield from _memlock(tree, effective)
    for name, bit in _CAPABILITIES.items():
        held = None if effective is None else bool(effective >> bit & 1)
        yield reader.fact(_HELD[name], tree, STATUS, held)


def _effective(tree: Tree) -> int | None:
    mask = reader.fields(tree.text(STATUS)).get("CapEff", "")
    return reader.number(f"0x{mask}")


def _memlock(tree: Tree, effective: int | None) -> Iterator[Fact | Absent]:
    soft = _soft_limit(tree.text(LIMITS) or "", "Max locked memory")
    size = reader.number(soft)
    reason = "unlimited" if soft == "unlimited" else reader.reason(tree, LIMITS)
    yield MEMLOCK.given(size, source=LIMITS, reason=reason)
    # mm/mlock.c can_do_mlock: the capability lifts the limit.
    lifted = effective is not None and bool(effective >> _CAPABILITIES["ipc_lock"] & 1)
    unlimited = True if soft == "unlimited" or lifted else None if size is None else False
    yield MEMLOCK_UNLIMITED.given(unlimited, source=LIMITS, reason=reason)


def _soft_limit(text: str, name: str) -> str:
    """The soft limit on a line "Max locked memory   8388608   8388608   bytes", "" where the line is missing."""
    rows = (_COLUMNS.split(line.strip()) for line in text.splitlines() if line.startswith(name))
    return next((row[1] for row in rows if len(row) > 2), "")
