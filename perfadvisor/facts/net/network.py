"""Network interfaces: what they are, what they are attached to, their link, queues, steering, drops and interrupts."""

from collections.abc import Callable, Iterator, Mapping

from perfadvisor.facts.irq import load as irq_load
from perfadvisor.facts.net import ethtool, ethtool_counters
from perfadvisor.facts.net import nic_spec as spec
from perfadvisor.facts.net.nic_settings import NET, interfaces, loads
from perfadvisor.facts.pci.address import DEVICES, is_address, owner
from perfadvisor.facts.pci.pci import numa_node
from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.reading.reader import boolean_fact, fact, fields, integer, integer_fact, number, text_fact
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

LINKS = "netlink:route/links"
MEGABIT = 1_000_000
LOOPBACK = 772  # ARPHRD_LOOPBACK, include/uapi/linux/if_arp.h
_MOST_MEGABITS = 10_000_000  # SPEED_UNKNOWN is 2^32 - 1
_OLD_UNKNOWN = 0xFFFF  # and 65535 with drivers of before 2.6.27
_COUNTERS = ("rx_packets", "rx_dropped", "rx_missed_errors", "tx_dropped")
PATTERNS = (
    *(
        f"{NET}/*/{name}"
        for name in (
            "address",
            "carrier",
            "device",
            "device/driver",
            "device/numa_node",
            "duplex",
            "master",
            "mtu",
            "operstate",
            "speed",
            "tx_queue_len",
            "type",
            "uevent",
            "queues/*",
            "queues/rx-*/rps_cpus",
            "queues/tx-*/xps_cpus",
        )
    ),
    *(f"{NET}/*/statistics/{name}" for name in _COUNTERS),
    LINKS,
    "$ ethtool -S {device_nic}",
    *irq_load.PATTERNS,
)

MTU = spec.nic("mtu", int, "largest packet without the link's header", Unit.BYTES)
OPERSTATE = spec.nic("operstate", str, "up, down, unknown, lowerlayerdown, ...")
ADDRESS = spec.nic("address", str, "hardware address", nature=Nature.IDENTITY)
TYPE = spec.nic("type", int, "ARPHRD number: 1 Ethernet, 32 InfiniBand, 772 loopback", nature=Nature.IDENTITY)
TX_QUEUE_LEN = spec.nic("tx_queue_len", int, "packets the default queueing discipline holds", Unit.COUNT)
IS_PHYSICAL = spec.nic(
    "is_physical", bool, "whether a device (real, virtual function or paravirtual) is behind it", nature=Nature.IDENTITY
)
KIND = spec.nic(
    "kind",
    str,
    "physical, loopback, veth, bridge, bond, vlan, ..., or virtual where nothing says which",
    nature=Nature.IDENTITY,
)
MASTER = spec.nic(
    "master", str, "bond, bridge or bridge-like interface it is a port of", refers_to="nic", nature=Nature.IDENTITY
)
PCI = spec.nic("pci_address", str, "PCI function behind it", refers_to="pci", nature=Nature.IDENTITY)
NUMA_NODE = spec.nic("numa_node", int, "NUMA node of its device", refers_to="node", nature=Nature.IDENTITY)
RX_QUEUES = spec.nic("rx_queue_count", int, "receive queues", Unit.COUNT)
TX_QUEUES = spec.nic("tx_queue_count", int, "send queues", Unit.COUNT)
RPS = spec.nic("rps_queue_count", int, "receive queues whose packets the kernel spreads over CPUs (RPS)", Unit.COUNT)
XPS = spec.nic("xps_queue_count", int, "send queues that are tied to CPUs (XPS)", Unit.COUNT)
QDISC = spec.nic("qdisc", str, "queueing discipline at the root of the interface")
RX_PACKETS = spec.RX_PACKETS
RX_DROPPED = spec.nic(
    "rx_dropped",
    int,
    "packets the kernel dropped since the start, unwanted ones too",
    Unit.COUNT,
    nature=Nature.MEASURED,
)
RX_MISSED = spec.RX_MISSED
TX_DROPPED = spec.nic(
    "tx_dropped", int, "packets dropped before sending since the start", Unit.COUNT, nature=Nature.MEASURED
)
IRQ = irq_load.specs("nic")
IRQ_SINGLE = spec.nic(
    "irq_single",
    bool,
    "whether it has one interrupt for all it does, so that one CPU serves it at a time",
    nature=Nature.IDENTITY,
)
CATALOGUE = (
    *spec.LINK,
    MTU,
    OPERSTATE,
    ADDRESS,
    TYPE,
    TX_QUEUE_LEN,
    IS_PHYSICAL,
    KIND,
    MASTER,
    PCI,
    NUMA_NODE,
    RX_QUEUES,
    TX_QUEUES,
    RPS,
    XPS,
    QDISC,
    RX_PACKETS,
    RX_DROPPED,
    RX_MISSED,
    TX_DROPPED,
    *spec.OF_DRIVER,
    *spec.ALLOWANCE,
    *IRQ.all(),
    IRQ_SINGLE,
)

