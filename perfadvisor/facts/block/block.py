"""Block devices: what they are, how their queues are set, and where their interrupts are served."""

import re
from collections.abc import Callable, Iterator

from perfadvisor.facts.block import path as block_path
from perfadvisor.facts.block.mount import PATTERNS as MOUNT_PATTERNS
from perfadvisor.facts.block.mount import mounted_disks
from perfadvisor.facts.block.path import BLOCK, CONTROLLERS
from perfadvisor.facts.irq import load as irq_load
from perfadvisor.facts.pci.address import DEVICES
from perfadvisor.facts.pci.pci import numa_node
from perfadvisor.facts.reading import mountinfo
from perfadvisor.facts.reading.reader import KIB, boolean_fact, choices, chosen_fact, integer_fact, text_fact
from perfadvisor.model.fact import Absent, Fact, Nature, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

SECTOR_BYTES = 512
"""The kernel counts `size` in these, whatever the disk's own block size (Documentation/ABI/stable/sysfs-block)."""

_VIRTIO = re.compile(r"/virtio[0-9]+/", re.ASCII)
_OPTICAL = re.compile(r"sr[0-9]+", re.ASCII)
_POLL_QUEUES = "/sys/module/nvme/parameters/poll_queues"
_QUEUE = (
    "rotational",
    "scheduler",
    "nr_requests",
    "read_ahead_kb",
    "logical_block_size",
    "physical_block_size",
    "max_sectors_kb",
    "max_hw_sectors_kb",
    "rq_affinity",
    "nomerges",
    "write_cache",
    "wbt_lat_usec",
    "io_poll",
    "discard_max_bytes",
)
PATTERNS = (
    f"{BLOCK}/*/size",
    *(f"{BLOCK}/*/queue/{name}" for name in _QUEUE),
    f"{BLOCK}/*/mq/*",
    f"{BLOCK}/*/device/model",
    f"{CONTROLLERS}/*/model",
    f"{CONTROLLERS}/*/numa_node",
    f"{CONTROLLERS}/*/nvme*c*n*/mq/*",
    *(f"{CONTROLLERS}/*/nvme*c*n*/queue/{name}" for name in _QUEUE),
    _POLL_QUEUES,
    *block_path.PATTERNS,
    *irq_load.PATTERNS,
    *MOUNT_PATTERNS,
    f"{irq_load.DEBUG}/*",
)


_spec = SpecMaker("block", Nature.IDENTITY)


