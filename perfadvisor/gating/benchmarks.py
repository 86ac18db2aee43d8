"""What the benchmarks of languages write, as fresh runs: Go's text, hyperfine, pytest-benchmark, Google Benchmark, and
the custom form of github-action-benchmark; criterion and JMH (`ci`), and what other programs print (`others`).

Each counts as its own tool has it: hyperfine starts the command anew each time, and Go's `-count` repeats the whole
benchmark (what benchstat compares). Rounds inside one benchmark are no fresh runs: such a file gives one value.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from perfadvisor.gating import ci, others
from perfadvisor.gating.value import Value
from perfadvisor.model.result import Better

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?"
_GO = re.compile(rf"^Benchmark(?P<name>\S+?)(?:-\d+)?\s+\d+\s+(?P<values>{_NUMBER} \S+(?:\s+{_NUMBER} \S+)*)\s*$")
_GO_VALUE = re.compile(rf"({_NUMBER}) (\S+)")
_GO_HEAD = re.compile(r"^(?:goos|goarch|pkg|cpu): \S", re.MULTILINE)
_HIGHER = ("MB/s", "ops/s", "/s", "bigger")


def values(text: str) -> tuple[str, tuple[Value, ...]] | None:
    """(what wrote it, the values) of a benchmark's output; None where none of these wrote it."""
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped.startswith(("{", "[")):
        lines = tuple(ci.criterion_lines(stripped))
        return ("criterion", lines) if lines else _json(stripped)
    found = tuple(_go(text))
    if found or _GO_HEAD.search(text):
        return "go test -bench", found
    criterion = tuple(ci.criterion_text(text))
    return ("criterion", criterion) if criterion else others.values(text)


def time_of(text: str) -> float | None:
    """When the benchmark ran, in seconds since the epoch, where its file has the time (pytest-benchmark, Google's)."""
    try:
        document = json.loads(text.lstrip("\ufeff \t\r\n"))
        said = _mapping(document).get("datetime") or _mapping(_mapping(document).get("context")).get("date")
        moment = datetime.fromisoformat(str(said))
    except (ValueError, RecursionError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _go(text: str) -> Iterator[Value]:
    """Each line is a run of its own process's benchmark function; `-count` repeats it."""
    for line in text.splitlines():
        if match := _GO.match(line.strip()):
            for number, unit in _GO_VALUE.findall(match["values"]):
                better: Better = "higher" if unit.endswith(_HIGHER) else "lower"
                yield Value(workload=match["name"], metric=unit, unit=unit, better=better, value=float(number))


def _json(text: str) -> tuple[str, tuple[Value, ...]] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for name, reads in _FORMS:
        found = reads(document)
        if found is not None:
            return name, tuple(found)
    return None


def _mapping(document: object) -> Mapping[str, Any]:
    return document if isinstance(document, dict) else {}


def _rows(document: object, key: str) -> list[Mapping[str, Any]]:
    rows = _mapping(document).get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # JSON's integers have no bound
        return None


def _hyperfine(document: object) -> Iterator[Value] | None:
    """Each run of the command is a fresh process; those that ended with an error are left out."""
    rows = _rows(document, "results")
    if not rows or not all("command" in row and "times" in row for row in rows):
        return None
    return (
        Value(workload=str(row["command"]), metric="time", unit="s", better="lower", value=seconds)
        for row in rows
        for seconds, code in zip(row["times"], row.get("exit_codes") or [0] * len(row["times"]), strict=False)
        if _number(seconds) is not None and code == 0
    )


def _pytest(document: object) -> Iterator[Value] | None:
    """Rounds share one process, so a file gives one value: their median."""
    if "machine_info" not in _mapping(document):
        return None
    return (
        Value(
            workload=str(row.get("fullname") or row.get("name")), metric="time", unit="s", better="lower", value=median
        )
        for row in _rows(document, "benchmarks")
        if (median := _number(_mapping(row.get("stats")).get("median"))) is not None
    )


def _google(document: object) -> Iterator[Value] | None:
    """Repetitions share one process: a file gives their median where it is printed, else each only repetition."""
    rows = _rows(document, "benchmarks")
    if not rows or "context" not in _mapping(document):
        return None
    names = {row.get("run_name") for row in rows if row.get("aggregate_name") == "median"}
    return (
        Value(
            workload=str(row.get("run_name") or row.get("name")),
            metric="real_time",
            unit=str(row.get("time_unit", "ns")),
            better="lower",
            value=seconds,
        )
        for row in rows
        if (row.get("aggregate_name") == "median" or (row.get("run_name") not in names and "aggregate_name" not in row))
        and not row.get("error_occurred")
        and (seconds := _number(row.get("real_time"))) is not None
    )


def _custom(document: object) -> Iterator[Value] | None:
    """`[{"name", "unit", "value"}]`; the file does not say which way is better, units of rates do."""
    if (
        not isinstance(document, list)
        or not document
        or not all(isinstance(row, dict) and {"name", "unit", "value"} <= row.keys() for row in document)
    ):
        return None
    return (
        Value(
            workload=str(row["name"]),
            metric="value",
            unit=str(row["unit"]),
            better="higher" if str(row["unit"]).endswith(_HIGHER) else "lower",
            value=number,
        )
        for row in document
        if (number := _number(row["value"])) is not None
    )


_FORMS: tuple[tuple[str, Callable[[object], Iterator[Value] | None]], ...] = (
    ("hyperfine", _hyperfine),
    ("pytest-benchmark", _pytest),
    ("Google Benchmark", _google),
    ("github-action-benchmark", _custom),
    ("JMH", ci.jmh),
)
