"""The named policies of values for guests and containers."""

import re
from collections.abc import Callable, Mapping

from perfadvisor.facts.guest import host as guest_host
from perfadvisor.facts.guest.lists import parse, union
from perfadvisor.facts.reading import cpulist
from perfadvisor.settings.asked import MissingError, PolicyInput, whole
from perfadvisor.settings.definitions import domain
from perfadvisor.settings.definitions.places import guest
from perfadvisor.settings.shown import ABSENT

_CELL = re.compile(r"\[@cellid='([^']*)'\]")


def _said(asked: PolicyInput, subject: str = "") -> str:
    """What the definition says now, there or at another path of the same guest."""
    found = domain.value_of(asked.beside(asked.source), subject or asked.subject)
    if found is None:
        raise MissingError(f"{asked.source}: another program than libvirt writes this definition")
    return found


def _same_as(asked: PolicyInput) -> str:
    """`same_as(PATH)`: what stands elsewhere in the definition."""
    return _said(asked, f"{_name(asked)}/{asked.argument}")


def _off_if_set(asked: PolicyInput) -> str:
    """`off_if_set()`: off, where anything is set."""
    return ABSENT if _said(asked) == ABSENT else "off"


def _at_least(asked: PolicyInput) -> str:
    """`at_least(NUMBER)`: this number, or the larger one that is there."""
    present = _said(asked)
    return str(max(int(asked.argument), whole(present, asked.source))) if present.isdecimal() else asked.argument


def _or_else(asked: PolicyInput) -> str:
    """`or_else(VALUE)`: what is there, and this where nothing is."""
    present = _said(asked)
    return asked.argument if present == ABSENT else present


def _half_cores(asked: PolicyInput) -> str:
    """`half_cores()`: the cores of each socket where every core has two threads."""
    found = guest(_name(asked), asked.tree)
    sockets = whole(found.topology.get("sockets", "1"), found.name) or 1
    cores, rest = divmod(found.vcpus or 1, 2 * sockets)
    if rest or not cores:
        raise MissingError(f"{found.name}: its {found.vcpus} vCPUs are no cores of two threads in {sockets} sockets")
    return str(cores)


def _not_pinned(asked: PolicyInput) -> str:
    """`not_pinned(CPUS)`: those of these CPUs that none of the guest's vCPUs is pinned to."""
    pins = guest(_name(asked), asked.tree).vcpu_pins
    left = parse(asked.argument) - union(tuple(pins.values()))
    if not left:
        raise MissingError(f"{_name(asked)}: its vCPUs are pinned to every CPU")
    return cpulist.format(left)


def _vcpu_nodes(asked: PolicyInput) -> str:
    """`vcpu_nodes()`: the host nodes of the CPUs that the vCPUs of a guest's node, or all of them, are pinned to."""
    found = guest(_name(asked), asked.tree)
    cell = _CELL.search(asked.subject)
    mine = next((one.cpus for one in found.cells if cell and one.id == cell[1]), "")
    pins = [text for vcpu, text in found.vcpu_pins.items() if not mine or vcpu in parse(mine)]
    nodes = guest_host.read(asked.tree).nodes_of(union(pins)) if pins else None
    if not nodes:
        raise MissingError(f"{found.name}: its vCPUs are not pinned, or the host's nodes were not read")
    return cpulist.format(nodes)


def _largest_node(asked: PolicyInput) -> str:
    """`largest_node(CPUS)`: those of these CPUs that lie on the node with most of them."""
    cpus, host = parse(asked.argument), guest_host.read(asked.tree)
    shares: list[frozenset[int]] = [cpus & members for _, members in sorted(host.node_cpus.items())]
    if not any(shares):
        raise MissingError("the host's NUMA nodes were not read")
    most = max(shares, key=len)
    return cpulist.format(most)


def _name(asked: PolicyInput) -> str:
    return asked.subject.partition("/")[0]


VALUES: Mapping[str, Callable[[PolicyInput], str]] = {
    "same_as": _same_as,
    "off_if_set": _off_if_set,
    "at_least": _at_least,
    "or_else": _or_else,
    "half_cores": _half_cores,
    "not_pinned": _not_pinned,
    "vcpu_nodes": _vcpu_nodes,
    "largest_node": _largest_node,
}
