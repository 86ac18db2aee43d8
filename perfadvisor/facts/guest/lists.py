"""Lists of CPUs and nodes as libvirt writes them: the kernel's lists, and "^6", which takes ids out again."""

from perfadvisor.facts.reading import cpulist


def parse(text: str | None) -> frozenset[int]:
    """The ids meant by "1-3,5-7,^6"; empty for no list at all."""
    wanted: list[str] = []
    taken_out: list[str] = []
    for part in (text or "").split(","):
        stripped = part.strip()
        (taken_out if stripped.startswith("^") else wanted).append(stripped.removeprefix("^"))
    out = cpulist.parse(",".join(taken_out)) if taken_out else ()
    return frozenset(cpulist.parse(",".join(wanted))) - frozenset(out)


def union(texts: "list[str] | tuple[str, ...]") -> frozenset[int]:
    """The ids of all these lists."""
    return frozenset[int]().union(*map(parse, texts))
