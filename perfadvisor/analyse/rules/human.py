"""Values in words people read at a glance: bytes in KiB and GiB, times in the unit that fits, shares in percent."""

from collections.abc import Sequence

from perfadvisor.model.fact import Scalar
from perfadvisor.model.units import Unit

_Scale = Sequence[tuple[float, str]]

_SCALES: dict[Unit, _Scale] = {
    Unit.BYTES: ((1, "bytes"), (2**10, "KiB"), (2**20, "MiB"), (2**30, "GiB"), (2**40, "TiB")),
    Unit.BYTES_PER_SECOND: ((1, "B/s"), (1e3, "kB/s"), (1e6, "MB/s"), (1e9, "GB/s"), (1e12, "TB/s")),
    Unit.BITS_PER_SECOND: ((1, "bit/s"), (1e3, "kbit/s"), (1e6, "Mbit/s"), (1e9, "Gbit/s"), (1e12, "Tbit/s")),
    Unit.NANOSECONDS: ((1, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")),
    Unit.MICROSECONDS: ((1, "µs"), (1e3, "ms"), (1e6, "s")),
    Unit.HERTZ: ((1, "Hz"), (1e3, "kHz"), (1e6, "MHz"), (1e9, "GHz")),
}
_SUFFIXES: dict[Unit, str] = {
    Unit.IOPS: " IOPS",
    Unit.PER_SECOND: "/s",
    Unit.CELSIUS: " °C",
    Unit.GIGATRANSFERS_PER_SECOND: " GT/s",
    Unit.MILLISECONDS: " ms",
    Unit.SECONDS: " s",
    Unit.SECTORS: " sectors",
    Unit.PAGES: " pages",
}
_LONGEST = 200


def human(value: Scalar, unit: Unit = Unit.NONE) -> str:
    """The value for a sentence: human(4096, Unit.BYTES) == "4 KiB"; human(0.31, Unit.RATIO) == "31 %"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return printable(value)
    if unit is Unit.RATIO:
        return f"{digits(100 * value)} %"
    if unit is Unit.LANES:
        return f"x{value}"
    if unit is Unit.BYTES and abs(value) < 10 * 2**10 and value % 2**10:
        return f"{digits(value)} bytes"  # an MTU of 1500 is not 1.465 KiB
    if unit in _SCALES:
        return _scaled(value, _SCALES[unit])
    return digits(value) + _SUFFIXES.get(unit, "")


def digits(value: int | float) -> str:
    """Whole numbers in full with thousands separators, others with three significant digits."""
    if isinstance(value, int) or (abs(value) >= 1000 and value == value and abs(value) < 1e18):
        return f"{value:,.0f}" if abs(value) < 10**18 else "more than 10^18"
    return f"{value:.3g}"


def printable(text: str) -> str:
    """Text from a machine made harmless to show: control characters replaced, and not endless."""
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "..."


def _scaled(value: int | float, scale: _Scale) -> str:
    factor, name = next(((f, n) for f, n in reversed(scale) if abs(value) >= f), scale[0])
    return f"{value / factor if factor > 1 else value:.4g} {name}" if abs(value) < 10**30 else f"more than 10^30 {name}"
