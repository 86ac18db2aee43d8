"""Throughput and round trip between pairs of hosts: lines and a matrix for the terminal, a heat map for the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from perfadvisor.model.fleet import PairEffect, PairMatrix
from perfadvisor.model.units import Unit
from perfadvisor.plaintext import one_line

MOST_HOSTS_IN_TEXT = 16
MOST_HOSTS_ON_PAGE = 64
_SCALES = {Unit.BITS_PER_SECOND: (1e-9, "Gbit/s"), Unit.SECONDS: (1e6, "µs")}
# A value's share of the median, of round trips the inverse -> its colour: below the first bound the worst.
_BOUNDS = (0.5, 0.7, 0.85, 0.95, 1.05, 1.2)


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatMap:
    """One matrix as a table: the hosts, and of each sender the words and colours of its row."""

    title: str
    hosts: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    left_out: int
    lines: tuple[str, ...]


def matrix_text(matrix: PairMatrix) -> str:
    """The odd hosts and links, then the matrix: senders by row, receivers by column."""
    lines = list(odd_lines(matrix))
    hosts = _hosts(matrix)
    if 1 < len(hosts) <= MOST_HOSTS_IN_TEXT:
        width = max(6, *(len(host) for host in hosts)) + 1
        lines += ["", f"{_title(matrix)}:", " " * width + "".join(f"{host:>{width}}" for host in hosts)]
        lines += [
            f"{one:<{width}}" + "".join(f"{_word(matrix, one, other):>{width}}" for other in hosts) for one in hosts
        ]
    return "\n".join(map(one_line, lines))


def odd_lines(matrix: PairMatrix) -> Iterator[str]:
    """A line per odd host or link."""
    yield from (_line(one, matrix.better == "lower") for one in matrix.odd)
    if not matrix.odd:
        yield f"No host and no link differs from the rest in {matrix.what}."


def _line(one: PairEffect, takes: bool) -> str:
    share = f"{100 * one.ratio:.0f} % of what the other pairs lead to expect (q = {one.q:.2g})"
    who = " to ".join(one.hosts)
    if takes:
        words = {"sends": f"round trips from {who}", "receives": f"round trips to {who}"}
        return f"{words.get(one.what, f'round trips from {who}')} take {share}"
    return f"{who}: this link carries {share}" if one.what == "link" else f"{who} {one.what} {share}"


def heat_map(matrix: PairMatrix) -> HeatMap:
    """The table of the page, of as many hosts as one can look at."""
    hosts = _hosts(matrix)
    shown = hosts[:MOST_HOSTS_ON_PAGE]
    middle = median(matrix.values.values())
    return HeatMap(
        title=_title(matrix),
        hosts=shown,
        rows=tuple(
            (one, tuple((_word(matrix, one, other), _colour(matrix, one, other, middle)) for other in shown))
            for one in shown
        ),
        left_out=len(hosts) - len(shown),
        lines=tuple(odd_lines(matrix)),
    )


def _title(matrix: PairMatrix) -> str:
    return f"{_SCALES[Unit(matrix.unit)][1]} from row to column"


def _hosts(matrix: PairMatrix) -> tuple[str, ...]:
    return tuple(sorted({host for pair in matrix.values for host in pair}))


def _word(matrix: PairMatrix, one: str, other: str) -> str:
    value = matrix.values.get((one, other))
    if value is None:
        return "-"
    scaled = value * _SCALES[Unit(matrix.unit)][0]
    return f"{scaled:.2f}" if scaled < 100 else f"{scaled:.0f}"


def _colour(matrix: PairMatrix, one: str, other: str, middle: float) -> str:
    """The class of the cell; "" where there is no value."""
    value = matrix.values.get((one, other))
    if value is None:
        return ""
    share = value / middle if matrix.better == "higher" else middle / value
    return f"heat{sum(share >= bound for bound in _BOUNDS)}"


def switches_line(switches: Sequence[tuple[str, int]]) -> str:
    """`Switches: tor1 (4 hosts), tor2 (4 hosts)`."""
    return "Switches: " + ", ".join(f"{name} ({count})" for name, count in switches)
