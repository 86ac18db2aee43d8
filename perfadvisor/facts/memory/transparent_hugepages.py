"""Transparent huge pages: when the kernel gives them by itself, and how hard it works for them."""

from collections.abc import Iterator

from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

_ROOT = "/sys/kernel/mm/transparent_hugepage"

_MODES = tuple(
    (FactSpec(name=f"memory.thp_{name}", type=str, meaning=meaning, nature=Nature.SETTING), f"{_ROOT}/{file}")
    for name, file, meaning in (
        ("enabled", "enabled", "who gets transparent huge pages: always, madvise or never"),
        ("defrag", "defrag", "who waits for memory to be compacted for one: always, defer, madvise or never"),
        ("shmem", "shmem_enabled", "transparent huge pages for shared memory and tmpfs"),
    )
)
DEFRAG = FactSpec(
    name="memory.khugepaged_defrag",
    type=int,
    meaning="1: khugepaged compacts memory for huge pages",
    nature=Nature.SETTING,
)
PAGES_TO_SCAN = FactSpec(
    name="memory.khugepaged_pages_to_scan",
    type=int,
    unit=Unit.PAGES,
    meaning="pages khugepaged looks at each time it wakes",
    nature=Nature.SETTING,
)
_SIZE = FactSpec(
    name="memory.thp_size_bytes",
    type=int,
    unit=Unit.BYTES,
    meaning="size of a transparent huge page",
    nature=Nature.IDENTITY,
)

_NUMBERS = (
    (DEFRAG, f"{_ROOT}/khugepaged/defrag"),
    (PAGES_TO_SCAN, f"{_ROOT}/khugepaged/pages_to_scan"),
    (_SIZE, f"{_ROOT}/hpage_pmd_size"),
)

CATALOGUE: tuple[FactSpec, ...] = tuple(spec for spec, _ in (*_MODES, *_NUMBERS))
PATTERNS: tuple[str, ...] = tuple(path for _, path in (*_MODES, *_NUMBERS))


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The transparent huge page facts of this tree (Documentation/admin-guide/mm/transhuge.rst)."""
    for spec, path in _MODES:
        yield reader.chosen_fact(spec, tree, path)
    for spec, path in _NUMBERS:
        yield reader.integer_fact(spec, tree, path)
