"""The switch that each host is behind, as `lldpctl -f json` on the host names its neighbours."""

import json
from collections.abc import Iterator
from typing import Any

from perfadvisor.plaintext import visible_line

LONGEST = 100


def switch_of(printed: str) -> str:
    """The switch; of a host with cables to several, all of them. "" where none is known."""
    try:
        interfaces = json.loads(printed)["lldp"]["interface"]
        names = {_name(one) for one in _each(interfaces) if one.get("via", "LLDP") == "LLDP"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    return visible_line(" and ".join(sorted(names - {""})))[:LONGEST]


def _each(interfaces: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - of a host
    """What is known of each neighbour: lldpctl prints one as an object, several as a list of objects."""
    for some in interfaces if isinstance(interfaces, list) else [interfaces]:
        yield from some.values()


def _name(neighbour: dict[str, Any]) -> str:
    """The name of its chassis, or its address where it says no name."""
    chassis = neighbour["chassis"]
    if "id" in chassis:
        return str(chassis["id"]["value"])
    return str(next(iter(chassis), ""))
