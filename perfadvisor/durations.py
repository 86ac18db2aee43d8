"""Durations as people write them: 90, 90s, 5m, 1h30m."""

import re

from perfadvisor.errors import InputError

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """The duration in seconds; InputError where it is none."""
    parts = re.findall(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text.replace(" ", ""):
        raise InputError(f"{text!r} is not a duration", "write it like 90s, 5m or 1h30m")
    return sum(float(number) * UNITS[unit] for number, unit in parts)
