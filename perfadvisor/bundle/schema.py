"""The JSON of `run.json` and `trial.json`: written, checked on reading, and published as JSON Schema, all from here."""

import json
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from perfadvisor.bundle import plain
from perfadvisor.errors import InputError
from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Doubt, IoPath, Output, TrialResult, TrialState, Trust
from perfadvisor.model.run import Run, RunState
from perfadvisor.model.timeline import Timeline
from perfadvisor.model.workload import Environment, Trial, Workload
from perfadvisor.upgrading import Format

SCHEMA_VERSION = 1
RUN_FORMAT = Format(kind="perfadvisor run", version=SCHEMA_VERSION)
TRIAL_FORMAT = Format(kind="trial of a perfadvisor run", version=SCHEMA_VERSION)
MAX_SHOWN = 3

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class RunFile:
    """`run.json`: everything of a run but its results. Times are seconds since the epoch; `options` are what a resumed
    run needs to go on as it began, and `seal` proves who planned it (perfadvisor.runner.orders; "" where unknown, as
    in an import)."""

    schema_version: int
    id: str
    started: float
    seed: int
    argv: tuple[str, ...]
    state: RunState
    versions: dict[str, str]
    host: dict[str, str]
    environments: tuple[Environment, ...]
    workloads: dict[str, Workload]
    plan: tuple[Trial, ...]
    notes: tuple[str, ...]
    options: dict[str, Scalar] = field(default_factory=dict)
    seal: str = ""


@dataclass(frozen=True, kw_only=True)
class TrialFile:
    """`trial.json`: one finished trial. `trust` and `reasons` are the mark it got when it was measured; `doubts` only
    those found outside its own output and counters, from which the rest is judged anew on reading."""

    schema_version: int
    trial: Trial
    state: TrialState
    started: float
    duration_s: float
    command: tuple[str, ...]
    reason: str
    trust: Trust
    reasons: tuple[str, ...]
    path: IoPath
    output: Output
    doubts: tuple[Doubt, ...]
    deltas: dict[str, float]
    timeline: Timeline | None = None


class Form(Generic[T]):
    """One kind of file: its dataclass, checked strictly (no "5" for 5) in both directions."""

    def __init__(self, kind: type[T], form: Format) -> None:
        self.kind = kind
        self.form = form

    @cached_property
    def _adapter(self) -> Any:  # noqa: ANN401
        from pydantic import TypeAdapter  # takes 0.1 s, which `--help` need not wait for

        return TypeAdapter(self.kind)

    def encode(self, value: T) -> bytes:
        """The JSON text. ValueError for a number that JSON has no word for."""
        text: str = json.dumps(self._adapter.dump_python(value, mode="json"), indent=1, allow_nan=False)
        return text.encode() + b"\n"

    def decode(self, data: bytes, source: Path) -> T:
        """The value, upgraded where an earlier version wrote it; InputError naming `source` and each wrong place."""
        found = plain.parsed(data)
        if found is None:
            return self._judged(self._today(data, source), source)
        today = self.form.today(found, source)
        value = plain.value(self.kind, today)
        return self._judged(data if today is found else json.dumps(today).encode(), source) if value is None else value

    def _judged(self, data: bytes, source: Path) -> T:
        """What pydantic says of today's format."""
        from pydantic import ValidationError

        try:
            value: T = self._adapter.validate_json(data, strict=True)
        except ValidationError as error:
            places = [_place(problem) for problem in error.errors(include_url=False)]
            more = f" and {len(places) - MAX_SHOWN} more" if len(places) > MAX_SHOWN else ""
            raise InputError(
                f"{source}: {'; '.join(places[:MAX_SHOWN])}{more}", "the file was cut off or changed by hand"
            ) from error
        return value

    def _today(self, data: bytes, source: Path) -> bytes:
        """The version is looked at first and alone: with another one every other complaint would mislead."""
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            return data  # cut off: the full check says where
        today = self.form.today(found, source)
        return data if today is found else json.dumps(today).encode()

    def json_schema(self) -> dict[str, Any]:
        """What other programs may rely on, as JSON Schema (2020-12)."""
        schema: dict[str, Any] = self._adapter.json_schema(mode="serialization")
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _place(problem: Any) -> str:  # noqa: ANN401
    where = ".".join(str(part) for part in problem["loc"]) or "file"
    return f"{where}: {problem['msg']}"


RUN_FILE = Form(RunFile, RUN_FORMAT)
TRIAL_FILE = Form(TrialFile, TRIAL_FORMAT)


def run_schema() -> dict[str, Any]:
    """The JSON Schema of `run.json`."""
    return RUN_FILE.json_schema()


def trial_schema() -> dict[str, Any]:
    """The JSON Schema of `trial.json`."""
    return TRIAL_FILE.json_schema()


def run_file(run: Run, options: dict[str, Scalar], seal: str = "") -> RunFile:
    """The part of a run that `run.json` holds."""
    return RunFile(
        schema_version=SCHEMA_VERSION,
        id=run.id,
        started=run.started,
        seed=run.seed,
        argv=run.argv,
        state=run.state,
        versions=dict(run.versions),
        host=dict(run.host),
        environments=run.environments,
        workloads=dict(run.workloads),
        plan=run.plan,
        notes=run.notes,
        options=options,
        seal=seal,
    )


def trial_file(result: TrialResult, judged: tuple[Doubt, ...]) -> TrialFile:
    """A result as it is written; `judged` are all doubts known now, for people who read the file itself."""
    return TrialFile(
        schema_version=SCHEMA_VERSION,
        trial=result.trial,
        state=result.state,
        started=result.started,
        duration_s=result.duration_s,
        command=result.command,
        reason=result.reason,
        trust=replace(result, doubts=judged).trust,
        reasons=tuple(f"{doubt.reason}: {doubt.evidence}" for doubt in judged),
        path=result.path,
        output=result.output,
        doubts=result.doubts,
        deltas=dict(result.deltas),
        timeline=result.timeline,
    )


def trial_result(file: TrialFile) -> TrialResult:
    """The result a `trial.json` holds."""
    return TrialResult(**{field.name: getattr(file, field.name) for field in fields(TrialResult)})
