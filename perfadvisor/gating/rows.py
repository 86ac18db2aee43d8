"""Results of any benchmark for the gate, as CSV: one row a fresh run and metric."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from perfadvisor.analyse.gate.sides import FreshRun, Key, runs_of
from perfadvisor.errors import InputError
from perfadvisor.gating import benchmarks
from perfadvisor.gating.csv_rows import Row, better, given, number, parsed, read_text, rows_of
from perfadvisor.gating.value import Value
from perfadvisor.model.gate import Side
from perfadvisor.model.result import Better, Trust

COLUMNS = ("workload", "metric", "unit", "better", "value")
MOST_ROWS = 250_000  # some 20 seconds of CPU time to judge


@dataclass(slots=True)
class _Metric:
    """The rows of one metric so far."""

    unit: str
    better: Better
    fresh: list[FreshRun] = field(default_factory=list)


def read_side(path: Path) -> Side:
    """The fresh runs in a gate CSV, or in what a benchmark of a language wrote. InputError, naming file and line, for
    whatever cannot be used."""
    text = read_text(path)
    known = benchmarks.values(text)
    return side_of(text, str(path)) if known is None else _of_benchmark(str(path), *known)


def _of_benchmark(name: str, tool: str, values: Iterable[Value]) -> Side:
    found: dict[Key, _Metric] = {}
    for one in values:
        metric = found.setdefault((one.workload, one.metric), _Metric(one.unit, one.better))
        if metric.unit != one.unit:
            raise InputError(f"{name}: {one.workload} is in {metric.unit} and in {one.unit}", "use one unit")
        metric.fresh.append(FreshRun(value=one.value))
    if not found:
        raise InputError(f"{name}: no result of {tool} in it", "run the benchmark again")
    judged = {key: runs_of(key, one.unit, one.better, one.fresh)[0] for key, one in found.items()}
    return Side(name=name, runs=judged)


def side_of(text: str, name: str) -> Side:
    """The fresh runs in the text of a gate CSV. Optional columns: `time` says when each ran, in seconds; `trust` and
    `doubts` its state as `perfadvisor export` writes it; `environment` where it ran."""
    if (lines := text.count("\n")) > MOST_ROWS + 1:
        hint = "give the last runs of each metric, or keep all of them with perfadvisor history ingest --csv FILE"
        raise InputError(f"{name}: {lines:,} lines: the gate reads at most {MOST_ROWS:,} rows", hint)
    rows = list(rows_of(text, name, COLUMNS))
    if not rows:
        raise InputError(f"{name}: no rows", "write one row for each fresh run of the benchmark")
    several = len({row.get("environment", "") for _, row in rows}) > 1
    found: dict[Key, _Metric] = {}
    unmeasured: dict[Key, str] = {}
    for place, row in rows:
        key = _key(row, place, several)
        trust = _trust(row, place)
        if trust is Trust.NOT_MEASURED:
            unmeasured[key] = row.get("doubts", "") or "no reason given"
            continue
        metric = found.setdefault(key, _Metric(row["unit"], better(row["better"], place)))
        if (metric.unit, metric.better) != (row["unit"], better(row["better"], place)):
            raise InputError(f"{place}: {'/'.join(key)} has another unit or direction than in an earlier row")
        metric.fresh.append(_fresh(row, place, trust))
    judged = {key: runs_of(key, one.unit, one.better, one.fresh) for key, one in found.items()}
    return Side(
        name=name,
        runs={key: runs for key, (runs, _) in judged.items()},
        invalid={key: why for key, (_, why) in judged.items() if why},
        unmeasured={key: why for key, why in unmeasured.items() if key not in judged},
    )


def _key(row: Row, place: str, several: bool) -> Key:
    """A file of several environments keeps them apart, as a run's directory does."""
    workload, metric = given(row, "workload", place), given(row, "metric", place)
    return (f"{workload}@{row.get('environment', '')}" if several else workload), metric


def _trust(row: Row, place: str) -> Trust:
    text = row.get("trust", "")
    return parsed(Trust, text, f"{place}: trust is {text[:40]!r}; it is {', '.join(Trust)}") if text else Trust.VALID


def _fresh(row: Row, place: str, trust: Trust) -> FreshRun:
    time = number(row["time"], place, "time") if row.get("time") else None
    return FreshRun(value=number(row["value"], place, "value"), trust=trust, why=row.get("doubts", ""), time=time)
