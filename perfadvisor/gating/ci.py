"""Results of criterion (Rust) and JMH (Java), as fresh runs."""

import json
import re
from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import Any

from perfadvisor.gating.value import Value
from perfadvisor.model.result import Better

_CRITERION = re.compile(
    r"^(?P<name>\S.{0,200}?)?[ \t]+time:\s+\[\S+ \S+ (?P<value>[0-9.]{1,15}) (?P<unit>ps|ns|µs|us|ms|s) \S+ \S+\]",
    re.MULTILINE,
)
_NAME_ABOVE = re.compile(r"^(\S.{0,200})\n\s+time:\s+\[", re.MULTILINE)


def criterion_text(text: str) -> Iterator[Value]:
    """The middle of `time: [low estimate high]`; a long name stands on the line before. A process is one run."""
    above = iter(_NAME_ABOVE.findall(text))
    for match in _CRITERION.finditer(text):
        name = match["name"] or next(above, "criterion")
        yield Value(workload=name, metric="time", unit=match["unit"], better="lower", value=float(match["value"]))


def criterion_lines(text: str) -> Iterator[Value]:
    """`cargo criterion --message-format=json`: a JSON object for each benchmark that is complete."""
    for line in text.splitlines():
        if line.startswith("{") and '"benchmark-complete"' in line:
            try:
                row: Any = json.loads(line)
            except (ValueError, RecursionError):
                continue
            typical = row.get("typical") if isinstance(row, dict) else None
            value = _number(typical.get("estimate")) if isinstance(typical, dict) else None
            if value is not None and isinstance(typical, dict):
                unit = str(typical.get("unit", ""))
                yield Value(workload=str(row.get("id")), metric="time", unit=unit, better="lower", value=value)


def jmh(document: object) -> Iterator[Value] | None:
    """Each fork is a Java machine of its own, so a fresh run: the mean of its iterations."""
    rows = document if isinstance(document, list) else []
    if not rows or not all(isinstance(row, dict) and "primaryMetric" in row for row in rows):
        return None
    return (value for row in rows for value in _forks(row))


def _forks(row: Mapping[str, Any]) -> Iterator[Value]:
    metric = row["primaryMetric"] if isinstance(row["primaryMetric"], dict) else {}
    unit = str(metric.get("scoreUnit", ""))
    better: Better = "higher" if unit.startswith("ops/") else "lower"
    parameters = row.get("params")
    suffix = ",".join(f"{k}={v}" for k, v in sorted(parameters.items())) if isinstance(parameters, dict) else ""
    name = f"{row.get('benchmark')}{f' {suffix}' if suffix else ''}"
    raw = metric.get("rawData")
    for fork in raw if isinstance(raw, list) else ():
        values = [number for one in fork if (number := _number(one)) is not None] if isinstance(fork, list) else []
        if values:
            yield Value(
                workload=name, metric=str(row.get("mode", "score")), unit=unit, better=better, value=fmean(values)
            )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
