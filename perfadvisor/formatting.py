"""Every value as people write it: the fitting prefix, always with the unit.

Sentences, tables, charts, Markdown and the terminal all write values with this module, so that one value has one
spelling. A measured value has three significant figures and keeps its trailing zeros; a setting drops them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor, isfinite, log10

from perfadvisor.model.fact import Fact, Nature, Scalar
from perfadvisor.model.units import Unit
from perfadvisor.plaintext import one_line

SIGNIFICANT = 3
PLAIN = (1e-4, 1e15)
SMALL_BYTES = 16384  # below this only powers of two are written in KiB: an MTU is 9,216 bytes, a page 4 KiB
LONGEST = 200  # characters of a text from a machine
MINUS = "\N{MINUS SIGN}"
NO_VALUE = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Scale:
    """One step of a unit's ladder: what to divide by, and what to write behind the number."""

    divisor: float
    suffix: str


def _ladder(base: float, *suffixes: str) -> tuple[Scale, ...]:
    return tuple(Scale(base**power, suffix) for power, suffix in enumerate(suffixes))


# Rates count in powers of ten, as drives, links and the tools do; sizes in powers of two, as memory and the kernel do.
LADDERS: dict[Unit, tuple[Scale, ...]] = {
    Unit.NANOSECONDS: _ladder(1e3, "ns", "µs", "ms", "s"),
    Unit.MICROSECONDS: _ladder(1e3, "µs", "ms", "s"),
    Unit.MILLISECONDS: _ladder(1e3, "ms", "s"),
    Unit.SECONDS: (Scale(1, "s"),),
    Unit.BYTES: _ladder(1024, "bytes", "KiB", "MiB", "GiB", "TiB", "PiB"),
    Unit.BYTES_PER_SECOND: _ladder(1e3, "B/s", "kB/s", "MB/s", "GB/s", "TB/s"),
    Unit.BITS_PER_SECOND: _ladder(1e3, "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"),
    Unit.IOPS: _ladder(1e3, "IOPS", "k IOPS", "M IOPS"),
    Unit.PER_SECOND: _ladder(1e3, "/s", "k/s", "M/s"),
    Unit.HERTZ: _ladder(1e3, "Hz", "kHz", "MHz", "GHz"),
    Unit.RATIO: (Scale(0.01, "%"),),
    Unit.CELSIUS: (Scale(1, "°C"),),
    Unit.GIGATRANSFERS_PER_SECOND: (Scale(1, "GT/s"),),
    Unit.SECTORS: (Scale(1, "sectors"),),
    Unit.PAGES: (Scale(1, "pages"),),
}
UNITS = {unit.value: unit for unit in Unit if unit.value}
ONE = {"bytes": "byte", "sectors": "sector", "pages": "page"}
NOMINAL = frozenset({Unit.GIGATRANSFERS_PER_SECOND})  # a link runs at 8 or 16 GT/s, however the speed was learned
EXACT = frozenset({Unit.COUNT, Unit.NONE, Unit.LANES, Unit.SECTORS, Unit.PAGES})


def scale_of(value: float, unit: Unit) -> Scale:
    """The step whose number lies between 1 and the next step, judged after rounding (999.9 us is 1 ms)."""
    ladder = LADDERS.get(unit, (Scale(1, ""),))
    size = max(abs(value), abs(_rounded(value)))
    fitting = [scale for scale in ladder if size >= scale.divisor * (1 - 1e-9)]
    return fitting[-1] if fitting else ladder[0]


def _rounded(value: float) -> float:
    return float(f"{value:.{SIGNIFICANT}g}")


def decimals_of(value: float) -> int:
    """Digits behind the point that show three significant figures."""
    if not PLAIN[0] <= abs(value) < PLAIN[1]:
        return 0
    return min(6, max(0, SIGNIFICANT - 1 - floor(log10(abs(_rounded(value))))))


