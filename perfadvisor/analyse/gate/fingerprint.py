"""Which hardware is this, in words coarse enough to stay the same from boot to boot; and what else may move results."""

from math import log2

from perfadvisor.formatting import fact_text
from perfadvisor.model.fact import Fact, FactTable, Nature

GIB = 1 << 30
VERSIONS = ("kernel.release", "cpu.microcode", "environment.hypervisor", "nic.firmware_version", "nic.driver")


def fingerprint(facts: FactTable) -> str:
    """Processor, CPUs, nodes and memory: a series never goes on across a change of these. "" where nothing is known."""
    parts = (
        _text(facts, "cpu.model_name"),
        _counted(facts, "cpu.online_count", "CPUs"),
        _counted(facts, "numa.node_count", "nodes"),
        _memory(facts),
    )
    return ", ".join(part for part in parts if part)


def marks(facts: FactTable) -> dict[str, str]:
    """What annotates a series instead of breaking it, because a jump where one of these changed is the news: versions,
    and each setting of the whole machine."""
    known = (fact for fact in facts if isinstance(fact, Fact))
    return {f"{fact.name} {fact.subject}".rstrip(): fact_text(fact) for fact in known if _annotates(fact)}


def _annotates(fact: Fact) -> bool:
    return fact.name in VERSIONS or (fact.nature is Nature.SETTING and not fact.subject)


def _text(facts: FactTable, name: str) -> str:
    value = facts.value(name)
    return " ".join(str(value).split()) if value is not None else ""


def _counted(facts: FactTable, name: str, unit: str) -> str:
    value = facts.value(name)
    return f"{value} {unit if value != 1 else unit.removesuffix('s')}" if value is not None else ""


def _memory(facts: FactTable) -> str:
    """Memory to the nearest half power of two: what a kernel reserves moves the exact number."""
    value = facts.value("memory.total_bytes")
    if not isinstance(value, int) or value <= 0:
        return ""
    return f"about {2 ** (round(2 * log2(value / GIB)) / 2):.3g} GiB"
