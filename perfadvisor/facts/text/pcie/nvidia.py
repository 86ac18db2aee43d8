"""`nvidia-smi -q`: the PCI link of each GPU; `nvidia-smi topo -m`: how near GPUs and network adapters are."""

import re
from collections.abc import Iterator, Sequence

from perfadvisor.facts.pci import gpu
from perfadvisor.facts.reading import columns
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

_HEAD = re.compile(r"GPU ([0-9A-Fa-f]{8}):([0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-7])\s*")
_LANES = re.compile(r"\s*(Max|Current)\s*: ([0-9]{1,2})x\s*")
_WAYS = ("PIX", "PXB", "PHB", "NODE", "SYS")  # from near to far, as the legend of the table has them
_ROW = re.compile(r"GPU[0-9]{1,4}")
_ADAPTER = re.compile(r"(?:NIC[0-9]{1,4}|(?:mlx[45]|bnxt_re|irdma|efa)_?[0-9]{1,4})")

Facts = Iterator[Fact | Absent]


def query(data: bytes, *, source: str = "$ nvidia-smi -q") -> Facts:
    """Each GPU's link width, now and at most in this machine. Its speed drops at rest by itself, so it is left out."""
    lines = decoded(data).splitlines()
    for match, below in columns.sections(lines, _HEAD):
        address = f"{match[1][-4:]}:{match[2]}".lower()
        yield gpu.PCI.fact(address, source=source, subject=address)
        lanes = _lanes(below)
        for spec, name in ((gpu.WIDTH, "Current"), (gpu.WIDTH_POSSIBLE, "Max")):
            yield spec.given(lanes.get(name), source=source, subject=address, reason="no link width is printed")


def _lanes(lines: Sequence[str]) -> dict[str, int]:
    start = next((place for place, line in enumerate(lines) if line.strip() == "Link Width"), None)
    found = (_LANES.fullmatch(line) for line in lines[start + 1 : start + 3]) if start is not None else ()
    return {match[1]: int(match[2]) for match in found if match}


def topology(data: bytes, *, source: str = "$ nvidia-smi topo -m") -> Facts:
    """The way to the nearest network adapter, of each GPU; where no adapter is in the table there is nothing to say."""
    lines = [line.split() for line in decoded(data).splitlines()]
    heads = next((words for words in lines if words[:1] and _ROW.fullmatch(words[0]) and "Affinity" in words), [])
    names = heads[: heads.index("CPU")] if "CPU" in heads else []
    for words in lines:
        if words and words is not heads and _ROW.fullmatch(words[0]) and len(words) > len(names):
            ways = [way for name, way in zip(names, words[1:], strict=False) if _ADAPTER.fullmatch(name)]
            known = [way for way in ways if way in _WAYS]
            nearest = min(known, key=_WAYS.index) if known and len(known) == len(ways) else None
            yield gpu.NEAREST_NIC.given(nearest, source=source, subject=words[0], reason="no adapter is in the table")
