"""Huge pages set aside (hugetlbfs): every size, for the machine and for each node.

`/proc/meminfo` counts the default size alone: with a default of 1 GiB it says 0 while a node holds hundreds of 2 MiB
pages. So what there is comes from sysfs (Documentation/admin-guide/mm/hugetlbpage.rst).
"""

import re
from collections.abc import Iterator

from perfadvisor.facts.memory import numa, numa_node
from perfadvisor.facts.memory.memory import MEMINFO, why
from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

_POOLS = "/sys/kernel/mm/hugepages"
_SIZE = re.compile(r"hugepages-([0-9]{1,12}kB)", re.ASCII)


def _pages(kind: str, name: str, meaning: str) -> FactSpec:
    """How many exist is set; how many are in use moves by itself."""
    subject = "" if kind == "memory" else kind
    nature = Nature.SETTING if "total" in name else Nature.MEASURED
    return FactSpec(name=f"{kind}.{name}", type=int, unit=Unit.PAGES, subject=subject, meaning=meaning, nature=nature)


DEFAULT_SIZE = FactSpec(
    name="memory.hugepage_default_bytes",
    type=int,
    unit=Unit.BYTES,
    meaning="size of a huge page where none is named",
    nature=Nature.SETTING,
)
_DEFAULT = tuple(
    (_pages("memory", f"hugepages_{name}", f"huge pages of the default size {meaning}"), key)
    for name, key, meaning in (
        ("total", "HugePages_Total", "that exist"),
        ("free", "HugePages_Free", "that are not in use"),
        ("reserved", "HugePages_Rsvd", "that are promised but not yet used"),
        ("surplus", "HugePages_Surp", "beyond the pool's size"),
    )
)
_PER_SIZE = tuple(
    (_pages("hugepages", name, f"huge pages of this size {meaning}"), file)
    for name, file, meaning in (
        ("total", "nr_hugepages", "that exist"),
        ("free", "free_hugepages", "that are not in use"),
        ("reserved", "resv_hugepages", "that are promised but not yet used"),
        ("surplus", "surplus_hugepages", "beyond the pool's size"),
    )
)
_PER_NODE = tuple(
    (_pages("node_hugepages", name, f"huge pages of this node and size {meaning}"), file)
    for name, file, meaning in (
        ("total", "nr_hugepages", "that exist"),
        ("free", "free_hugepages", "that are not in use"),
        ("surplus", "surplus_hugepages", "beyond the pool's size"),
    )
)
TOTAL_ANY = _pages("memory", "hugepages_total_any_size", "huge pages that exist, of all sizes")
FREE_ANY = _pages("memory", "hugepages_free_any_size", "huge pages that are not in use, of all sizes")
IDLE_SHARE = FactSpec(
    name="memory.hugepages_idle_share",
    type=float,
    unit=Unit.RATIO,
    meaning="share of all memory held by huge pages of any size that are neither used nor promised",
    nature=Nature.MEASURED,
)

