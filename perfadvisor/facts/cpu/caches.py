"""The last cache before memory, as CPU 0 has it: how large one is, and how many CPUs share it."""

from collections.abc import Iterator

from perfadvisor.facts.reading import cpulist, reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

CACHE = "/sys/devices/system/cpu/cpu0/cache"
PATTERNS = tuple(f"{CACHE}/index*/{name}" for name in ("level", "size", "type", "shared_cpu_list", "shared_cpu_map"))

SIZE = FactSpec(
    name="cpu.last_level_cache_bytes",
    type=int,
    unit=Unit.BYTES,
    nature=Nature.IDENTITY,
    meaning="size of one last-level cache, that of CPU 0",
)
SHARED = FactSpec(
    name="cpu.last_level_cache_cpus",
    type=int,
    unit=Unit.COUNT,
    nature=Nature.IDENTITY,
    meaning="CPUs that share this cache",
)
CATALOGUE = (SIZE, SHARED)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Both of the highest level that holds data."""
    levels = {level: path for path in _data_caches(tree) if (level := reader.integer(tree, f"{path}/level"))}
    path = levels[max(levels)] if levels else ""
    text = tree.text(f"{path}/size") or ""
    why = tree.why_unreadable(CACHE) if not tree.exists(CACHE) else "no cache states its level and size"
    yield SIZE.given(reader.kibibytes(text.removesuffix("K")) if path else None, source=f"{path}/size", reason=why)
    sharing = cpulist.parse(tree.text(f"{path}/shared_cpu_list") or "")
    sharing = sharing or cpulist.parse_mask(tree.text(f"{path}/shared_cpu_map") or "")
    yield SHARED.given(len(sharing) or None, source=f"{path}/shared_cpu_list", reason=why)


def _data_caches(tree: Tree) -> Iterator[str]:
    paths = (f"{CACHE}/{name}" for name in tree.names(CACHE) if name.startswith("index"))
    return (path for path in paths if tree.text(f"{path}/type") in ("Data", "Unified"))
