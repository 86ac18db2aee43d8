"""The network device that traffic to the outside leaves by: the one with the default route."""

from collections.abc import Iterator

from perfadvisor.facts.guest.spec import BY_NAME
from perfadvisor.facts.net import network
from perfadvisor.model.fact import Absent, Fact, FactSpec
from perfadvisor.model.tree import Tree

ROUTES = "/proc/net/route"
_NET = "/sys/class/net"
PATTERNS: tuple[str, ...] = (ROUTES, f"{_NET}/*/iflink", f"{_NET}/*/ifindex")
# The spec stands in the guests' catalogue.
CATALOGUE: tuple[FactSpec, ...] = ()


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The kind of that device."""
    spec, nic = BY_NAME["network.uplink_kind"], _default(tree)
    if nic is None:
        yield spec.absent("no default route was read", source=ROUTES)
        return
    yield spec.given(_kind(tree, nic), source=f"{ROUTES}: {nic}", reason="nothing tells what kind of device it is")


def _default(tree: Tree) -> str | None:
    """The device of the default route with the lowest metric."""
    found: list[tuple[int, str]] = []
    for line in (tree.text(ROUTES) or "").splitlines()[1:]:
        words = line.split()
        if len(words) > 7 and words[1] == words[7] == "00000000" and words[6].isdecimal():
            found.append((int(words[6][:10]), words[0]))
    return min(found)[1] if found else None


def _kind(tree: Tree, nic: str) -> str | None:
    stated = network.kind(tree, nic)
    if stated not in (None, "virtual"):
        return stated
    own, peer = tree.text(f"{_NET}/{nic}/ifindex"), tree.text(f"{_NET}/{nic}/iflink")
    # Its other end lies in another namespace: without netlink, that is all that tells a veth.
    return "veth" if own and peer and own != peer else stated
