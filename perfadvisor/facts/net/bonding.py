"""Bonds of network interfaces, as the kernel describes each: /proc/net/bonding/NAME."""

from collections.abc import Iterator

from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

DIRECTORY = "/proc/net/bonding"
PATTERNS: tuple[str, ...] = (f"{DIRECTORY}/*",)


_spec = SpecMaker("bond", Nature.MEASURED)


MODE = _spec(
    "mode",
    str,
    "how it shares out packets: fault-tolerance (active-backup), IEEE 802.3ad ..., ...",
    nature=Nature.SETTING,
)
HASH_POLICY = _spec(
    "hash_policy", str, "what of a packet chooses its port: layer2 (0), layer3+4 (1), ...", nature=Nature.SETTING
)
PORTS = _spec("port_count", int, "interfaces it is made of", Unit.COUNT)
DOWN = _spec("ports_down", str, "those whose link is down, comma joined; empty for none")
FAILURES = _spec("link_failures", int, "times that the link of one of them failed", Unit.COUNT)
APART = _spec(
    "aggregators", int, "groups that 802.3ad put its ports into; more than one: they do not work together", Unit.COUNT
)
SLOWER = _spec("speeds", str, "speeds of its ports, as the kernel writes them, comma joined")
CATALOGUE: tuple[FactSpec, ...] = (MODE, HASH_POLICY, PORTS, DOWN, FAILURES, APART, SLOWER)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Every bond."""
    for name in tree.names(DIRECTORY):
        path = f"{DIRECTORY}/{name}"
        yield from of_text(tree.text(path) or "", name, path)


def of_text(text: str, bond: str, source: str) -> Iterator[Fact | Absent]:
    """The facts of one description: a head, then a section for each port."""
    head, *sections = text.split("Slave Interface:")
    told, ports = reader.fields(head), [reader.fields(f"name:{section}") for section in sections]
    whole = bool(ports) and all("MII Status" in port for port in ports)
    down = [port["name"] for port in ports if port.get("MII Status") not in ("up", None)]
    failures = [reader.number(port.get("Link Failure Count")) for port in ports]
    groups = {port["Aggregator ID"] for port in ports if "Aggregator ID" in port}
    speeds = sorted({port["Speed"] for port in ports if "Speed" in port})
    values: tuple[tuple[FactSpec, str | int | None], ...] = (
        (MODE, told.get("Bonding Mode") or None),
        (HASH_POLICY, told.get("Transmit Hash Policy") or None),
        (PORTS, len(ports) if whole else None),
        (DOWN, ",".join(down) if whole else None),
        (FAILURES, sum(n for n in failures if n is not None) if whole and None not in failures else None),
        (APART, len(groups) or None),
        (SLOWER, ",".join(speeds) or None),
    )
    for spec, value in values:
        yield spec.given(value, source=source, subject=bond, reason="not printed, or cut off")
