"""The tables of disks in what `iostat -x` prints, as text and JSON, of versions before and since 12."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from perfadvisor.facts.block import disk_load as spec
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec

HEAD = re.compile(r"Device:?\s+.*\br/s\s.*%util")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,4})?")
# Headings of old versions, then of new ones; JSON has them without the percent sign.
_HEADINGS: Mapping[FactSpec, tuple[str, ...]] = {
    spec.BUSY: ("%util", "util"),
    spec.READS: ("r/s",),
    spec.WRITES: ("w/s",),
    spec.READ_WAIT: ("r_await",),
    spec.WRITE_WAIT: ("w_await",),
    spec.QUEUED: ("avgqu-sz", "aqu-sz"),
}
_PERCENT = {spec.BUSY: 100.0}
Row = Mapping[str, float]
Table = Mapping[str, Row]


def facts(data: bytes, source: str) -> Iterator[Fact | Absent]:
    """The mean of every table but the first, which is about the time since boot; nothing of that."""
    text = decoded(data)
    tables = list(_of_json(text) if text.lstrip().startswith("{") else _of_text(text.splitlines()))[1:]
    for disk in dict.fromkeys(disk for table in tables for disk in table):
        yield spec.BLOCK.fact(disk, source=source, subject=disk)
        for known, names in _HEADINGS.items():
            mean = _mean([table[disk] for table in tables if disk in table], names)
            if mean is not None:
                yield known.fact(round(mean / _PERCENT.get(known, 1.0), 4), source=source, subject=disk)


def _mean(rows: Sequence[Row], names: Sequence[str]) -> float | None:
    values = [row[name] for row in rows for name in names if name in row]
    return sum(values) / len(values) if values and len(values) == len(rows) else None


def _of_text(lines: Sequence[str]) -> Iterator[Table]:
    heads: list[str] = []
    table: dict[str, Row] = {}
    for line in lines:
        cells = line.replace(",", ".").split()
        if HEAD.match(line.strip()):
            if heads:
                yield table
            heads, table = line.split(), {}
        elif heads and len(cells) == len(heads) and all(_NUMBER.fullmatch(cell) for cell in cells[1:]):
            table[cells[0]] = dict(zip(heads[1:], map(float, cells[1:]), strict=True))
    if heads:
        yield table


def _of_json(text: str) -> Iterator[Table]:
    try:
        hosts = json.loads(text)["sysstat"]["hosts"]
        reports = [report["disk"] for host in hosts[:1] for report in host["statistics"]]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError):
        return
    for rows in reports:
        known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        yield {str(row.get("disk_device")): _numbers(row) for row in known if row.get("disk_device")}


def _numbers(row: Mapping[str, object]) -> Row:
    pairs = ((name, value) for name, value in row.items() if isinstance(value, int | float))
    return {name: float(value) for name, value in pairs if not isinstance(value, bool)}
