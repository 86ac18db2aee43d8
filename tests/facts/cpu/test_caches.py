"""The last-level cache of CPU 0, as sysfs has it."""

from perfadvisor.facts.cpu.caches import CACHE, facts
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Tree


def cache(index: int, level: str, kind: str, size: str, sharing: str) -> dict[str, bytes]:
    files = {"level": level, "type": kind, "size": size, "shared_cpu_list": sharing}
    return {f"{CACHE}/index{index}/{name}": text.encode() for name, text in files.items()}


def test_the_highest_level_that_holds_data() -> None:
    levels = cache(0, "1", "Data", "32K", "0,8") | cache(1, "1", "Instruction", "32K", "0,8")
    found = FactTable(facts(Tree(levels | cache(3, "3", "Unified", "36608K", "0-7,16-23"))))
    assert found.value("cpu.last_level_cache_bytes") == 36608 * 1024
    assert found.value("cpu.last_level_cache_cpus") == 16


def test_machines_that_state_no_cache() -> None:
    for tree in (Tree({}), Tree(cache(0, "1", "Instruction", "32K", "0"))):
        assert all(isinstance(one, Absent) for one in facts(tree))
