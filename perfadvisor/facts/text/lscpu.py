"""What `lscpu` prints, in any of its versions: with or without indentation, headings, a byte order mark, or as JSON."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from perfadvisor.facts.cpu import cpu, frequency, mitigations
from perfadvisor.facts.machine import environment, kernel
from perfadvisor.facts.memory import numa_node, numa_summary
from perfadvisor.facts.reading import cpulist, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import EnvironmentKind

SOURCE = "$ lscpu"

CPU_COUNT = FactSpec(
    name="cpu.listed_count",
    type=int,
    unit=Unit.COUNT,
    meaning="CPUs that lscpu counts, online or not",
    nature=Nature.IDENTITY,
)
FREQUENCY = FactSpec(
    name="cpu.frequency_hz",
    type=int,
    unit=Unit.HERTZ,
    meaning="frequency of a CPU when lscpu looked at it",
    nature=Nature.MEASURED,
)
HYPERVISOR_VENDOR = FactSpec(
    name="environment.hypervisor_vendor",
    type=str,
    meaning="hypervisor vendor, in lscpu's words",
    nature=Nature.IDENTITY,
)
VIRTUALIZATION_TYPE = FactSpec(
    name="environment.virtualization_type",
    type=str,
    meaning="kind of virtualization, in lscpu's words: full, para",
    nature=Nature.IDENTITY,
)

# Specs of facts that only lscpu gives; the others are those of the machine itself.
CATALOGUE: tuple[FactSpec, ...] = (CPU_COUNT, FREQUENCY, HYPERVISOR_VENDOR, VIRTUALIZATION_TYPE)

_TEXTS: tuple[tuple[FactSpec, tuple[str, ...]], ...] = (
    (kernel.ARCHITECTURE, ("Architecture",)),
    (cpu.MODEL_NAME, ("Model name",)),
    (HYPERVISOR_VENDOR, ("Hypervisor vendor",)),
    (VIRTUALIZATION_TYPE, ("Virtualization type",)),
)
_COUNTS: tuple[tuple[FactSpec, tuple[str, ...]], ...] = (
    (CPU_COUNT, ("CPU(s)",)),
    (cpu.THREADS_PER_CORE, ("Thread(s) per core",)),
    (cpu.CORES_PER_PACKAGE, ("Core(s) per socket", "Core(s) per cluster")),
    (cpu.PACKAGE_COUNT, ("Socket(s)",)),
    (numa_summary.NODE_COUNT, ("NUMA node(s)",)),
)
_MEGAHERTZ: tuple[tuple[FactSpec, tuple[str, ...]], ...] = (
    (FREQUENCY, ("CPU MHz",)),
    (frequency.FREQUENCY_MAX, ("CPU max MHz",)),
)
_MOST_DEPTH = 8
_VULNERABILITY = re.compile(r"Not affected$|Mitigation;|Vulnerable|KVM[:;]|Unknown[:;]|Processor vulnerable")
_NODE = re.compile(r"NUMA node([0-9]{1,5}) CPU\(s\)", re.ASCII)


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The facts of the text, under the names they have when read from a machine."""
    told = _told(decoded(data))
    for spec, keys in _TEXTS:
        yield _given(spec, _first(told, keys), source, keys)
    for spec, keys in _COUNTS:
        yield _given(spec, reader.number(_first(told, keys)), source, keys)
    for spec, keys in _MEGAHERTZ:
        yield _given(spec, _hertz(_first(told, keys)), source, keys)
    online = _first(told, ("On-line CPU(s) list",))
    ids = cpulist.parse(online or "")
    yield _given(cpu.ONLINE, online if ids else None, source, ("On-line CPU(s) list",))
    yield _given(cpu.ONLINE_COUNT, len(ids) or None, source, ("On-line CPU(s) list",))
    yield _switched_off(told, len(ids), source)
    yield from _vulnerabilities(told, source)
    yield from _nodes(told, source)
    yield from _environment(told, source)


def _switched_off(told: dict[str, str], online: int, source: str) -> Fact | Absent:
    """lscpu counts the CPUs that are present, and lists those of them that are off-line where there are any."""
    off = told.get("Off-line CPU(s) list", "")
    complete = online and reader.number(told.get("CPU(s)")) == online
    known = (cpulist.format(cpulist.parse(off)) or None) if off else "" if complete else None
    return cpu.SWITCHED_OFF.given(known, source=source, reason="no list of all CPUs is printed")


