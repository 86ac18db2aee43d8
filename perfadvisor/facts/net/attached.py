"""What rests on a network interface: the default route, and the bridges, bonds and other interfaces stacked on it."""

from collections.abc import Iterator

from perfadvisor.facts.net import nic_spec as spec
from perfadvisor.facts.net.nic_settings import NET, interfaces
from perfadvisor.model.fact import Absent, Fact, Nature
from perfadvisor.model.tree import Tree

ROUTES, ROUTES6 = "/proc/net/route", "/proc/net/ipv6_route"
PATTERNS = (ROUTES, ROUTES6, f"{NET}/*/upper_*")

DEFAULT_ROUTE = spec.nic("has_default_route", bool, "whether a default route leaves by it", nature=Nature.MEASURED)
UPPERS = spec.nic(
    "uppers", str, "interfaces stacked on it (bridge, bond, VLAN, macvlan), comma separated", nature=Nature.IDENTITY
)
CATALOGUE = (DEFAULT_ROUTE, UPPERS)

ANY, ANY6 = "00000000", "0" * 32
_UPPER = "upper_"


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Of each interface."""
    known = tree.text(ROUTES) is not None
    routed = default_routes(tree.text(ROUTES) or "", tree.text(ROUTES6) or "")
    for nic in interfaces(tree):
        why = tree.why_unreadable(ROUTES)
        yield DEFAULT_ROUTE.given(nic in routed if known else None, source=ROUTES, subject=nic, reason=why)
        path = f"{NET}/{nic}"
        uppers = ",".join(name.removeprefix(_UPPER) for name in tree.names(path) if name.startswith(_UPPER))
        yield UPPERS.given(uppers or None, source=f"{path}/{_UPPER}*", subject=nic, reason="nothing is stacked on it")


def default_routes(four: str, six: str) -> frozenset[str]:
    """Interfaces of the default routes; the tables are those of proc(5), IPv4 with a head line."""
    rows = [line.split() for line in four.splitlines()[1:]]
    found = {row[0] for row in rows if len(row) > 7 and row[1] == row[7] == ANY}
    rows6 = [line.split() for line in six.splitlines()]
    # the kernel's own "no such route" entries are on lo
    return frozenset(found | {row[9] for row in rows6 if len(row) > 9 and row[0] == ANY6 and row[1] == "00"} - {"lo"})
