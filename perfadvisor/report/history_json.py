"""A check of the history as JSON, and the schema it keeps to."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from perfadvisor.model.history import HistoryReport


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryDocument:
    """What is printed."""

    schema_version: Literal[1] = 1
    exit_code: int
    report: HistoryReport


def history_json(report: HistoryReport) -> str:
    """The document as text."""
    from pydantic import TypeAdapter

    document = HistoryDocument(exit_code=report.exit_code, report=report)
    data = TypeAdapter(HistoryDocument).dump_python(document, mode="json")
    return json.dumps(data, indent=2, allow_nan=False)


def history_schema() -> dict[str, Any]:
    """JSON Schema of the document."""
    from pydantic import TypeAdapter

    return TypeAdapter(HistoryDocument).json_schema(mode="serialization")
