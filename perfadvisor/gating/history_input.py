"""What `history ingest` takes: runs' directories and CSV files, as runs and points to store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.gating.benchmarks import time_of
from perfadvisor.gating.csv_rows import read_text
from perfadvisor.gating.points import Point, read_points
from perfadvisor.gating.rows import read_side
from perfadvisor.model.gate import Side
from perfadvisor.model.history import SeriesKey
from perfadvisor.store.ingest import StoredPoint, StoredRun

BATCH = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What to store of one input, and what was left out of it, with the reason."""

    runs: list[StoredRun]
    points: list[StoredPoint]
    left_out: tuple[str, ...] = ()


def from_csv(path: Path) -> Iterator[Stored]:
    """The points of a CSV file, some thousand at a time; rows of one time and commit are one run."""
    points = read_points(path)
    while some := list(islice(points, BATCH)):
        runs = {_run_id(p): StoredRun(id=_run_id(p), started=p.time, commit=p.commit, source="csv") for p in some}
        yield Stored(runs=list(runs.values()), points=list(map(_stored, some)))


def _run_id(point: Point) -> str:
    return f"csv:{point.time!r}:{point.commit}"


def _stored(point: Point) -> StoredPoint:
    return StoredPoint(
        run_id=_run_id(point),
        key=SeriesKey(workload=point.series),
        unit=point.unit,
        better=point.better,
        time=point.time,
        value=point.value,
    )


def from_run(path: Path, commit: str) -> Stored:
    """A run's directory: one point for each metric of each workload and environment, the median of its fresh runs."""
    from perfadvisor import bundle
    from perfadvisor.gating.sides import run_sides

    run = bundle.load(path, snapshots=False)
    if run.state != "complete":
        raise InputError(f"{path}: this run is {run.state}", f"finish it: perfadvisor run --resume {path}")
    sides = run_sides(path)
    kinds = sorted({side.kind for side in sides.values()})
    marks: Mapping[str, str] = next(iter(sides.values())).marks if len(sides) == 1 else run.versions
    stored = StoredRun(
        id=run.id,
        started=run.started,
        commit=commit,
        source="run",
        kind=kinds[0] if len(kinds) == 1 else "",
        marks=dict(marks),
    )
    points = [point for name, side in sides.items() for point in _points(run.id, run.started, name, side)]
    left_out = tuple(f"{path}: {said}" for side in sides.values() for said in _left_out(side))
    if not points:
        raise MeasureError(f"{path}: nothing to keep: {left_out[0]}", "measure again when the machine is quiet")
    return Stored(runs=[stored], points=points, left_out=left_out)


def from_file(path: Path, commit: str) -> Stored:
    """What a benchmark wrote for CI: one point for each figure, the median of its fresh runs, at the time that the file
    says, else when it was last written."""
    text = read_text(path)
    side = read_side(path)
    started = time_of(text) or path.stat().st_mtime
    id = f"file:{sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
    stored = StoredRun(id=id, started=started, commit=commit, source="file")
    return Stored(runs=[stored], points=_points(id, started, "", side))


def _left_out(side: Side) -> Iterator[str]:
    for key, why in sorted(side.invalid.items()):
        yield f"{'/'.join(key)} is INVALID: {why}"
    for key, why in sorted(side.unmeasured.items()):
        yield f"{'/'.join(key)} was not measured: {why}"


def _points(run_id: str, started: float, environment: str, side: Side) -> list[StoredPoint]:
    return [
        StoredPoint(
            run_id=run_id,
            key=SeriesKey(
                workload=runs.workload, metric=runs.metric, environment=environment, fingerprint=side.fingerprint
            ),
            unit=runs.unit,
            better=runs.better,
            time=started,
            value=median(runs.values),
            fresh_runs=runs.values,
        )
        for key, runs in side.runs.items()
        if key not in side.invalid
    ]
