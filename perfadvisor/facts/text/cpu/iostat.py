"""`iostat -x`, as text or JSON: what its CPUs and its disks did."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from perfadvisor.facts.cpu import use
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.facts.text.disk import iostat_disks
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ iostat -x 1"
_HEAD = re.compile(r"avg-cpu:\s+(%user.*)")

Shares = Mapping[str, float]


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The mean of every report but the first, which is about the time since boot."""
    text = decoded(data)
    reports = list(_of_json(text) if text.lstrip().startswith("{") else _of_text(text.splitlines()))[1:]
    for spec, heading in ((use.STEAL, "steal"), (use.IOWAIT, "iowait"), (use.IDLE, "idle")):
        values = [one[heading] for one in reports if heading in one]
        mean = sum(values) / len(values) / 100 if values and len(values) == len(reports) else None
        yield spec.given(mean, source=source, reason="only the report since boot was printed")
    yield from iostat_disks.facts(data, source)


def _of_text(lines: list[str]) -> Iterator[Shares]:
    for head, values in pairwise(lines):
        if match := _HEAD.match(head.strip()):
            names, cells = match[1].split(), values.replace(",", ".").split()
            if len(names) == len(cells) and all(re.fullmatch(r"[0-9]{1,3}\.[0-9]{2}", cell) for cell in cells):
                yield {name.lstrip("%"): float(cell) for name, cell in zip(names, cells, strict=True)}


def _of_json(text: str) -> Iterator[Shares]:
    try:
        hosts = json.loads(text)["sysstat"]["hosts"]
        found = [report["avg-cpu"] for host in hosts[:1] for report in host["statistics"]]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError):
        return
    for shares in found:
        if isinstance(shares, dict):
            yield {
                str(k): float(v) for k, v in shares.items() if isinstance(v, int | float) and not isinstance(v, bool)
            }
