"""A fleet's comparison as JSON, and the schema it keeps to."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from perfadvisor.model.fleet import FleetComparison


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetDocument:
    """What is printed."""

    schema_version: Literal[1] = 1
    comparison: FleetComparison


def fleet_json(found: FleetComparison) -> str:
    """The document as text."""
    from pydantic import TypeAdapter

    data = TypeAdapter(FleetDocument).dump_python(FleetDocument(comparison=found), mode="json")
    return json.dumps(data, indent=1, allow_nan=False)


def fleet_schema() -> dict[str, Any]:
    """JSON Schema of the document."""
    from pydantic import TypeAdapter

    return TypeAdapter(FleetDocument).json_schema(mode="serialization")
