"""Guests that are booted for the run."""

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.option import DeviceUse, Option
from perfadvisor.specs.readers import CPUS, FUNCTION, INTERFACE, ON_OFF, PCI_FUNCTION, matching, one_of, size, whole
from perfadvisor.specs.spec import Spec

DEFAULT_CPUS, DEFAULT_MEMORY_BYTES = 2, 1 << 30
INTERFACE_NAME = r"[^\s,/:]{1,15}"  # IFNAMSIZ - 1, include/uapi/linux/if.h
CACHES = ("none", "writeback")
AIO = ("native", "io_uring", "threads")

VCPUS = Option(
    name="cpus", reader=whole(1, 1024), example="4", default=str(DEFAULT_CPUS), meaning="number of virtual CPUs"
)
MEMORY = Option(
    name="memory", reader=size(64 << 20, "64m"), unit="bytes", example="4G", default="1G", meaning="its memory"
)
HUGE_PAGES = Option(
    name="hugepages",
    reader=size(64 << 10, "64k"),
    unit="bytes",
    example="2M",
    default="ordinary pages",
    meaning="size of the pages its memory lies in, `2M` or `1G` on x86, reserved for the run",
)
PIN = Option(
    name="pin", reader=CPUS, example="0-1+3", default="not pinned", meaning="host CPUs for the virtual CPUs, one each"
)
QUEUES = Option(
    name="queues",
    reader=whole(1, 1024),
    example="1",
    default="one per virtual CPU",
    meaning="number of queues of the virtio disk",
)
IOTHREAD = Option(
    name="iothread", reader=ON_OFF, example="off", default="on", meaning="whether the virtio disk has its own thread"
)
CACHE = Option(
    name="cache", reader=one_of(CACHES), example="writeback", default="none", meaning="the host's cache for the disk"
)
ASYNC_IO = Option(
    name="aio", reader=one_of(AIO), example="io_uring", default="native", meaning="how QEMU reads and writes the disk"
)
VFIO = Option(
    name="vfio",
    reader=PCI_FUNCTION,
    example="0000:81:00.0",
    default="none",
    many=True,
    taken=DeviceUse.IN_TURNS,
    meaning="a PCI function passed through",
)
VF = Option(
    name="vf",
    reader=PCI_FUNCTION,
    example="0000:81:00.0",
    default="none",
    many=True,
    taken=DeviceUse.IN_TURNS,
    meaning="a physical function that makes one virtual function for the guest",
)
ADDRESS = Option(
    name="address",
    reader=INTERFACE,
    example="192.0.2.2/24",
    default="none",
    meaning="the address of a NIC among the functions passed through, or of the one with `macvtap=`, in the guest",
)
MACVTAP = Option(
    name="macvtap",
    reader=matching("a network interface of this machine", INTERFACE_NAME),
    example="eth1",
    default="a tap device",
    meaning="an interface of this machine on whose wire the guest's virtio NIC lies; network tests need `--peer`",
)
NEAR = Option(
    name="numa",
    reader=matching("near: and a PCI function", rf"near:{FUNCTION}"),
    example="near:0000:81:00.0",
    default="anywhere",
    meaning="its memory, its virtual CPUs and QEMU's threads lie on the NUMA node of this PCI function",
)


def clash(spec: Spec) -> str:
    """An address is that of a function or of the NIC on a wire, and each virtual CPU is pinned to one CPU."""
    if spec.get(ADDRESS) and not spec.in_turns and not spec.get(MACVTAP):
        return "address= is that of a function passed through: give vfio= or vf= with it, or macvtap="
    if spec.get(MACVTAP) and not spec.get(ADDRESS):
        return "macvtap= needs an address on that wire: give address= with it"
    if spec.get(NEAR) and spec.get(PIN):
        return "numa= chooses the CPUs itself: leave pin= out"
    pinned, cpus = spec.get(PIN), spec.get(VCPUS) or DEFAULT_CPUS
    if pinned and len(pinned) != cpus:
        return f"pin= names {len(pinned)} host CPUs for {cpus} virtual CPUs: one each"
    return ""


VM = EnvironmentOptions(
    name="vm",
    meaning="a guest of this machine, booted for the run from this machine's own programs",
    opener="perfadvisor.targets.vm.vm:open_vm",
    on_our_disk=True,
    clash=clash,
    options=(VCPUS, MEMORY, HUGE_PAGES, PIN, QUEUES, IOTHREAD, CACHE, ASYNC_IO, VFIO, VF, ADDRESS, MACVTAP, NEAR),
)
