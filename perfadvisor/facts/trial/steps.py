"""The seconds of a trial, from what was read once a second: the tool's rate, and all that could slow it down."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from perfadvisor.facts.trial.gauges import other_cpus
from perfadvisor.model.timeline import TrialSecond

Row = Mapping[str, Any]
NS = 1e9
# Counts that only rise: what a step's value is called, and what one count stands for.
_RISES = {"steal_ns": ("steal_cpus", NS), "tool_wait_ns": ("waiting_cpus", NS), "disk_write_bytes": ("wrote", 1.0)}


def of_disk(rows: Sequence[Row], ways: Sequence[str]) -> Iterator[TrialSecond]:
    """The steps of a tool whose rate is what its disk moved in these directions ("read", "write")."""
    for before, after in pairwise(_timed(rows)):
        moved = [_rise(before, after, f"disk_{way}_bytes") for way in ways]
        known = [one for one in moved if one is not None]
        seconds = float(after["t"]) - float(before["t"])
        if known and len(known) == len(moved) and seconds > 0:
            yield TrialSecond(
                start_s=float(before["t"]),
                end_s=float(after["t"]),
                rate=sum(known) / seconds,
                seen=dict(_seen(before, after, seconds)),
            )


def beside(rows: Sequence[Row], start_s: float, end_s: float) -> Mapping[str, float]:
    """What was counted between the readings nearest to these ends."""
    timed = _timed(rows)
    if len(timed) < 2:
        return {}
    first = max((row for row in timed if row["t"] <= start_s), key=lambda row: float(row["t"]), default=timed[0])
    last = min((row for row in timed if row["t"] >= end_s), key=lambda row: float(row["t"]), default=timed[-1])
    seconds = float(last["t"]) - float(first["t"])
    return dict(_seen(first, last, seconds)) if seconds > 0 else {}


def _timed(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if _number(row, "t") is not None]


def _seen(before: Row, after: Row, seconds: float) -> Iterator[tuple[str, float]]:
    for name, (called, scale) in _RISES.items():
        rise = _rise(before, after, name)
        if rise is not None:
            yield called, rise / scale / seconds
    others = other_cpus([before, after])
    if others is not None:
        yield "other_cpus", others
    for name, called in (("frequency_hz", "frequency_hz"), ("tool_stopped", "stopped")):
        known = [value for row in (before, after) if (value := _number(row, name)) is not None]
        if known:
            yield called, min(known) if name == "frequency_hz" else max(known)


def _rise(before: Row, after: Row, name: str) -> float | None:
    old, new = _number(before, name), _number(after, name)
    return new - old if old is not None and new is not None and new >= old else None


def _number(row: Row, name: str) -> float | None:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e300 else None
