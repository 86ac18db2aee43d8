"""`lscpu -e` and `lscpu -p`: a line for each CPU with its node, socket and core."""

import re
from collections.abc import Iterator

from perfadvisor.facts.cpu import cpu
from perfadvisor.facts.memory import numa_node, numa_summary
from perfadvisor.facts.reading import columns, cpulist, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ lscpu -e"
_PARSABLE = re.compile(r"#\s*(CPU,\S*)")
_ONLINE = {"yes": True, "Y": True, "no": False, "N": False}

Row = dict[str, str]


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """CPUs online, sockets, threads of a core, and the CPUs of each node, as far as the columns were asked for."""
    rows = list(_rows(decoded(data).splitlines()))
    listed = {number: row for row in rows if (number := reader.number(row.get("CPU"))) is not None}
    online = {number: row for number, row in listed.items() if _ONLINE.get(row.get("ONLINE", "yes"), True)}
    reason = "no such column"
    yield cpu.ONLINE_COUNT.given(len(online) or None, source=source, reason=reason)
    yield cpu.ONLINE.given(cpulist.format(sorted(online)) or None, source=source, reason=reason)
    sockets = {row["SOCKET"] for row in online.values() if row.get("SOCKET", "-") != "-"}
    yield cpu.PACKAGE_COUNT.given(len(sockets) or None, source=source, reason=reason)
    yield cpu.THREADS_PER_CORE.given(_threads(list(online.values())), source=source, reason=reason)
    yield from _nodes(online, source)


def _rows(lines: list[str]) -> Iterator[Row]:
    """The table for people, or the parsable one, whose headings stand in its last comment."""
    heads = [match[1] for line in lines if (match := _PARSABLE.match(line))]
    if heads:
        names = [name.upper() for name in heads[-1].split(",")]
        cells = (line.split(",") for line in lines if not line.startswith("#"))
        yield from (dict(zip(names, each, strict=True)) for each in cells if len(each) == len(names))
        return
    start = next((place for place, line in enumerate(lines) if line.split()[:1] == ["CPU"]), None)
    if start is not None:
        yield from columns.plain(lines[start], lines[start + 1 :])


def _threads(rows: list[Row]) -> int | None:
    """Most CPUs of one core; a core's number counts within its socket on some architectures."""
    cores: dict[tuple[str, str], int] = {}
    for row in rows:
        if "CORE" not in row or row["CORE"] == "-":
            return None
        key = (row.get("SOCKET", ""), row["CORE"])
        cores[key] = cores.get(key, 0) + 1
    return max(cores.values(), default=None)


def _nodes(online: dict[int, Row], source: str) -> Iterator[Fact | Absent]:
    """The CPUs of each node that has some; nodes without CPUs have no line here, so their number stays unknown."""
    nodes: dict[str, list[int]] = {}
    for number, row in online.items():
        if (node := row.get("NODE", "")).isdecimal():
            nodes.setdefault(node, []).append(number)
    for node, ids in sorted(nodes.items()):
        yield numa_node.CPU_LIST.fact(cpulist.format(sorted(ids)), source=source, subject=node)
        yield numa_node.CPU_COUNT.fact(len(ids), source=source, subject=node)
    whole = bool(nodes) and sum(map(len, nodes.values())) == len(online)
    yield numa_summary.CPU_NODE_COUNT.given(
        len(nodes) if whole else None, source=source, reason="no node is given for a CPU"
    )
