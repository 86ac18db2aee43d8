"""The published schema of `facts --format json`."""

from typing import Any

from perfadvisor.model.absence import AbsenceReason
from perfadvisor.model.units import Unit

_TEXT = {"type": "string"}
_PLACE = {"name": _TEXT, "subject": _TEXT}
_UNIT = {"enum": [str(unit) for unit in Unit]}
_VALUE = {"type": ["boolean", "integer", "number", "string"]}


def _rows(**properties: object) -> dict[str, Any]:
    """Rows with exactly these properties, and the environment where there are several."""
    row = {
        "type": "object",
        "properties": {**properties, "environment": _TEXT},
        "required": sorted(properties),
        "additionalProperties": False,
    }
    return {"type": "array", "items": row}


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "perfadvisor facts",
    "type": "object",
    "properties": {
        "facts": _rows(**_PLACE, value=_VALUE, unit=_UNIT, source=_TEXT),
        "absent": _rows(**_PLACE, reason=_TEXT, why={"enum": [str(why) for why in AbsenceReason]}),
        "unreadable": _rows(source=_TEXT, reason=_TEXT),
    },
    "required": ["facts", "unreadable"],
    "additionalProperties": False,
}
