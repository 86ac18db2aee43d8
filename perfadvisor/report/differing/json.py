"""Differences for other programs."""

import json
from dataclasses import asdict
from math import isfinite
from statistics import median
from typing import Any

from perfadvisor.model.gate import Comparison
from perfadvisor.report.differing.changes import FindingRow
from perfadvisor.report.differing.differences import Differences, FactRow
from perfadvisor.report.differing.text import summary

SCHEMA_VERSION = 1


def render(found: Differences) -> str:
    """The differences as JSON text."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "sides": list(found.names),
        "summary": summary(found),
        "findings": [_finding(row) for row in found.findings],
        "accepted": [_finding(row) for row in found.accepted],
        "settings": [_fact(row) for row in found.settings],
        "identity": [_fact(row) for row in found.identity],
        "results": [
            {"side": name, **_result(one)}
            for name, each in zip(found.names[1:], found.results, strict=False)
            for one in each
        ],
        "not_compared": list(found.left_out),
        "notes": list(found.notes),
    }
    return json.dumps(document, indent=1, allow_nan=False)


def _finding(row: FindingRow) -> dict[str, Any]:
    return {**asdict(row), "severity": str(row.severity), "gained": row.gained}


def _fact(row: FactRow) -> dict[str, Any]:
    return {**asdict(row), "nature": str(row.nature)}


def _result(one: Comparison) -> dict[str, Any]:
    return {
        "workload": one.workload,
        "metric": one.metric,
        "unit": one.unit,
        "better": one.better,
        "first": _number(median(one.baseline)) if one.baseline else None,
        "later": _number(median(one.candidate)) if one.candidate else None,
        "ratio": _number(one.ratio),
        "low": _number(one.low),
        "high": _number(one.high),
        "reason": one.explanation,
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
