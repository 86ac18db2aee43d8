"""Readings of saved command outputs (lscpu, numactl, /proc/interrupts) against independent ones of the same files."""

import pytest

from perfadvisor.facts.reading import cpulist, interrupts
from perfadvisor.facts.text import lscpu, numactl
from perfadvisor.model.fact import FactTable

pytestmark = pytest.mark.shared

EXPECTATIONS = ("text__lscpu*", "text__numactl*", "text__interrupts*")

PARSERS = {"lscpu": lscpu.facts, "numactl": numactl.facts, "interrupts": interrupts.facts}


class Reading(FactTable):
    """The facts of one output, with the interrupt table for what is more detailed than a fact."""

    def __init__(self, data, parse):
        super().__init__(parse(data))
        self.table = interrupts.parse(data)


def read(path):
    parse = next(parse for start, parse in PARSERS.items() if path.name.startswith(start))
    return Reading(path.read_bytes(), parse)


def megahertz(name):
    """The same frequency as a text like "2793.438"."""

    def ours(reading, keys, expected):
        value = reading.value(name)
        return expected if value is not None and value == int(float(expected or 0) * 1e6) else value

    return ours


LSCPU = (
    ("Architecture", "kernel.architecture"),
    ("CPU(s)", "cpu.listed_count", "", str),
    ("On-line CPU(s) list", "cpu.online"),
    ("Thread(s) per core", "cpu.threads_per_core_max", "", str),
    ("Core(s) per socket", "cpu.cores_per_package_max", "", str),
    ("Socket(s)", "cpu.package_count", "", str),
    ("NUMA node(s)", "numa.node_count", "", str),
    ("Model name", "cpu.model_name"),
    ("Hypervisor vendor", "environment.hypervisor_vendor"),
    ("Virtualization type", "environment.virtualization_type"),
    ("CPU MHz", megahertz("cpu.frequency_hz")),
    ("CPU max MHz", megahertz("cpu.frequency_max_hz")),
    ("numa_cpus", lambda reading, *_: reading.of("node.cpu_list")),
    ("numa_cpus/*", "node.cpu_list", "{0}"),
)


def matrix(reading, keys, expected):
    rows = sorted(reading.of("node.distances").items(), key=lambda row: int(row[0]))
    return [[int(word) for word in text.split()] for _, text in rows]


NUMACTL = (
    ("nodes", "numa.node_count"),
    ("cpus_per_node/*", "node.cpu_count", "{0}"),
    ("size_mb/*", "node.memory_total_bytes", "{0}", lambda size: size >> 20),
    ("distinct_cpus", "cpu.online_count"),
    ("cpus_listed_twice", lambda reading, *_: list(cpulist.parse(reading.value("numa.cpus_in_several_nodes")))),
    ("distance", matrix),
)


def first_and_last(reading, keys, expected):
    served = list(reading.table.per_cpu(tuple(reading.table.rows)).values())
    return [served[0], served[-1]]


INTERRUPTS = (
    ("cpu_columns", "interrupts.cpu_columns"),
    ("first_cpu", "interrupts.first_cpu"),
    ("last_cpu", "interrupts.last_cpu"),
    ("numeric_irqs", "interrupts.numeric_count"),
    ("named_lines", "interrupts.named_count"),
    ("sum_all", "interrupts.total"),
    ("busiest/*/irq", lambda reading, keys, _: keys[0] if reading.find("irq.total", keys[0]) else None),
    ("busiest/*/count", "irq.total", "{0}"),
    ("busiest/*/desc", lambda reading, keys, _: reading.value("irq.description", keys[0]) or ""),
    ("per_cpu_total_first_last", first_and_last),
    ("parse_ok", lambda reading, *_: reading.table is not None),
)

LEAVES = (*LSCPU, *NUMACTL, *INTERRUPTS)
UNCOMPARED = (("must", "prose about the expectation"), ("why", "prose about the expectation"))


def test_agrees(expectation, differences):
    assert differences(expectation, read(expectation.path)) == []
