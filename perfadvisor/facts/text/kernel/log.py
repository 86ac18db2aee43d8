"""Lines of the kernel's log, as dmesg and journalctl -k print them: only those that say something of performance."""

import re
from collections import Counter
from collections.abc import Iterator

from perfadvisor.facts.machine import kernel_log
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.facts.reading.word_lines import lines_with
from perfadvisor.facts.text.kernel import assigning
from perfadvisor.model.fact import Absent, Fact, FactSpec

SOURCE = "$ dmesg"
_AT = r"(?P<%s>(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])"
_ADDRESS = _AT % "device"
_LIMITED = re.compile(
    rf"{_ADDRESS}: (?P<now>[0-9.]{{1,9}}) Gb/s available PCIe bandwidth, limited by (?P<link>.{{1,60}}? at \S+)"
    r" \(capable of (?P<most>[0-9.]{1,9}) Gb/s"
)
# One line of each event; what the kernel writes below it (registers, addresses) is not counted again.
_COUNTED: tuple[tuple[FactSpec, re.Pattern[str]], ...] = (
    (
        kernel_log.IOMMU_FAULTS,
        re.compile(
            rf"DMAR: ?\[(?:DMA|INTR-REMAP)[^\]]*\] Request device \[{_ADDRESS}\]"
            rf"|AMD-Vi: Event logged \[(?:IO_PAGE_FAULT|ILLEGAL_DEV_TABLE_ENTRY) device={_AT % 'amd'}"
            rf"|\S{{1,20}} {_AT % 'other'}: AMD-Vi: Event logged \[IO_PAGE_FAULT"
        ),
    ),
    (kernel_log.CORRECTED, re.compile(rf"{_ADDRESS}: PCIe Bus Error: severity=Corrected")),
    (
        kernel_log.TIMEOUTS,
        re.compile(
            r"nvme (?P<device>nvme[0-9]{1,4}): (?:I/O (?:tag )?[0-9]+.*? timeout|controller is down; will reset)"
            r"|NETDEV WATCHDOG: (?P<nic>\S{1,15}) \(\S+\): transmit queue [0-9]+ timed out"
            r"|\b(?P<hung>[a-z][a-z0-9]{1,14}): Detected (?:Tx Unit Hang|Hardware Unit Hang)"
        ),
    ),
)
_HOT = re.compile(r"(?:Package|Core) temperature above threshold, cpu clock throttled")


# Every line that is read here has one of these.
WORDS = (
    b"available PCIe bandwidth",
    b"DMAR:",
    b"AMD-Vi: Event logged",
    b"PCIe Bus Error",
    b"nvme nvme",
    b"NETDEV WATCHDOG",
    b"Unit Hang",
    b"temperature above threshold",
    *assigning.WORDS,
)


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """What was logged of each device. An empty log gives no fact: a log may begin anywhere."""
    lines = decoded(lines_with(data.replace(b"\0", b""), WORDS)).splitlines()
    for line in lines:
        if match := _LIMITED.search(line):
            yield from _bandwidth(match, source)
    for spec, pattern in _COUNTED:
        found = (match for line in lines if (match := pattern.search(line)))
        counts = Counter(_full(next(name for name in match.groups() if name)) for match in found)
        for device, count in counts.items():
            yield spec.fact(count, source=source, subject=device)
    yield from assigning.of_lines(lines, source)
    hot = sum(_HOT.search(line) is not None for line in lines)
    if hot:
        yield kernel_log.THROTTLED.fact(hot, source=source)


def _bandwidth(match: re.Match[str], source: str) -> Iterator[Fact]:
    device = _full(match["device"])
    for spec, text in ((kernel_log.AVAILABLE, match["now"]), (kernel_log.CAPABLE, match["most"])):
        if re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,3})?", text):
            yield spec.fact(float(text) * 1e9, source=source, subject=device)
    yield kernel_log.LIMITED_BY.fact(match["link"], source=source, subject=device)


def _full(name: str) -> str:
    """A PCI address with its domain; other names as they are."""
    return f"0000:{name}" if re.fullmatch(r"[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]", name) else name
