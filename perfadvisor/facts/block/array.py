"""Software RAID: which arrays lack a disk, and which are being rebuilt or checked (/proc/mdstat, drivers/md/md.c)."""

import re
from collections.abc import Iterator

from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

SOURCE = "/proc/mdstat"
PATTERNS: tuple[str, ...] = (SOURCE,)


_spec = SpecMaker("array", Nature.MEASURED)


LEVEL = _spec("level", str, "raid0, raid1, raid5, ...", nature=Nature.SETTING)
MISSING = _spec("missing_count", int, "disks that it should have and has not", Unit.COUNT)
BUSY = _spec("busy_with", str, "resync, recovery, check, reshape; none where it is at rest or waits to begin")
CATALOGUE: tuple[FactSpec, ...] = (LEVEL, MISSING, BUSY)
AT_REST = "none"

_HEAD = re.compile(r"(md\S{1,32}) : (?:active|inactive)(?: \([a-z-]+\))* ?(raid[0-9]{1,2}|linear|multipath|faulty)?.*")
_MEMBERS = re.compile(r".*\[(?P<wanted>[0-9]{1,4})/(?P<there>[0-9]{1,4})\] \[[U_]+\]")
# With a percentage it runs; DELAYED waits for another array on the same disks, PENDING for the first write: no I/O yet.
_BUSY = re.compile(r".*\b(resync|recovery|check|reshape|repair)\s*=\s*[0-9.]+%.*")


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Every array."""
    text = tree.text(SOURCE)
    yield from () if text is None else of_text(text, SOURCE)


def of_text(text: str, source: str) -> Iterator[Fact | Absent]:
    """A line for the array, one with its disks where the level has spares to lose, one for what it is busy with."""
    blocks: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        if match := _HEAD.fullmatch(line.strip()):
            blocks.append((match[1], match[2] or "", []))
        elif blocks and line[:1].isspace():
            blocks[-1][2].append(line)
    for name, level, lines in blocks:
        members = next((match for line in lines if (match := _MEMBERS.match(line))), None)
        missing = int(members["wanted"]) - int(members["there"]) if members else None
        busy = next((match[1] for line in lines if (match := _BUSY.match(line))), AT_REST)
        yield LEVEL.given(level or None, source=source, subject=name, reason="not active")
        yield MISSING.given(missing, source=source, subject=name, reason="its level has no disk to lose")
        yield BUSY.given(busy if lines else None, source=source, subject=name, reason="cut off")