CATALOGUE: tuple[FactSpec, ...] = (
    DEFAULT_SIZE,
    *(spec for spec, _ in (*_DEFAULT, *_PER_SIZE, *_PER_NODE)),
    TOTAL_ANY,
    FREE_ANY,
    IDLE_SHARE,
)
PATTERNS: tuple[str, ...] = (
    MEMINFO,
    *(f"{_POOLS}/hugepages-*/{file}" for _, file in _PER_SIZE),
    *(f"{numa.SYSTEM}/node[0-9]*/hugepages/hugepages-*/{file}" for _, file in _PER_NODE),
)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The huge page facts of this tree."""
    told = reader.fields(tree.text(MEMINFO))
    default = reader.kibibytes(told.get("Hugepagesize"))
    yield DEFAULT_SIZE.given(default, source=MEMINFO, reason=why(tree, told, "Hugepagesize"))
    for spec, key in _DEFAULT:
        yield spec.given(_count(told.get(key)), source=MEMINFO, reason=why(tree, told, key))
    for size, pool in _sizes(tree, _POOLS):
        for spec, file in _PER_SIZE:
            yield reader.integer_fact(spec, tree, f"{pool}/{file}", subject=size)
    for node, directory in reader.numbered(tree, numa.SYSTEM, "node"):
        for size, pool in _sizes(tree, f"{directory}/hugepages"):
            for spec, file in _PER_NODE:
                yield reader.integer_fact(spec, tree, f"{pool}/{file}", subject=f"{node}/{size}")
    yield _any_size(TOTAL_ANY, tree, told, "nr_hugepages", "HugePages_Total")
    yield _any_size(FREE_ANY, tree, told, "free_hugepages", "HugePages_Free")
    yield _idle_share(tree, told)


def _count(text: str | None) -> int | None:
    value = reader.number(text)
    return None if value is None or value < 0 else value


def _sizes(tree: Tree, directory: str) -> Iterator[tuple[str, str]]:
    """("2048kB", its directory) of every page size below a directory."""
    for name in tree.names(directory):
        match = _SIZE.fullmatch(name)
        if match:
            yield match.group(1), f"{directory}/{name}"


def _any_size(spec: FactSpec, tree: Tree, told: dict[str, str], file: str, key: str) -> Fact | Absent:
    """The sum over the sizes in sysfs; meminfo's default size is all sizes only where sysfs was not read."""
    counts = [_count(tree.text(f"{pool}/{file}")) for _, pool in _sizes(tree, _POOLS)]
    if counts and None not in counts:
        return spec.fact(sum(count for count in counts if count is not None), source=f"{_POOLS}/*/{file}")
    return spec.given(_count(told.get(key)), source=MEMINFO, reason=why(tree, told, key))


def _idle_share(tree: Tree, told: dict[str, str]) -> Fact | Absent:
    """Of sysfs' pools, of the nodes' where only those were kept (they show no promises), else of meminfo's own."""
    total = reader.kibibytes(told.get("MemTotal")) or sum(_memory_of_nodes(tree))
    idle, source = _idle_bytes(tree, told)
    share = idle / total if idle is not None and total else None
    return IDLE_SHARE.given(share, source=source, reason="pools or the size of memory were not read")


def _idle_bytes(tree: Tree, told: dict[str, str]) -> tuple[int | None, str]:
    nodes = [path for _, path in reader.numbered(tree, numa.SYSTEM, "node")]
    everywhere = list(_sizes(tree, _POOLS))
    pools = everywhere or [pool for node in nodes for pool in _sizes(tree, f"{node}/hugepages")]
    if not pools:
        size = reader.kibibytes(told.get("Hugepagesize"))
        counts = [_count(told.get(f"HugePages_{name}")) for name in ("Free", "Rsvd")]
        return _product(size, counts[0], counts[1]), MEMINFO
    found = [_idle_of_pool(tree, size, pool, promised=bool(everywhere)) for size, pool in pools]
    source = f"{_POOLS}/*" if everywhere else f"{numa.SYSTEM}/node*/hugepages/*"
    known = [idle for idle in found if idle is not None]
    return (sum(known) if len(known) == len(found) else None), source


def _idle_of_pool(tree: Tree, size: str, pool: str, *, promised: bool) -> int | None:
    free = _count(tree.text(f"{pool}/free_hugepages"))
    reserved = _count(tree.text(f"{pool}/resv_hugepages")) if promised else 0
    return _product(reader.kibibytes(size.removesuffix("kB")), free, reserved)


def _product(size: int | None, free: int | None, reserved: int | None) -> int | None:
    if size is None or free is None or reserved is None:
        return None
    return max(free - reserved, 0) * size


def _memory_of_nodes(tree: Tree) -> Iterator[int]:
    """What every node says it has; nothing where one does not say."""
    texts = [tree.text(f"{path}/meminfo") for _, path in reader.numbered(tree, numa.SYSTEM, "node")]
    found = [numa_node.memory_total(text) for text in texts]
    known = [total for total in found if total is not None]
    return iter(known if len(known) == len(found) else [])
