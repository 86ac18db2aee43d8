"""`docker stats` and `podman stats`: a line for each container below headings."""

import re
from collections.abc import Iterator, Mapping

from perfadvisor.facts.container import usage
from perfadvisor.facts.reading import reader, sizes
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar

SOURCE = "$ docker stats"
HEAD = re.compile(r"(?:CONTAINER(?: ID)?|ID) {2,}(?:NAME {2,})?CPU % {2,}MEM USAGE ?/ ?LIMIT\b.*")
_GAP = re.compile(r" {2,}")
_PERCENT = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,4})?)%")


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """What each container used; of one that is shown again, as the screen is drawn anew, the last line counts."""
    rows: dict[str, dict[str, str]] = {}
    heads: list[str] = []
    for line in decoded(data).splitlines():
        cells = _GAP.split(line.strip()[:1000])
        if HEAD.match(line.strip()):
            heads = cells
        elif heads and len(cells) == len(heads):
            row = dict(zip(heads, cells, strict=True))
            rows[row.get("NAME") or cells[0]] = row
    for name, row in rows.items():
        for spec, value in _values(row).items():
            if value is not None:
                yield spec.fact(value, source=source, subject=name)


def _values(row: Mapping[str, str]) -> dict[FactSpec, Scalar | None]:
    used = row.get("MEM USAGE / LIMIT", row.get("MEM USAGE/LIMIT", "")).partition("/")[0].strip()
    return {
        usage.CPUS_USED: _share(row.get("CPU %")),
        usage.MEMORY_USED: sizes.kubernetes(used),
        usage.MEMORY_SHARE: _share(row.get("MEM %")),
        usage.PIDS: reader.number(row.get("PIDS")),
    }


def _share(text: str | None) -> float | None:
    match = _PERCENT.fullmatch(text or "")
    return float(match[1]) / 100 if match else None