def _vulnerabilities(told: dict[str, str], source: str) -> Iterator[Fact | Absent]:
    """`Vulnerability Spec store bypass: Mitigation; ...`, or without the first word below a heading. The kernel writes
    `spec_store_bypass` and `Mitigation: ...` (util-linux, sys-utils/lscpu.c, print_summary)."""
    said = {
        key.removeprefix("Vulnerability ").lower().replace(" ", "_"): text.replace("Mitigation;", "Mitigation:", 1)
        for key, text in told.items()
        if _VULNERABILITY.match(text)
    }
    for name, text in said.items():
        yield mitigations.STATUS.fact(text, source=source, subject=name)
    if said:
        yield from mitigations.summary(said, source)


def _environment(told: dict[str, str], source: str) -> Iterator[Fact | Absent]:
    """lscpu names the hypervisor it runs under; on x86 the flags say whether there is one. Whether a guest has assigned
    devices is not in the text, and no rule about CPUs and nodes makes a difference of it."""
    vendor, flags = _first(told, ("Hypervisor vendor",)), (_first(told, ("Flags",)) or "").split()
    under = True if vendor or "hypervisor" in flags else False if "fpu" in flags else None
    kind = None if under is None else (EnvironmentKind.VM if under else EnvironmentKind.BARE_METAL).value
    reason = "neither a hypervisor nor the CPU's flags are printed"
    yield environment.KIND.given(kind, source=source, reason=reason)
    yield cpu.HYPERVISOR_FLAG.given("hypervisor" in flags if flags else None, source=source, reason=reason)


def _told(text: str) -> dict[str, str]:
    """The lines by their names; `lscpu -J` has them as {"field": "Socket(s):", "data": "2", "children": ...}."""
    if not text.lstrip().startswith("{"):
        return reader.fields(text)
    try:
        rows = list(_pairs(json.loads(text).get("lscpu"), _MOST_DEPTH))
        return dict(reversed(rows))  # the first of equal names counts
    except (ValueError, RecursionError):
        return {}


def _pairs(rows: object, depth: int) -> Iterator[tuple[str, str]]:
    for row in rows if isinstance(rows, list) and depth else ():
        if isinstance(row, dict):
            yield str(row.get("field", "")).removesuffix(":"), str(row.get("data") or "")
            yield from _pairs(row.get("children"), depth - 1)


def _nodes(told: dict[str, str], source: str) -> Iterator[Fact | Absent]:
    """A node without CPUs has a line without a list. The sums are known where every node that lscpu counts has one."""
    found: list[numa_node.NumaNode] = []
    for key, text in told.items():
        match = _NODE.fullmatch(key)
        if match:
            node = _node(int(match.group(1)), text, source)
            found.append(node)
            for spec, value in ((numa_node.CPU_LIST, text), (numa_node.CPU_COUNT, len(node.cpus or ()))):
                known = None if node.cpus is None else value
                yield spec.given(known, source=source, subject=str(node.number), reason="no list of CPUs")
    counted = reader.number(_first(told, ("NUMA node(s)",)))
    yield from numa_summary.summary(found, source, known=bool(found) and counted == len(found))


def _node(number: int, text: str, source: str) -> numa_node.NumaNode:
    ids = cpulist.parse(text)
    return numa_node.NumaNode(
        number=number,
        cpus=ids if ids or not text else None,
        memory_total=None,
        memory_free=None,
        distances=None,
        cpu_source=source,
        directory=source,
    )


def _first(told: dict[str, str], keys: tuple[str, ...]) -> str | None:
    """The value of the first key that has one; "-" is how lscpu writes "not known"."""
    return next((value for key in keys if (value := told.get(key)) and value != "-"), None)


def _given(spec: FactSpec, value: str | int | None, source: str, keys: tuple[str, ...]) -> Fact | Absent:
    return spec.given(value, source=source, reason=f'no usable line "{keys[0]}:"')


def _hertz(text: str | None) -> int | None:
    """ "2793.438" or, in some languages, "2793,438" megahertz."""
    try:
        value = Decimal((text or "").replace(",", "."))
    except InvalidOperation:
        return None
    return int(value * 1_000_000) if value.is_finite() and 0 < value < 1_000_000 else None
