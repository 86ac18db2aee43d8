"""A host's record as one line of JSON: typed values in, typed values out, and nothing that could run."""

import json
from itertools import starmap
from typing import Any

from perfadvisor.errors import InputError
from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import FleetCell, FleetFact, FleetFinding, HostRecord
from perfadvisor.model.result import Trust

_TEXTS = ("host", "source", "content", "version", "cohort", "identity", "environment", "error")
_TIMES = ("taken", "received")
_TEXT = frozenset((str,))
_TRUSTS = frozenset(trust.value for trust in Trust)
_SCALARS = frozenset((bool, int, float, str))  # as JSON gives them: never a subclass


def encode(record: HostRecord) -> str:
    """The record without line breaks."""
    plain: dict[str, Any] = {name: getattr(record, name) for name in (*_TEXTS, *_TIMES)}
    plain |= {"again": record.again, "facts": record.facts, "cells": record.cells, "findings": record.findings}
    return json.dumps(plain, allow_nan=False, separators=(",", ":"))


def decode(line: str, where: str) -> HostRecord:
    """The record in a line; InputError, naming `where`, if it is not one."""
    try:
        plain = json.loads(line)
        texts: dict[str, Any] = {name: text(plain[name]) for name in _TEXTS}
        times: dict[str, Any] = {name: float(plain[name]) for name in _TIMES}
        return HostRecord(
            **texts,
            **times,
            again=plain["again"] is True,
            facts=_facts(plain["facts"]),
            cells=tuple(map(_cell, plain["cells"])),
            findings=tuple(FleetFinding(*map(text, finding)) for finding in plain["findings"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{where}: not a host's record: {error!r:.200}", "judge the bundles again") from error


def _facts(rows: list[list[Any]]) -> tuple[FleetFact, ...]:
    """Thousands of each host, so their types are looked at by column."""
    facts = tuple(starmap(FleetFact, rows))
    for fits, column in zip((_TEXT, _TEXT, _SCALARS), zip(*facts, strict=True), strict=False):
        if not set(map(type, column)) <= fits:
            raise TypeError("a fact with a name or value that is none")
    return facts


def text(value: object) -> str:
    """The value, which must be text."""
    if type(value) is not str:
        raise TypeError(f"{value!r:.40} is not text")
    return value


def scalar(value: object) -> Scalar:
    """The value, which must be one that a fact can have."""
    if type(value) not in _SCALARS:
        raise TypeError(f"{value!r:.40} is not a value")
    return value  # type: ignore[return-value]


def _cell(values: list[Any]) -> FleetCell:
    cell = FleetCell(*values)
    for word in (cell.workload, cell.environment, cell.metric, cell.unit, cell.better):
        text(word)
    for number in (cell.median, cell.low or 0.0, cell.high or 0.0, cell.coverage or 0.0, cell.runs):
        if not isinstance(number, int | float):
            raise TypeError(f"{number!r:.40} is not a number")
    if cell.trust not in _TRUSTS:
        raise ValueError(f"{cell.trust!r:.40} is not a trust")
    return cell
