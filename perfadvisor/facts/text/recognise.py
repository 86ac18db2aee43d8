"""Which command's output a file holds, told by what its lines look like; a new kind is one row of KINDS."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from perfadvisor.facts.net import ethtool
from perfadvisor.facts.text import (
    cgroup,
    cpuinfo,
    inspect,
    interrupts,
    kubernetes,
    libvirt,
    lscpu,
    lspci,
    numactl,
    qemu,
)
from perfadvisor.model.fact import Absent, Fact

LOOKED_AT = 1 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandKind:
    """A command's output: its name, a pattern some line of it matches, and the parser."""

    name: str
    pattern: re.Pattern[bytes]
    facts: Callable[..., Iterator[Fact | Absent]]


def _kind(name: str, pattern: bytes, facts: Callable[..., Iterator[Fact | Absent]]) -> CommandKind:
    return CommandKind(name=name, pattern=re.compile(pattern, re.MULTILINE), facts=facts)


KINDS = (
    _kind("libvirt XML", rb"\A(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!DOCTYPE|[a-z])", libvirt.facts),
    _kind(
        "container inspect JSON",
        rb"\A(?:\xef\xbb\xbf)?\s*[\[{][\s\[{]*\"(?:Id|ID|AppArmorProfile|Created)\"",
        inspect.facts,
    ),
    _kind("Kubernetes YAML", kubernetes.PATTERN, kubernetes.facts),
    _kind("/proc/PID/cgroup", rb"\A[0-9]{1,3}:[a-z_,=A-Z]*:/", cgroup.facts),
    _kind("numactl", rb"^available: \d+ nodes?", numactl.facts),
    _kind(
        "lscpu",
        rb"^(?:\xef\xbb\xbf)?(?:Architecture|On-line CPU\(s\) list|CPU\(s\)):|\A\s*\{\s*\"lscpu\":",
        lscpu.facts,
    ),
    _kind(
        "ethtool",
        rb"^[ \t]*(?:(?:Coalesce|Ring|Channel|Pause|Offload|Time stamping) parameters for|Features for|Settings for"
        rb"|NIC statistics:|driver: \S+\s*$|Private flags for|Cannot get "
        rb"|no stats available|ethtool: |ethtool version )",
        ethtool.facts,
    ),
    _kind("lspci", rb"^(?:> ?)*(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7] |^Slot:\s", lspci.facts),
    _kind("interrupts", rb"^\s+CPU\d+\s", interrupts.facts),
    _kind("cpuinfo", rb"^(?:processor\s*:|vendor_id\s*:)", cpuinfo.facts),
    _kind("QEMU command line", qemu.PATTERN, qemu.facts),
)


def recognise(data: bytes) -> CommandKind | None:
    """The kind of output, or None where nothing is known of it."""
    head = data[:LOOKED_AT].replace(b"\r\n", b"\n")
    return next((kind for kind in KINDS if kind.pattern.search(head)), None)