def number(value: float, decimals: int) -> str:
    """The number with a true minus sign and thousands separated; the absurdly large or small as a power of ten."""
    if value and not PLAIN[0] <= abs(value) < PLAIN[1]:
        return f"{value:.{SIGNIFICANT}g}".replace("-", MINUS)
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def quantity(value: float, unit: Unit) -> str:
    """A measured value: `412 k IOPS`, `84.2 µs`; trailing zeros stay, because they were measured."""
    if not isfinite(value):
        return str(value)
    if unit in EXACT and float(value).is_integer():
        return _joined(number(value, 0), scale_of(value, unit).suffix, unit)
    scale = scale_of(value, unit)
    scaled = value / scale.divisor
    if not isfinite(scaled):
        return f"{value:.{SIGNIFICANT}g} {unit}"
    return _joined(number(scaled, decimals_of(scaled)), scale.suffix, unit)


def setting(value: float, unit: Unit) -> str:
    """A value that was set, or that a device states: `25 Gbit/s`, `4 KiB`, `1,500 bytes`, `x8`."""
    if not isfinite(value):
        return str(value)
    if unit is Unit.BYTES and abs(value) < SMALL_BYTES and float(value).is_integer() and not _is_round(int(value)):
        return _joined(number(value, 0), "bytes", unit)
    text = quantity(value, unit)
    figure, _, suffix = text.partition(" ")
    if "." in figure and "e" not in figure:
        figure = figure.rstrip("0").rstrip(".")
    return f"{figure} {suffix}" if suffix else figure


def _is_round(value: int) -> bool:
    return abs(value) >= 1024 and abs(value).bit_count() == 1


def figure(value: float, unit: str) -> str:
    """A value with a foreign unit: as ours where it is one of ours, else the number with that word."""
    if unit in UNITS:
        return quantity(value, UNITS[unit])
    return f"{number(value, decimals_of(value))} {unit}".rstrip()


def interval(low: float | None, high: float | None, unit: Unit, *, like: float) -> str:
    """`405 to 418` in the same step and with the same digits as `like`; a dash where there is no interval."""
    if low is None or high is None or not all(map(isfinite, (low, high, like))):
        return NO_VALUE
    scale = scale_of(like, unit)
    decimals = 0 if unit in EXACT and float(like).is_integer() else decimals_of(like / scale.divisor)
    return f"{number(low / scale.divisor, decimals)} to {number(high / scale.divisor, decimals)}"


def fact_text(fact: Fact) -> str:
    """The value of a fact: `25 Gbit/s`, `45.5 k IOPS`, `yes`, `mq-deadline`; an empty text is `none`."""
    return value_text(fact.value, fact.unit, measured=fact.nature is Nature.MEASURED)


def value_text(value: Scalar, unit: Unit = Unit.NONE, *, measured: bool = False) -> str:
    """Any value, made harmless to show: text from a machine cannot steer a terminal and is not endless."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _clipped(one_line(value)) or "none"
    try:
        as_float = float(value)
    except OverflowError:
        return _beyond(value)
    if unit is Unit.UNIX_TIME:
        return when(as_float)
    if unit is Unit.NONE and isinstance(value, int):
        return str(value)  # a number that names something: a NUMA node, a CPU, a mode
    return quantity(as_float, unit) if measured and unit not in NOMINAL else setting(as_float, unit)


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."


def when(seconds: float) -> str:
    """Seconds since the epoch as `2026-11-22 17:30:05 UTC`."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def duration(seconds: float) -> str:
    """A time for people: `45 s`, `4 min`, `1 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def raw(value: Scalar) -> str:
    """The value with every digit, for titles and data."""
    if isinstance(value, str):
        return value[:400]
    try:
        return str(value)
    except ValueError:  # python writes no more than 4300 digits
        return _beyond(value)


def _beyond(value: int | float) -> str:
    return f"over 10^{int((int(value).bit_length() - 1) * log10(2))}"


def _joined(figure: str, suffix: str, unit: Unit) -> str:
    if unit is Unit.LANES:
        return f"x{figure}"  # as lspci writes them
    word = ONE.get(suffix, suffix) if figure == "1" else suffix
    return f"{figure} {word}" if word else figure


def count_of(count: int, one: str, many: str = "") -> str:
    """`1 finding`, `3 findings`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
