"""A saved `/proc/cpuinfo`."""

from collections.abc import Iterator

from perfadvisor.facts.cpu import cpu, cpuinfo
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact


def facts(data: bytes, *, source: str = cpuinfo.PATH) -> Iterator[Fact | Absent]:
    """The facts of the text, under the names they have when read from a machine."""
    text = decoded(data)
    return cpu.info_facts(cpuinfo.parse(text), source)
