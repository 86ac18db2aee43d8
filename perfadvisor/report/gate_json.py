"""A gate's report as JSON, and the schema it keeps to."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from perfadvisor.model.gate import GateReport, Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class GateDocument:
    """What the JSON file holds."""

    schema_version: Literal[1] = 1
    verdict: Verdict
    exit_code: int
    report: GateReport


def gate_json(report: GateReport) -> str:
    """The document as text."""
    from pydantic import TypeAdapter

    document = GateDocument(verdict=report.verdict, exit_code=report.exit_code, report=report)
    data = TypeAdapter(GateDocument).dump_python(document, mode="json")
    return json.dumps(data, indent=2, allow_nan=False) + "\n"


def gate_schema() -> dict[str, Any]:
    """JSON Schema of the document."""
    from pydantic import TypeAdapter

    return TypeAdapter(GateDocument).json_schema(mode="serialization")
