"""Memory and swap of the whole machine, and the settings that decide where memory comes from."""

from collections.abc import Iterator

from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

MEMINFO = "/proc/meminfo"
_KSM = "/sys/kernel/mm/ksm/run"


def _bytes(name: str, meaning: str, nature: Nature = Nature.MEASURED) -> FactSpec:
    return FactSpec(name=f"memory.{name}", type=int, unit=Unit.BYTES, meaning=meaning, nature=nature)


def _setting(name: str, meaning: str, nature: Nature = Nature.SETTING) -> FactSpec:
    return FactSpec(name=f"memory.{name}", type=int, meaning=meaning, nature=nature)


TOTAL = _bytes("total_bytes", "memory the kernel manages", nature=Nature.IDENTITY)
_SIZES = (
    (TOTAL, "MemTotal"),
    (_bytes("free_bytes", "memory that holds nothing"), "MemFree"),
    (_bytes("available_bytes", "memory that programs can have without swapping"), "MemAvailable"),
    (_bytes("swap_total_bytes", "swap space", nature=Nature.SETTING), "SwapTotal"),
    (_bytes("swap_free_bytes", "unused swap space"), "SwapFree"),
    (_bytes("anon_huge_bytes", "anonymous memory in transparent huge pages"), "AnonHugePages"),
    (_bytes("dirty_bytes", "file data waiting to be written"), "Dirty"),
    (_bytes("page_cache_bytes", "file data held in memory"), "Cached"),
)
_SETTINGS = (
    (_setting("swappiness", "how readily programs are swapped out, 0 to 200"), "/proc/sys/vm/swappiness"),
    (
        _setting("zone_reclaim_mode", "1 or more: a full node reclaims its own memory before it asks another"),
        "/proc/sys/vm/zone_reclaim_mode",
    ),
    (_setting("overcommit", "0 heuristic, 1 always, 2 never promise too much"), "/proc/sys/vm/overcommit_memory"),
    (_setting("ksm_run", "same-page merging: 0 off, 1 running, 2 off and unmerged"), _KSM),
)

CATALOGUE: tuple[FactSpec, ...] = tuple(spec for spec, _ in (*_SIZES, *_SETTINGS))
PATTERNS: tuple[str, ...] = (MEMINFO, *(path for _, path in _SETTINGS))


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The memory facts of this tree. The names in meminfo are those of Documentation/filesystems/proc.rst."""
    told = reader.fields(tree.text(MEMINFO))
    for spec, key in _SIZES:
        yield spec.given(reader.kibibytes(told.get(key)), source=MEMINFO, reason=why(tree, told, key))
    for spec, path in _SETTINGS:
        yield reader.integer_fact(spec, tree, path)


def why(tree: Tree, told: dict[str, str], key: str) -> str:
    """Why meminfo gave no value for a key."""
    return f"{key} is not reported" if told else reader.reason(tree, MEMINFO)
