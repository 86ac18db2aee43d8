"""The values of options, written alike for every kind of environment: sizes, switches, numbers, CPUs, addresses."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from perfadvisor.specs.option import ValueReader

SIZE = r"([0-9]{1,18})([kmgt]?)(i?b)?"
POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
FUNCTION = r"(?:[0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]"
NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}"
HIGHEST_CPU = 65535
_NO_COMMA = r"[^,\s][^,]*"
Number = TypeVar("Number", int, float)


def bytes_of(text: str) -> int:
    """512m, 2G and 1GiB are powers of 1024, a bare number is bytes; at least one byte."""
    match = re.fullmatch(SIZE, text, re.ASCII | re.IGNORECASE)
    if not match or int(match[1]) == 0:
        raise ValueError(text)
    return int(match[1]) << (10 * POWERS[match[2].lower()])


def cpus_of(text: str) -> tuple[int, ...]:
    """CPU numbers and ranges with "+" or "," between them, in the order given, each once."""
    found: list[int] = []
    for part in re.split(r"[+,]", text):
        match = re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", part, re.ASCII)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not low <= high <= HIGHEST_CPU:
            raise ValueError(text)
        found += range(low, high + 1)
    return tuple(dict.fromkeys(found))


def _switch(text: str) -> bool:
    if text.lower() not in SWITCH:
        raise ValueError(text)
    return SWITCH[text.lower()]


def _function(text: str) -> str:
    if not re.fullmatch(FUNCTION, text, re.ASCII):
        raise ValueError(text)
    lower = text.lower()
    return lower if lower.count(":") == 2 else f"0000:{lower}"


def _interface(text: str) -> str:
    """An address without its network would silently be alone in it."""
    if "/" not in text or "%" in text:
        raise ValueError(text)
    return ipaddress.ip_interface(text).with_prefixlen


def _rate(text: str) -> tuple[str, int]:
    device, colon, number = text.rpartition(":")
    if not colon or not re.fullmatch(r"/dev/[\w./-]+", device, re.ASCII):
        raise ValueError(text)
    return device, bytes_of(number)


def matching(what: str, pattern: str) -> ValueReader[str]:
    """Text of this form."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(text)
        return text

    return ValueReader(what=what, read=read, schema={"type": "string", "pattern": f"^(?:{pattern})$"})


def one_of(words: Sequence[str]) -> ValueReader[str]:
    """One of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return ValueReader(what=f"one of {', '.join(words)}", read=read, schema={"enum": list(words)})


def whole(low: int, high: int) -> ValueReader[int]:
    """A whole number."""
    return ValueReader(
        what=f"a whole number from {low} to {high}",
        read=_bounded(lambda text: int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else low - 1, low, high),
        schema={"type": "integer", "minimum": low, "maximum": high},
    )


def number(low: float, high: float) -> ValueReader[float]:
    """A number with or without a fraction."""
    return ValueReader(
        what=f"a number from {low:g} to {high:g}",
        read=_bounded(float, low, high),
        schema={"type": "number", "minimum": low, "maximum": high},
    )


def _bounded(read: Callable[[str], Number], low: Number, high: Number) -> Callable[[str], Number]:
    def bounded(text: str) -> Number:
        value = read(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return bounded


_SIZE_TEXT = {"type": "string", "pattern": r"^[0-9]{1,18}[kKmMgGtT]?([iI]?[bB])?$"}


def size(least: int, words: str) -> ValueReader[int]:
    """Bytes, at least so many: `words` says how many in the way sizes are written."""

    def read(text: str) -> int:
        value = bytes_of(text)
        if value < least:
            raise ValueError(text)
        return value

    schema = {"anyOf": [_SIZE_TEXT, {"type": "integer", "minimum": least}]}
    return ValueReader(what=f"a size of at least {words}", read=read, schema=schema)


ON_OFF = ValueReader(what="on or off", read=_switch, schema={"anyOf": [{"enum": list(SWITCH)}, {"type": "boolean"}]})
CPUS = ValueReader(
    what="a list of CPUs",
    read=cpus_of,
    write=lambda text: text.replace(",", "+").replace(" ", ""),
    schema={
        "anyOf": [{"type": "string", "pattern": r"^[0-9]+(-[0-9]+)?([+,] ?[0-9]+(-[0-9]+)?)*$"}, {"type": "integer"}]
    },
)
PCI_FUNCTION = ValueReader(what="a PCI address", read=_function, schema={"type": "string", "pattern": f"^{FUNCTION}$"})
INTERFACE = ValueReader(what="an IP address with its network", read=_interface)
RATE = ValueReader(
    what="a device with a number per second",
    read=_rate,
    schema={"type": "string", "pattern": r"^/dev/[A-Za-z0-9_./-]+:[0-9]{1,18}[kKmMgGtT]?([iI]?[bB])?$"},
)
WORD = matching("a name of letters, digits, dots, dashes and underscores", NAME)
DEVICE = matching("a device node", rf"/dev/{_NO_COMMA}")
PATH = matching("an absolute path", r"/[^,]*")
