"""Numbers and texts out of JSON that another machine wrote: a missing or impossible one is None, never an exception."""

import math
from collections.abc import Iterator
from typing import Any

# Above this, arithmetic on what a tool prints means nothing, and floats stop being exact to far more than a unit.
LARGEST = 1e24
# A number in a text for people, whole: "10.5.5" holds none, and what no counter of 64 bits reaches is none.
PRINTED = r"[0-9]{1,18}(?:\.[0-9]{1,18})?(?![0-9.])"


def at(found: Any, *keys: str | int) -> Any:  # noqa: ANN401 - JSON is any of six types
    """What lies below `keys`, None where the way ends early."""
    for key in keys:
        if isinstance(found, dict):
            found = found.get(key)
        elif isinstance(found, list) and isinstance(key, int) and 0 <= key < len(found):
            found = found[key]
        else:
            return None
    return found


def number(found: object, *keys: str | int) -> float | None:
    """The finite number below `keys`; texts that are numbers count, because fio prints some so."""
    value = at(found, *keys)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) and abs(result) <= LARGEST else None


def integer(found: object, *keys: str | int) -> int | None:
    """The whole number below `keys`; 3.0 counts, 3.5 does not."""
    value = at(found, *keys)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= LARGEST else None
    result = number(value)
    return int(result) if result is not None and result.is_integer() else None


def text(found: object, *keys: str | int) -> str | None:
    """The text below `keys`."""
    value = at(found, *keys)
    return clean(value) if isinstance(value, str) else None


def clean(value: str) -> str:
    """Text that can be written as UTF-8: JSON may hold half a character ("\\ud800"), which becomes a question mark."""
    return value.encode("utf-8", "replace").decode("utf-8")


def objects(found: object, *keys: str | int) -> Iterator[dict[str, Any]]:
    """The JSON objects of the list below `keys`; anything else in it is passed over."""
    value = at(found, *keys)
    return (member for member in value if isinstance(member, dict)) if isinstance(value, list) else iter(())