SIZE = _spec("size_bytes", int, "capacity", Unit.BYTES)
ROTATIONAL = _spec("rotational", bool, "whether the kernel takes it for a spinning disk")
SCHEDULER = _spec("scheduler", str, "I/O scheduler in use", nature=Nature.SETTING)
SCHEDULERS = _spec("schedulers_available", str, "I/O schedulers that can be chosen, comma separated")
QUEUE_COUNT = _spec("queue_count", int, "hardware queues", Unit.COUNT)
NR_REQUESTS = _spec("nr_requests", int, "requests a queue holds", Unit.COUNT, nature=Nature.SETTING)
READ_AHEAD = _spec("read_ahead_bytes", int, "read-ahead of buffered reads", Unit.BYTES, nature=Nature.SETTING)
LOGICAL = _spec("logical_block_bytes", int, "smallest addressable unit", Unit.BYTES)
PHYSICAL = _spec("physical_block_bytes", int, "unit the disk writes without reading first", Unit.BYTES)
MAX_SECTORS = _spec(
    "max_sectors_bytes", int, "largest request the block layer sends", Unit.BYTES, nature=Nature.SETTING
)
MAX_HW_SECTORS = _spec("max_hw_sectors_bytes", int, "largest request the hardware takes", Unit.BYTES)
RQ_AFFINITY = _spec(
    "rq_affinity", int, "0: completed anywhere, 1: on the submitter's CPU group, 2: on its CPU", nature=Nature.SETTING
)
NOMERGES = _spec("nomerges", int, "0: requests are merged, 1: only simple merges, 2: none", nature=Nature.SETTING)
WRITE_CACHE = _spec(
    "write_cache", str, "write back or write through, as the kernel takes the disk to be", nature=Nature.SETTING
)
WBT = _spec(
    "wbt_lat_us", int, "latency target of writeback throttling; 0: off", Unit.MICROSECONDS, nature=Nature.SETTING
)
IO_POLL = _spec("io_poll", bool, "whether completions can be polled for", nature=Nature.SETTING)
DISCARD_MAX = _spec("discard_max_bytes", int, "largest discard; 0: no discard", Unit.BYTES)
MODEL = _spec("model", str, "model the disk states")
IS_NVME = _spec("is_nvme", bool, "whether it is an NVMe namespace")
IS_VIRTUAL = _spec("is_virtual", bool, "whether no device of its own is behind it: loop, dm, md, zram, ram")
IS_VIRTIO = _spec("is_virtio", bool, "whether a hypervisor serves it through virtio (blk or scsi)")
IS_OPTICAL = _spec("is_optical", bool, "whether it is a CD or DVD drive")
CONTROLLER = _spec("nvme_controller", str, "NVMe controller that serves it, found through multipath too")
POLL_QUEUES = _spec("poll_queues", int, "polling queues the NVMe driver was given", Unit.COUNT, nature=Nature.SETTING)
PCI = _spec("pci_address", str, "PCI function behind it", refers_to="pci")
NUMA_NODE = _spec("numa_node", int, "NUMA node of that function", refers_to="node")
SLAVES = _spec("slaves", str, "disks it is built upon, comma separated (dm and md)")
MOUNTED = _spec("mounted", bool, "whether it, a partition of it, or something built upon it is mounted")
IRQ_MANAGED = _spec(
    "irq_managed", bool, "whether the kernel fixes its queue interrupts, so that affinity cannot be set"
)
IRQ = irq_load.specs("block")
CATALOGUE = (
    SIZE,
    ROTATIONAL,
    SCHEDULER,
    SCHEDULERS,
    QUEUE_COUNT,
    NR_REQUESTS,
    READ_AHEAD,
    LOGICAL,
    PHYSICAL,
    MAX_SECTORS,
    MAX_HW_SECTORS,
    RQ_AFFINITY,
    NOMERGES,
    WRITE_CACHE,
    WBT,
    IO_POLL,
    DISCARD_MAX,
    MODEL,
    IS_NVME,
    IS_VIRTUAL,
    IS_VIRTIO,
    IS_OPTICAL,
    CONTROLLER,
    POLL_QUEUES,
    PCI,
    NUMA_NODE,
    SLAVES,
    MOUNTED,
    IRQ_MANAGED,
    *IRQ.all(),
)

_INTEGERS = (
    (SIZE, "size", SECTOR_BYTES),
    (READ_AHEAD, "queue/read_ahead_kb", KIB),
    (LOGICAL, "queue/logical_block_size", 1),
    (PHYSICAL, "queue/physical_block_size", 1),
    (MAX_SECTORS, "queue/max_sectors_kb", KIB),
    (MAX_HW_SECTORS, "queue/max_hw_sectors_kb", KIB),
    (DISCARD_MAX, "queue/discard_max_bytes", 1),
)
_OF_THE_PATH = (
    (NR_REQUESTS, "queue/nr_requests"),
    (RQ_AFFINITY, "queue/rq_affinity"),
    (NOMERGES, "queue/nomerges"),
    (WBT, "queue/wbt_lat_usec"),
)
"""Settings of the queues that do the work: with NVMe multipath those of the path; the disk's own have no effect."""

Facts = Iterator[Fact | Absent]


def facts(tree: Tree) -> Facts:
    """Every whole disk."""
    reader, mounted = irq_load.LoadReader(tree), mounted_disks(tree)
    for name in block_path.devices(tree):
        for part in _PARTS:
            yield from tree.part(part, name)
        yield MOUNTED.given(
            None if mounted is None else name in mounted,
            source=mountinfo.PATH,
            subject=name,
            reason="no list of mounts was read",
        )
        address = block_path.pci_address(tree, name)
        load = reader.of(address) if address else None
        yield from IRQ.facts(load, name)
        yield _managed(tree, load, name)