Facts = Iterator[Fact | Absent]
Links = Mapping[str, Mapping[str, object]]


def facts(tree: Tree) -> Facts:
    """Every interface."""
    reader, links = irq_load.LoadReader(tree), tree.once(_links)
    for nic in interfaces(tree):
        for part in _PARTS:
            yield from tree.part(part, nic)
        yield from _nature(tree, nic, links)
        address = pci_address(tree, nic)
        load = reader.of_nic(nic, address)
        yield from IRQ.facts(load, nic)
        yield _single(load, nic)


def _single(load: irq_load.IrqLoad | None, nic: str) -> Fact | Absent:
    count = len(load.labels) if load else 0
    known = count == 1 if count else None
    return IRQ_SINGLE.given(known, source="/proc/interrupts", subject=nic, reason="no interrupts of its own are known")


def kind(tree: Tree, nic: str) -> str | None:
    """What `nic.kind` says of this interface; None where it is not in the tree or nothing tells."""
    known = nic in interfaces(tree)
    return _kind(tree, nic, tree.once(_links).get(nic, {}), _is_physical(tree, nic)) if known else None


def pci_address(tree: Tree, nic: str) -> str | None:
    """The PCI function an interface is attached to, also where a virtio device lies between."""
    direct = owner(tree.realpath(f"{NET}/{nic}")) or owner(tree.realpath(f"{NET}/{nic}/device"))
    return direct or _bus_info(tree, nic)


def _bus_info(tree: Tree, nic: str) -> str | None:
    """The function that ethtool names, where sysfs was not kept."""
    data = None if tree.exists(f"{NET}/{nic}") else tree.read(f"$ ethtool -i {nic}")
    text = ethtool.parse(data).values.get("bus-info", "") if data is not None else ""
    return text if is_address(text) else None


def _links(tree: Tree) -> Links:
    links = loads(tree.read(LINKS))
    named = [link for link in links if isinstance(link, dict)] if isinstance(links, list) else []
    return {link["ifname"]: link for link in named if isinstance(link.get("ifname"), str)}


def _link(tree: Tree, nic: str) -> Facts:
    path = f"{NET}/{nic}"
    yield _speed(tree, nic)
    yield from _state(tree, nic)
    yield text_fact(OPERSTATE, tree, f"{path}/operstate", subject=nic)
    yield text_fact(ADDRESS, tree, f"{path}/address", subject=nic)
    for known, name in ((MTU, "mtu"), (TYPE, "type"), (TX_QUEUE_LEN, "tx_queue_len")):
        yield integer_fact(known, tree, f"{path}/{name}", subject=nic)


def _state(tree: Tree, nic: str) -> Facts:
    path = f"{NET}/{nic}"
    if not tree.exists(path):
        yield from (_told(tree, nic, known) for known in (spec.DUPLEX, spec.CARRIER))
        return
    duplex = tree.text(f"{path}/duplex")
    yield fact(spec.DUPLEX, tree, f"{path}/duplex", duplex if duplex in ("full", "half") else None, subject=nic)
    yield boolean_fact(spec.CARRIER, tree, f"{path}/carrier", subject=nic)


def _told(tree: Tree, nic: str, known: FactSpec) -> Fact | Absent:
    """A fact from ethtool's text, where sysfs was not kept."""
    source = f"$ ethtool {nic}"
    data = tree.read(source)
    found = ethtool.facts(data, source=source) if data is not None else iter(())
    mine = (one for one in found if one.name == known.name and one.subject == nic)
    return next(mine, known.absent(tree.why_unreadable(source), source=source, subject=nic))


