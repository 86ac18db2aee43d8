"""The default route and what is stacked on an interface."""

from perfadvisor.facts.net import network
from perfadvisor.facts.net.attached import default_routes, facts
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Symlink, Tree

HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
ROUTE = f"{HEAD}eth0\t00000000\t0102030A\t0003\t0\t0\t0\t00000000\neth1\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"
ROUTE6 = f"{'0' * 32} 00 {'0' * 32} 00 fe80{'0' * 28} 00000400 1 0 00000003 {{}}\n"
NICS = {f"/sys/class/net/{name}/mtu": b"1500" for name in ("eth0", "eth1")}


def test_who_has_the_default_route_and_who_is_below_a_bridge() -> None:
    upper = {"/sys/class/net/eth1/upper_br0": Symlink("../br0"), "/proc/net/route": ROUTE.encode()}
    found = FactTable(facts(Tree(NICS | upper)))
    assert found.of("nic.has_default_route") == {"eth0": True, "eth1": False}
    assert found.of("nic.uppers") == {"eth1": "br0"}


def test_a_port_of_a_bond_names_it() -> None:
    master = {"/sys/class/net/eth1/master": Symlink("../bond0"), "/sys/class/net/bond0/mtu": b"1500"}
    assert FactTable(network.facts(Tree(NICS | master))).of("nic.master") == {"eth1": "bond0"}


def test_without_the_routes_nothing_is_known() -> None:
    assert FactTable(facts(Tree(dict(NICS)))).of("nic.has_default_route") == {}


def test_a_default_route_of_ipv6_counts_and_the_kernels_own_on_lo_does_not() -> None:
    assert default_routes("", ROUTE6.format("eth1")) == {"eth1"}
    assert default_routes("", ROUTE6.format("lo")) == frozenset()
