"""PCI Express links: what each runs at, what both of its ends could do, and the slowest hop up to the root port."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from perfadvisor.facts.pci.address import DEVICES, chain, functions
from perfadvisor.facts.pci.config import read as read_config
from perfadvisor.facts.pci.config_space import ConfigSpace
from perfadvisor.facts.pci.pcie_rate import USUAL_PAYLOAD_BYTES, bytes_per_s
from perfadvisor.facts.reading.reader import number
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PATTERNS = tuple(
    f"{DEVICES}/*/{name}"
    for name in ("current_link_speed", "current_link_width", "max_link_speed", "max_link_width", "physfn")
)

GTPS, LANES, RATE = Unit.GIGATRANSFERS_PER_SECOND, Unit.LANES, Unit.BYTES_PER_SECOND


_spec = SpecMaker("pci", Nature.IDENTITY)


BELOW_COUNT = FactSpec(
    name="pci.link_below_max_count",
    type=int,
    unit=Unit.COUNT,
    meaning="functions whose link runs slower or narrower than both of its ends can (a link at rest may be meant to)",
    nature=Nature.MEASURED,
)
SPEED = _spec("link_speed_gtps", float, "speed the link runs at now", GTPS, nature=Nature.MEASURED)
WIDTH = _spec("link_width", int, "lanes the link uses now", LANES, nature=Nature.SETTING)
SPEED_MAX = _spec("link_speed_max_gtps", float, "fastest speed the function supports", GTPS)
WIDTH_MAX = _spec("link_width_max", int, "most lanes the function supports", LANES)
PORT_SPEED_MAX = _spec("port_link_speed_max_gtps", float, "fastest speed the port above supports", GTPS)
PORT_WIDTH_MAX = _spec("port_link_width_max", int, "most lanes the port above supports", LANES)
UPSTREAM = _spec("upstream_port", str, "the bridge or port above the function", refers_to="pci")
ROOT = _spec("root_port", str, "the port of the root complex the function hangs under", refers_to="pci")
EXPECTED_SPEED = _spec("link_expected_speed_gtps", float, "fastest speed both ends of the link support", GTPS)
EXPECTED_WIDTH = _spec("link_expected_width", int, "most lanes both ends of the link support", LANES)
LINK_RATE = _spec(
    "link_bytes_per_s",
    float,
    "payload the link can carry in one direction at its present speed, width and payload size (256 bytes where unread)",
    RATE,
    nature=Nature.MEASURED,
)
MOST_RATE = _spec("link_max_bytes_per_s", float, "the same at the fastest speed and most lanes the function has", RATE)
PATH_RATE = _spec(
    "path_bytes_per_s", float, "the same for the slowest link up to the root port", RATE, nature=Nature.MEASURED
)
CATALOGUE = (
    BELOW_COUNT,
    SPEED,
    WIDTH,
    SPEED_MAX,
    WIDTH_MAX,
    PORT_SPEED_MAX,
    PORT_WIDTH_MAX,
    UPSTREAM,
    ROOT,
    EXPECTED_SPEED,
    EXPECTED_WIDTH,
    LINK_RATE,
    MOST_RATE,
    PATH_RATE,
)

_SPEED_TEXT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) GT/s.*")
_WIDEST = 32  # lanes; 255 is what a register reads as when no device answers
VIRTUAL = "a virtual function has no link of its own"

Facts = Iterator[Fact | Absent]


@dataclass(frozen=True, kw_only=True, slots=True)
class PciLink:
    """A function's four link attributes in GT/s and lanes; None where it has no link or nothing is trained."""

    speed: float | None
    width: int | None
    speed_max: float | None
    width_max: int | None
    payload: int | None

    @property
    def rate(self) -> float | None:
        """Payload bytes a second of the link as it runs now."""
        return self._payload(self.speed, self.width)

    @property
    def most(self) -> float | None:
        """Payload bytes a second of the fastest and widest link the function supports."""
        return self._payload(self.speed_max, self.width_max)

    def _payload(self, speed: float | None, width: int | None) -> float | None:
        if speed is None or width is None:
            return None
        return bytes_per_s(speed, width, self.payload or USUAL_PAYLOAD_BYTES)