def _speed(tree: Tree, nic: str) -> Fact | Absent:
    """Bits a second of the link; from ethtool's text where sysfs was not kept."""
    source = f"{NET}/{nic}/speed"
    megabits = integer(tree, source)
    if megabits is None and tree.exists(f"$ ethtool {nic}"):
        return _told(tree, nic, spec.SPEED)
    if megabits is not None and (not 0 < megabits < _MOST_MEGABITS or megabits == _OLD_UNKNOWN):
        return spec.SPEED.absent(f"{megabits}: the driver does not know", source=source, subject=nic)
    return fact(spec.SPEED, tree, source, None if megabits is None else megabits * MEGABIT, subject=nic)


def _device(tree: Tree, nic: str) -> Facts:
    path = f"{NET}/{nic}"
    driver = tree.link_name(f"{path}/device/driver")
    saved = tree.read(f"$ ethtool -i {nic}")
    told = ethtool.parse(saved).values.get("driver") if driver is None and saved is not None else None
    source = f"{path}/device/driver" if told is None else f"$ ethtool -i {nic}"
    yield spec.DRIVER.given(driver or told or None, source=source, subject=nic, reason="no driver is shown")
    address = pci_address(tree, nic)
    source = tree.realpath(path) if tree.exists(path) else f"$ ethtool -i {nic}"
    yield PCI.given(address, source=source, subject=nic, reason="no PCI function behind it")
    of_function = f"{DEVICES}/{address}/numa_node"
    yield numa_node(NUMA_NODE, tree, of_function if tree.exists(of_function) else f"{path}/device/numa_node", nic)


def _nature(tree: Tree, nic: str, links: Links) -> Facts:
    path, link = f"{NET}/{nic}", links.get(nic, {})
    physical = _is_physical(tree, nic)
    yield IS_PHYSICAL.given(
        physical, source=tree.realpath(path), subject=nic, reason="neither device nor path is shown"
    )
    yield KIND.given(_kind(tree, nic, link, physical), source=path, subject=nic, reason="nothing tells")
    master = tree.link_name(f"{path}/master")
    yield MASTER.given(master, source=f"{path}/master", subject=nic, reason="port of no other interface")
    qdisc = link.get("qdisc")
    known = qdisc if isinstance(qdisc, str) else None
    yield QDISC.given(known, source=LINKS, subject=nic, reason=tree.why_unreadable(LINKS))


def _is_physical(tree: Tree, nic: str) -> bool | None:
    real = tree.realpath(f"{NET}/{nic}")
    if tree.link_name(f"{NET}/{nic}/device") is not None or pci_address(tree, nic) is not None:
        return True
    return False if "/devices/virtual/" in real or tree.exists(f"{NET}/{nic}/mtu") else None


def _kind(tree: Tree, nic: str, link: Mapping[str, object], physical: bool | None) -> str | None:
    if integer(tree, f"{NET}/{nic}/type") == LOOPBACK or nic == "lo":
        return "loopback"
    stated = link.get("kind") or fields(tree.text(f"{NET}/{nic}/uevent"), "=").get("DEVTYPE")
    if stated:
        return str(stated)
    return None if physical is None else "physical" if physical else "virtual"


def _queues(tree: Tree, nic: str) -> Facts:
    path = f"{NET}/{nic}/queues"
    names = tree.names(path)
    for count, steered, prefix, mask in ((RX_QUEUES, RPS, "rx-", "rps_cpus"), (TX_QUEUES, XPS, "tx-", "xps_cpus")):
        queues = [name for name in names if name.startswith(prefix)]
        yield count.given(len(queues) or None, source=path, subject=nic, reason=tree.why_unreadable(path))
        masks = [text for name in queues if (text := tree.text(f"{path}/{name}/{mask}")) is not None]
        steering = sum(bool(cpulist.parse_mask(text)) for text in masks)
        source = f"{path}/{prefix}*/{mask}"
        yield steered.given(
            steering if masks else None, source=source, subject=nic, reason="not reported for any queue"
        )


def _counters(tree: Tree, nic: str) -> Facts:
    for known, name in zip((RX_PACKETS, RX_DROPPED, RX_MISSED, TX_DROPPED), _COUNTERS, strict=True):
        source = f"{NET}/{nic}/statistics/{name}"
        yield fact(known, tree, source, number(tree.text(source)), subject=nic)
    source = f"$ ethtool -S {nic}"
    data = tree.read(source)
    counts = ethtool.statistics(data) if data is not None else {}
    reason = "the driver does not count that" if data is not None else tree.why_unreadable(source)
    yield from ethtool_counters.counted(counts, nic, source, reason)


_PARTS: tuple[Callable[[Tree, str], Facts], ...] = (_device, _link, _queues, _counters)
