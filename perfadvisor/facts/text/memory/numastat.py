"""What `numastat` prints, as the files of /sys and /proc that it reads.

The plain form has the counters of each node, `-m` the memory of each node in MB of 2^20 bytes with two decimals
(numastat.c, display_meminfo_stats)."""

import re
from collections.abc import Iterator, Mapping

from perfadvisor.facts.memory import process
from perfadvisor.facts.memory.numa import SYSTEM
from perfadvisor.facts.reading import reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

_COUNTERS = ("numa_hit", "numa_miss", "numa_foreign", "interleave_hit", "local_node", "other_node")
_PAGES = ("HugePages_Total", "HugePages_Free", "HugePages_Surp")  # printed in MB, too, so their number is unknown
_KIB_OF_MIB = 1024
_PROCESS = re.compile(r"Per-node process memory usage \(in MBs\) for PID ([0-9]{1,10}) \((.{1,64})\)")

Files = Mapping[str, bytes]


def counters(text: str) -> Files:
    """The plain form: node -> its counters."""
    lines = text.splitlines()
    names = next((line.split() for line in lines if line.split()[:1] and line.split()[0].startswith("node")), [])
    columns: dict[str, list[str]] = {name: [] for name in names if name.removeprefix("node").isdecimal()}
    for line in lines:
        words = line.split()
        if len(words) == len(names) + 1 and words[0] in _COUNTERS:
            for name, value in zip(names, words[1:], strict=True):
                if name in columns and reader.number(value) is not None:
                    columns[name].append(f"{words[0]} {value}\n")
    return {f"{SYSTEM}/{name}/numastat": "".join(found).encode() for name, found in columns.items() if found}


def memory(text: str) -> Files:
    """`-m`: node -> the lines of its meminfo that are sizes."""
    numbers: list[str] = []
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["Node"] and words[-1:] == ["Total"]:
            numbers = words[1:-1:2]
        elif numbers and len(words) == len(numbers) + 2 and not words[0].startswith("-"):
            for number, value in zip(numbers, words[1:-1], strict=True):
                size = _kibibytes(value)
                if size is not None and number.isdecimal() and words[0] not in _PAGES:
                    found.setdefault(number, []).append(f"Node {number} {words[0]}: {size} kB\n")
    files = {f"{SYSTEM}/node{number}/meminfo": "".join(lines) for number, lines in found.items()}
    return {path: lines.encode("utf-8", "surrogateescape") for path, lines in files.items()}  # names are as they came


def _kibibytes(text: str) -> int | None:
    whole, dot, part = text.partition(".")
    if not (whole.isdecimal() and dot and part.isdecimal() and len(whole) < 12 and len(part) < 4):
        return None
    return int(float(text) * _KIB_OF_MIB)


def process_facts(data: bytes, *, source: str = "$ numastat -p") -> Iterator[Fact | Absent]:
    """`-p` of one process: how its memory is spread over the nodes. A table of several processes is not split."""
    text = decoded(data)
    for match in _PROCESS.finditer(text):
        rest = _PROCESS.split(text[match.end() :], maxsplit=1)[0]
        total = next((line.split()[1:] for line in rest.splitlines() if line.split()[:1] == ["Total"]), [])
        sizes = [size for word in total[:-1] if (size := _kibibytes(word)) is not None]
        known = sizes if sizes and len(sizes) == len(total) - 1 and sum(sizes) else []
        subject = match[1]
        yield process.PROGRAM.fact(match[2], source=source, subject=subject)
        values = (
            (process.MEMORY, sum(known) * reader.KIB if known else None),
            (process.NODES, sum(size > 0 for size in known) if known else None),
            (process.LARGEST, max(known) / sum(known) if known else None),
        )
        for spec, value in values:
            yield spec.given(value, source=source, subject=subject, reason="no line of totals")