def _settings(tree: Tree, name: str) -> Facts:
    path = f"{BLOCK}/{name}"
    for spec, attribute, scale in _INTEGERS:
        yield integer_fact(spec, tree, f"{path}/{attribute}", subject=name, scale=scale)
    yield boolean_fact(ROTATIONAL, tree, f"{path}/queue/rotational", subject=name)
    yield boolean_fact(IO_POLL, tree, f"{path}/queue/io_poll", subject=name)
    yield text_fact(WRITE_CACHE, tree, f"{path}/queue/write_cache", subject=name)


def _queues(tree: Tree, name: str) -> Facts:
    path = block_path.path_device(tree, name)
    source = f"{path}/queue/scheduler"
    yield chosen_fact(SCHEDULER, tree, source, subject=name)
    available = ",".join(choices(tree.text(source))) or None
    for spec, attribute in _OF_THE_PATH:
        yield integer_fact(spec, tree, f"{path}/{attribute}", subject=name)
    yield SCHEDULERS.given(available, source=source, subject=name, reason=tree.why_unreadable(source))
    queues = sum(queue.isdecimal() for queue in tree.names(f"{path}/mq")) or None
    yield QUEUE_COUNT.given(queues, source=f"{path}/mq", subject=name, reason="no hardware queues are shown")


def _identity(tree: Tree, name: str) -> Facts:
    path, real = f"{BLOCK}/{name}", tree.realpath(f"{BLOCK}/{name}")
    controller = block_path.nvme_controller(tree, name)
    model = f"{path}/device/model"
    if not tree.text(model) and controller:
        model = f"{CONTROLLERS}/{controller}/model"
    yield text_fact(MODEL, tree, model, subject=name)
    yield IS_NVME.fact(block_path.is_nvme(name), source=path, subject=name)
    yield CONTROLLER.given(controller, source=real, subject=name, reason="no NVMe controller serves it")
    nvme = block_path.is_nvme(name)
    yield IS_VIRTUAL.fact(not nvme and _is_virtual(tree, name), source=real, subject=name)
    yield IS_VIRTIO.fact(_VIRTIO.search(real) is not None, source=real, subject=name)
    yield IS_OPTICAL.fact(_OPTICAL.fullmatch(name) is not None, source=path, subject=name)
    slaves = ",".join(tree.names(f"{path}/slaves"))
    yield SLAVES.given(slaves or None, source=f"{path}/slaves", subject=name, reason="built upon no other disk")
    if nvme:
        yield integer_fact(POLL_QUEUES, tree, _POLL_QUEUES, subject=name)


def _is_virtual(tree: Tree, name: str) -> bool:
    """Virtual disks live under /sys/devices/virtual; a tree without links has only their names."""
    real = tree.realpath(f"{BLOCK}/{name}")
    return "/devices/virtual/" in real or name.startswith(("loop", "dm-", "md", "zram", "ram"))


def _bus(tree: Tree, name: str) -> Facts:
    address = block_path.pci_address(tree, name)
    yield PCI.given(address, source=tree.realpath(f"{BLOCK}/{name}"), subject=name, reason="no PCI function behind it")
    if address is None:
        yield NUMA_NODE.absent("no PCI function behind it", subject=name)
    else:
        yield numa_node(NUMA_NODE, tree, f"{DEVICES}/{address}/numa_node", name)


def _managed(tree: Tree, load: irq_load.IrqLoad | None, name: str) -> Fact | Absent:
    """From the flags of its last vector (the first of an NVMe controller is its admin queue's), which takes root."""
    source = f"{irq_load.DEBUG}/{load.labels[-1]}" if load and load.labels else irq_load.DEBUG
    text = tree.text(source)
    managed = None if text is None else "IRQD_AFFINITY_MANAGED" in text
    return IRQ_MANAGED.given(managed, source=source, subject=name, reason=tree.why_unreadable(source))


_PARTS: tuple[Callable[[Tree, str], Facts], ...] = (_identity, _settings, _queues, _bus)
