"""Which network device carries one of the machine's own addresses, by the kernel's tables of addresses and routes."""

from ipaddress import IPv4Network, IPv6Address, ip_address

from perfadvisor.model.fact import FactSpec
from perfadvisor.model.tree import Tree

ROUTES = "/proc/net/route"
LOCAL = "/proc/net/fib_trie"
ADDRESSES6 = "/proc/net/if_inet6"
PATTERNS: tuple[str, ...] = (ROUTES, LOCAL, ADDRESSES6)
CATALOGUE: tuple[FactSpec, ...] = ()


def nic_of(tree: Tree, address: str) -> str | None:
    """The device, None where the address is not the machine's own, or where two devices share its network."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if isinstance(found, IPv6Address):
        return _by_address(tree, found)
    return _by_network(tree, str(found)) if str(found) in _local(tree) else None


def _by_address(tree: Tree, address: IPv6Address) -> str | None:
    """A line is 32 hexadecimal digits, four numbers and the device (net/ipv6/addrconf.c, if6_seq_show)."""
    rows = (line.split() for line in (tree.text(ADDRESSES6) or "").splitlines())
    return next((row[5] for row in rows if len(row) == 6 and row[0] == address.exploded.replace(":", "")), None)


def _local(tree: Tree) -> set[str]:
    """The addresses before "/32 host LOCAL" (net/ipv4/fib_trie.c, fib_trie_seq_show)."""
    found: set[str] = set()
    last = ""
    for line in (tree.text(LOCAL) or "").splitlines():
        words = line.replace("|--", "").split()
        if words == ["/32", "host", "LOCAL"]:
            found.add(last)
        elif len(words) == 1:
            last = words[0]
    return found


def _by_network(tree: Tree, address: str) -> str | None:
    """The device whose own network (a route without a gateway) the address lies in, the narrowest first."""
    found: dict[int, set[str]] = {}
    for line in (tree.text(ROUTES) or "").splitlines()[1:]:
        words = line.split()
        network = _network(words)
        if network is not None and ip_address(address) in network:
            found.setdefault(network.prefixlen, set()).add(words[0])
    devices = found[max(found)] if found else set()
    return devices.pop() if len(devices) == 1 else None


def _network(words: list[str]) -> IPv4Network | None:
    """Columns: Iface, Destination, Gateway, ..., Mask; numbers are hexadecimal in the order of memory."""
    if len(words) < 8 or words[2] != "00000000":
        return None
    try:
        start, mask = (int.from_bytes(bytes.fromhex(words[at]), "little") for at in (1, 7))
        return IPv4Network((start, mask.bit_count())) if mask else None
    except ValueError:
        return None
