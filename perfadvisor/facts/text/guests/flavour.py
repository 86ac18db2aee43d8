"""`openstack flavor show`: what Nova is asked for, as far as its extra specs say it. Pins are made later, by Nova."""

import re
from collections.abc import Iterator

from perfadvisor.facts.guest.spec import BY_NAME
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.facts.reading.reader import number
from perfadvisor.model.fact import Absent, Fact, Scalar

SOURCE = "$ openstack flavor show"
HEAD = r"\| (?:OS-FLV-DISABLED:disabled|OS-FLV-EXT-DATA:ephemeral|access_project_ids)\s+\|"
_ROW = re.compile(r"\|\s*(\S+)\s*\|\s*(.*?)\s*\|\s*")
_PROPERTY = re.compile(r"([\w:.]+)='([^']*)'")
_SIZES = {"small": 4 << 10, "4KB": 4 << 10, "2MB": 2 << 20, "2048": 2 << 20, "1GB": 1 << 30, "1048576": 1 << 30}
MIB = 1 << 20


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """vCPUs, memory, pages, nodes and whether CPUs are its own."""
    lines = decoded(data).splitlines()
    told = {match[1]: match[2] for line in lines if (match := _ROW.fullmatch(line.strip()))}
    asked = dict(_PROPERTY.findall(told.get("properties", "")))
    memory = number(told.get("ram"))
    policy = asked.get("hw:cpu_policy")
    values: dict[str, Scalar | None] = {
        "vm.vcpus": number(told.get("vcpus")),
        "vm.memory_bytes": None if memory is None else memory * MIB,
        "vm.page_size_bytes": _SIZES.get(asked.get("hw:mem_page_size", "")),
        "vm.numa_cells": number(asked.get("hw:numa_nodes")),
        "vm.threads_per_core": number(asked.get("hw:cpu_threads")),
        "vm.dedicated": None if policy is None else policy == "dedicated",
    }
    for name, value in values.items():
        yield BY_NAME[name].given(value, source=source, subject=told.get("name", "flavor"), reason="not asked for")
