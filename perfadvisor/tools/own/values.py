"""Numbers in what a user's command printed: rows for PERFADVISOR_CSV, named groups of a regular expression, or paths
into JSON."""

import csv
import json
import math
import re
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from perfadvisor.model.result import Better, Output, Sample
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Parameters
from perfadvisor.tools.parameters import Parameter

TIME = "time"
ROW = "PERFADVISOR_CSV "  # in front of each row, on a line of its own
COLUMNS = ("workload", "metric", "unit", "better", "value")
METRIC = r"[A-Za-z_][A-Za-z0-9_.]{0,63}"
MOST_METRICS = 200
_PATH = r"[^\s,=]{1,200}"
_UNIT = r"[A-Za-z_/%]{0,20}(?: (?:higher|lower))?"
_SHORT = {
    "B": Unit.BYTES,
    "B/s": Unit.BYTES_PER_SECOND,
    "bit/s": Unit.BITS_PER_SECOND,
    "ops/s": Unit.PER_SECOND,
    "1/s": Unit.PER_SECOND,
    "Hz": Unit.HERTZ,
}


class _Unusable(ValueError):
    """Why the output cannot be read."""


def _listed(item: str) -> str:
    return rf"{METRIC}={item}(?:, ?{METRIC}={item}){{0,{MOST_METRICS - 1}}}"


def _regex_complaint(text: str) -> str:
    try:
        found = re.compile(text)
    except re.error as error:
        return f"is not a regular expression: {error}"
    return "" if found.groupindex else "has no named group; write (?P<NAME>[0-9.]+) for each metric"


PARAMETERS = {
    "regex": Parameter(
        type=str,
        meaning="regular expression over the output; each named group is a metric, its last match the value",
        form=r"[^\x00-\x08\x0a-\x1f\x7f]{1,2000}",
        example="tps = (?P<tps>[0-9.]+)",
        check=_regex_complaint,
    ),
    "json": Parameter(
        type=str,
        meaning="METRIC=PATH, ... in the JSON on standard output, such as p99=latency.0.p99",
        form=_listed(_PATH),
        example="p99=latency.p99",
    ),
    "units": Parameter(
        type=str,
        meaning="METRIC=UNIT higher, ...: the unit, and which way is better (none: neither)",
        form=_listed(_UNIT),
        example="tps=per_s higher, p99=ms lower",
    ),
}


def read(stdout: bytes, stderr: bytes, parameters: Parameters) -> Output:
    """The samples, without the time; `error` says what could not be read."""
    text = stdout.decode("utf-8", "replace")
    rows = [line.removeprefix(ROW) for line in text.splitlines() if line.startswith(ROW)]
    plain = "\n".join(line for line in text.splitlines() if not line.startswith(ROW))
    try:
        samples = [*_rows(rows), *_printed(plain, stderr.decode("utf-8", "replace"), parameters)]
    except _Unusable as error:
        return Output(samples=(), error=str(error))
    if len(samples) > MOST_METRICS:
        return Output(samples=(), error=f"more than {MOST_METRICS} metrics")
    return Output(samples=tuple(samples))


def _rows(lines: list[str]) -> Iterator[Sample]:
    """One sample a metric: the median of its rows. Several workloads in one output stand before the metrics."""
    if not lines:
        return
    found: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    reader = csv.DictReader(lines)
    if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
        raise _Unusable(f"its rows have no column {missing[0]!r}; the columns are {','.join(COLUMNS)}")
    for row in reader:
        if None in row or None in row.values():
            raise _Unusable("a row has another number of columns than the header")
        found.setdefault((row["workload"], row["metric"]), []).append(row)
    several = len({workload for workload, _ in found}) > 1
    for (workload, metric), group in found.items():
        name = f"{workload}.{metric}" if several else metric
        yield _sample(name, median(_number(row["value"], name) for row in group), group[0]["unit"], group[0]["better"])


def _printed(text: str, errors: str, parameters: Parameters) -> Iterator[Sample]:
    units = dict(_pairs(str(parameters.get("units", ""))))
    for name, value in [*_matched(f"{text}\n{errors}", parameters), *_chosen(text, parameters)]:
        unit, _, better = units.get(name, "").partition(" ")
        yield _sample(name, _number(value, name), unit, better)


def _matched(text: str, parameters: Parameters) -> Iterator[tuple[str, str]]:
    pattern = str(parameters.get("regex", ""))
    if not pattern:
        return
    found: dict[str, str] = {}
    for match in re.finditer(pattern, text, re.MULTILINE):
        found |= {name: value for name, value in match.groupdict().items() if value is not None}
    if not found:
        raise _Unusable(f"the regular expression {pattern} matches nothing of what it printed")
    yield from found.items()


def _chosen(text: str, parameters: Parameters) -> Iterator[tuple[str, Any]]:
    wanted = list(_pairs(str(parameters.get("json", ""))))
    if not wanted:
        return
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _Unusable(f"it printed no JSON: {error}") from None
    for name, path in wanted:
        yield name, _at(document, path)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, text.split(",")):
        name, _, value = part.strip().partition("=")
        yield name, value


def _at(document: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    here = document
    for step in path.split("."):
        try:
            here = here[int(step)] if isinstance(here, list) else here[step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise _Unusable(f"the JSON has no {path}") from None
    return here


def _number(value: Any, name: str) -> float:  # noqa: ANN401 - JSON
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        raise _Unusable(f"{name} is {str(value)[:40]!r}, no number") from None
    if not math.isfinite(found):
        raise _Unusable(f"{name} is {str(value)[:40]!r}, no number")
    return found


def _sample(name: str, value: float, unit: str, better: str) -> Sample:
    """A unit that is not on the list leaves the bare number."""
    known = _SHORT.get(unit) or next((one for one in Unit if one.value == unit), Unit.NONE)
    ways: dict[str, Better] = {"higher": "higher", "lower": "lower", "": ""}
    if better not in ways:
        raise _Unusable(f"{name}: better is {better[:40]!r}; it is `higher` or `lower`")
    if not re.fullmatch(METRIC, name):
        raise _Unusable(f"{name[:80]!r} is not a name of a metric")
    return Sample(metric=name, value=value, unit=known, better=ways[better])
