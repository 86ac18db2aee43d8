"""What `gate calibrate` measured, kept as JSON for later gates on the same host."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perfadvisor.analyse.gate.calibration import Calibrated
from perfadvisor.errors import InputError
from perfadvisor.upgrading import Format

MAX_BYTES = 4 << 20
FORMAT = Format(kind="calibration of `perfadvisor gate calibrate`", version=1)


class MetricFile(BaseModel):
    """One metric's calibration; everything but `pairs` is relative."""

    model_config = ConfigDict(extra="forbid")
    pairs: int = Field(ge=1)
    margin: float = Field(ge=0)
    noise_floor: float = Field(ge=0, lt=10)
    least_margin: float = Field(ge=0)
    false_alarms: float = Field(ge=0, le=1)
    detectable: dict[int, float]
    bimodal: bool


class CalibrationFile(BaseModel):
    """What the file holds."""

    model_config = ConfigDict(extra="forbid")
    schema_version: Literal[1] = 1
    metrics: dict[str, MetricFile]


def calibration_schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return CalibrationFile.model_json_schema()


def text(found: Sequence[Calibrated]) -> str:
    """What the file holds."""
    metrics = {
        one.id: {
            "pairs": one.pairs,
            "margin": one.margin,
            "noise_floor": one.noise_floor,
            "least_margin": one.least_margin,
            "false_alarms": one.false_alarms,
            "detectable": {str(n): value for n, value in one.detectable.items()},
            "bimodal": one.bimodal,
        }
        for one in found
    }
    document = {"schema_version": FORMAT.version, "metrics": metrics}
    return json.dumps(document, indent=2) + "\n"


def read_floors(path: Path) -> Mapping[str, float]:
    """`workload/metric` -> noise floor. InputError for a file that is none of ours."""
    if not path.is_file():
        raise InputError(f"{path}: no such file", "make one with `perfadvisor gate calibrate -o FILE`")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        found = CalibrationFile.model_validate(FORMAT.today(json.loads(data), path))
    except (ValueError, RecursionError) as error:
        if not isinstance(error, ValidationError):
            raise InputError(f"{path}: not JSON: {error}", "calibrate again") from None
        first = error.errors(include_url=False)[0]
        raise InputError(f"{path}: {'.'.join(map(str, first['loc']))} {first['msg']}", "calibrate again") from None
    return {name: metric.noise_floor for name, metric in found.metrics.items()}