NONE = PciLink(speed=None, width=None, speed_max=None, width_max=None, payload=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkPlace:
    """A function among the others: the ports above it with itself last, the function at the upper end of its link (None
    for a port whose link is the one below it), and where that was read. `why` says why the way up is not known."""

    chain: tuple[str, ...]
    partner: str | None
    source: str
    why: str = ""


def facts(tree: Tree) -> Facts:
    """Every link, then how many run below what they could."""
    directories = functions(tree)
    spaces = read_config(tree)
    links = {address: _link(tree, path, spaces[address]) for address, path in directories.items()}
    captured = any(tree.exists(f"{path}/current_link_speed") for path in directories.values())
    for address, path in directories.items():
        yield from _own(tree, path, address, links[address], captured=captured)
    places = {
        address: LinkPlace(chain=chain(path), partner=partner(path), source=path)
        for address, path in directories.items()
    }
    yield from derived(places, links, f"{DEVICES}/*/current_link_*")


def derived(places: Mapping[str, LinkPlace], links: Mapping[str, PciLink], source: str) -> Facts:
    """What follows from links and their places, wherever these were read: ports, both ends, rates, and how many links
    run below what both of their ends can."""
    below, judged = 0, 0
    for address, place in places.items():
        port = links.get(place.partner or "")
        yield from _ports(place, address)
        yield from _both_ends(place, address, links[address], port)
        yield from _rates(place, address, links)
        below += _is_below(links[address], port)
        judged += links[address].speed is not None and port is not None and port.speed_max is not None
    yield BELOW_COUNT.given(below if judged else None, source=source, reason="no link with both ends is known")


def partner(directory: str) -> str | None:
    """The function at the other, upper end of this one's link; None for a port whose link is the one below it.

    Along the chain root port, switch upstream port, switch downstream port, endpoint, every second one has a link to
    the one above it; between the ports inside a switch there is no link."""
    hops = chain(directory)
    return hops[-2] if len(hops) % 2 == 0 and hops else None


def parse_speed(text: str | None) -> float | None:
    """GT/s of "8.0 GT/s PCIe", "8 GT/s", "2.5 GT/s"; None for "Unknown speed" and all else."""
    match = _SPEED_TEXT.fullmatch(text or "")
    return float(match.group(1)) or None if match else None


def parse_width(text: str | None) -> int | None:
    """Lanes; None for 0 (no link) and 255 (no answer)."""
    width = number(text)
    return width if width is not None and 0 < width <= _WIDEST else None


def _link(tree: Tree, path: str, space: ConfigSpace | None) -> PciLink:
    if tree.link_name(f"{path}/physfn") is not None:
        return NONE
    width = parse_width(tree.text(f"{path}/current_link_width"))
    return PciLink(
        speed=parse_speed(tree.text(f"{path}/current_link_speed")) if width else None,
        width=width,
        speed_max=parse_speed(tree.text(f"{path}/max_link_speed")),
        width_max=parse_width(tree.text(f"{path}/max_link_width")),
        payload=space.express.max_payload if space and space.express else None,
    )


def _own(tree: Tree, path: str, address: str, link: PciLink, *, captured: bool) -> Facts:
    for spec, value, name in (
        (SPEED, link.speed, "current_link_speed"),
        (WIDTH, link.width, "current_link_width"),
        (SPEED_MAX, link.speed_max, "max_link_speed"),
        (WIDTH_MAX, link.width_max, "max_link_width"),
    ):
        source = f"{path}/{name}"
        why = "" if value is not None else _why(tree, path, source, captured=captured)
        yield spec.given(value, source=source, subject=address, reason=why)


def _why(tree: Tree, path: str, source: str, *, captured: bool) -> str:
    """The kernel gives every PCI Express function these files since 4.13; others show whether they were captured."""
    if tree.link_name(f"{path}/physfn") is not None:
        return VIRTUAL
    text = tree.text(source)
    if text is None:
        seen = captured and tree.entry(source) is None
        return "no PCI Express link" if seen else tree.why_unreadable(source)
    return f"no link: the kernel says {text[:20]!r}"


def _ports(place: LinkPlace, address: str) -> Facts:
    hops, reason = place.chain, place.why or "directly at the root complex"
    above, root = (hops[-2] if len(hops) > 1 else None), (hops[0] if len(hops) > 1 and not place.why else None)
    yield UPSTREAM.given(above, source=place.source, subject=address, reason=reason)
    yield ROOT.given(root, source=place.source, subject=address, reason=reason)


def _both_ends(place: LinkPlace, address: str, link: PciLink, port: PciLink | None) -> Facts:
    reason = "the other end of the link is not known"
    for spec, value in (
        (PORT_SPEED_MAX, port.speed_max if port else None),
        (PORT_WIDTH_MAX, port.width_max if port else None),
        (EXPECTED_SPEED, _smaller(link.speed_max, port.speed_max if port else None)),
        (EXPECTED_WIDTH, _smaller(link.width_max, port.width_max if port else None)),
    ):
        yield spec.given(value, source=place.source, subject=address, reason=reason)


def _smaller(mine: float | None, other: float | None) -> float | None:
    return None if mine is None or other is None else min(mine, other)


def _is_below(link: PciLink, port: PciLink | None) -> bool:
    if port is None:
        return False
    speed, width = _smaller(link.speed_max, port.speed_max), _smaller(link.width_max, port.width_max)
    slower = link.speed is not None and speed is not None and link.speed < speed
    return slower or (link.width is not None and width is not None and link.width < width)


def _rates(place: LinkPlace, address: str, links: Mapping[str, PciLink]) -> Facts:
    # Every second function counted from the root has its link above it; see `partner`.
    rates = [links[hop].rate if hop in links else None for hop in place.chain[1::2]]
    for spec, value in ((LINK_RATE, links[address].rate), (MOST_RATE, links[address].most)):
        yield spec.given(value, source=place.source, subject=address, reason="no link with a known speed and width")
    known = [rate for rate in rates if rate is not None]
    slowest = min(known) if known and len(known) == len(rates) and not place.why else None
    reason = place.why or "the rate of a link on the path is not known"
    yield PATH_RATE.given(slowest, source=place.source, subject=address, reason=reason)
