"""What was measured between pairs of hosts, as a file, and what is odd in it."""

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

from perfadvisor.analyse.fleet.pairs import odd_pairs
from perfadvisor.analyse.fleet.tournament import Meeting
from perfadvisor.errors import InputError
from perfadvisor.fleet.pairing import MeasuredPairs
from perfadvisor.fleet.records import text
from perfadvisor.model.fleet import PairMatrix
from perfadvisor.model.units import Unit
from perfadvisor.upgrading import Format

FORMAT = Format(kind="matrix of pairs", version=2, steps={1: lambda document: {**document, "switches": {}}})
THROUGHPUT, ROUND_TRIP = "throughput", "round trip"
MOST_BYTES = 64 << 20


def pairs_json(found: MeasuredPairs) -> str:
    """The file's text. A pair that ping or iperf3 did not measure has null there."""
    rows = [
        {
            "from": one,
            "to": other,
            "bits_per_s": found.values.get((one, other)),
            "round_trip_s": found.round_trips.get((one, other)),
        }
        for one, other in sorted(found.values.keys() | found.round_trips.keys())
    ]
    document = {"schema_version": FORMAT.version, "switches": found.switches, "pairs": rows}
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def read_pairs(path: Path) -> MeasuredPairs:
    """What such a file holds; InputError where it is not one."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"larger than {MOST_BYTES >> 20} MiB")
        plain = FORMAT.today(json.loads(path.read_bytes()), path)
        found = MeasuredPairs(switches={text(host): text(name) for host, name in plain["switches"].items()})
        for row in plain["pairs"]:
            pair = text(row["from"]), text(row["to"])
            for values, value in ((found.values, row["bits_per_s"]), (found.round_trips, row.get("round_trip_s"))):
                if value is not None:
                    values[pair] = _positive(value)
        return found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: not a matrix of pairs: {error!r:.200}", "perfadvisor fleet pairs") from error


def _positive(value: object) -> float:
    if type(value) not in (int, float) or not isfinite(value) or value <= 0:  # type: ignore[arg-type, operator]
        raise TypeError(f"{value!r:.40} is not a positive number")
    return float(value)  # type: ignore[arg-type]


def matrices(found: MeasuredPairs) -> tuple[PairMatrix, ...]:
    """Each metric that was measured, with the hosts and links that are odd in it."""
    measured: tuple[tuple[str, Unit, str, Mapping[Meeting, float], float], ...] = (
        (THROUGHPUT, Unit.BITS_PER_SECOND, "higher", found.values, 0.02),
        (ROUND_TRIP, Unit.SECONDS, "lower", found.round_trips, 0.1),
    )
    return tuple(
        PairMatrix(
            what=what, unit=unit, better=better, values=dict(values), odd=odd_pairs(values, found.switches, spread)
        )
        for what, unit, better, values, spread in measured
        if values
    )
