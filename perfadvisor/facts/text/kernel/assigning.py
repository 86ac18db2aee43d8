"""Messages of QEMU (hw/vfio) and of the kernel (drivers/vfio, drivers/iommu) that say why a function could not be given
to a guest."""

import re
from collections.abc import Iterable, Iterator

from perfadvisor.facts.machine import assigning
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.facts.reading.word_lines import lines_with
from perfadvisor.facts.text.lspci_parse import full_address
from perfadvisor.model.fact import Absent, Fact

SOURCE = "QEMU's errors"
WORDS = (b"vfio", b"VFIO", b"non-zero usage count")
_ADDRESS = re.compile(
    r"(?:\bvfio(?: error:)? |\bvfio-pci |\bhost=|\b(?:remove|unbind) device )"
    r"((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\b"
)
_GROUP = re.compile(r"\bgroup ([0-9]{1,5})\b|/dev/vfio/([0-9]{1,5})\b")
# Old wordings and new ones; the first that matches a line counts.
_REASONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (assigning.NOT_VIABLE, re.compile(r"group [0-9]+ is not viable")),
    (assigning.BUSY, re.compile(r"/dev/vfio/[0-9]+'?: Device or resource busy")),
    (assigning.DENIED, re.compile(r"/dev/vfio/[0-9]+'?: (?:Permission denied|Operation not permitted)")),
    (assigning.NO_GROUP, re.compile(r"no iommu_group found|/dev/vfio/[0-9]+'?: No such file or directory")),
    (assigning.RESERVED_MEMORY, re.compile(r"ineligible for IOMMU domain attach due to platform RMRR")),
    (assigning.REMAPPING, re.compile(r"vfio_iommu_type1_attach_group: No interrupt remapping")),
    (assigning.LOCKED_MEMORY, re.compile(r"VFIO_MAP_DMA.*: Cannot allocate memory|RLIMIT_MEMLOCK \([0-9]+\) exceeded")),
    (assigning.HELD, re.compile(r"NVRM: Attempting to \w+ device \S+ with non-zero usage count")),
    (assigning.REGION, re.compile(r"vfio-pci \S+ BAR [0-9]: can't reserve")),
)
UNNAMED = "a function"


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """What each function that is named was refused for; of several reasons the first, which the others follow from."""
    yield from of_lines(decoded(lines_with(data.replace(b"\0", b""), WORDS)).splitlines(), source)


def of_lines(lines: Iterable[str], source: str) -> Iterator[Fact | Absent]:
    """The same of lines that were cut already."""
    seen: set[str] = set()
    for line in lines:
        reason = next((name for name, pattern in _REASONS if pattern.search(line)), None)
        match, group = _ADDRESS.search(line), _GROUP.search(line)
        named = full_address(match[1]) if match else f"group {group[1] or group[2]}" if group else UNNAMED
        if reason is None or named in seen:
            continue
        seen.add(named)
        yield assigning.REFUSED.fact(reason, source=source, subject=named)
        if match:
            yield assigning.PCI.fact(named, source=source, subject=named)
        if group:
            yield assigning.GROUP.fact(group[1] or group[2], source=source, subject=named)
