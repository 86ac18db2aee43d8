"""A guest as it was defined: what a libvirt definition and a QEMU command line both say, in one form.

What was not asked for stays None: the hypervisor's defaults depend on its version, so they are no part of a definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """The tightest caps on a disk's operations and bytes a second, of reads, writes or both."""

    iops: int | None = None
    bytes_per_s: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Disk:
    """A disk or a drive for media. `iothreads` names those that serve it; `place` is its PCI address in the guest;
    `controller` is the model of a SCSI disk's controller; `offloaded` where another program or hardware serves it, not
    QEMU (vhost-user, vDPA), and `shared` where that program does so out of the guest's memory; `local` whether QEMU
    opens a file or device of the host, not network storage or a PCI function, None where nothing tells."""

    target: str
    device: str = "disk"
    bus: str | None = None
    format: str | None = None
    cache: str | None = None
    io: str | None = None
    iothreads: tuple[str, ...] = ()
    queues: int | None = None
    source: str | None = None
    serial: str | None = None
    place: str | None = None
    offloaded: bool = False
    shared: bool = False
    local: bool | None = None
    controller: str | None = None
    caps: Caps | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Nic:
    """A network device. `kind` is how the host connects it (bridge, network, direct, user, hostdev, ...); `source` is
    the bridge, network or device it is connected to, `vhost` None where the definition leaves it to the hypervisor."""

    kind: str
    target: str = ""
    model: str | None = None
    queues: int | None = None
    vhost: bool | None = None
    source: str | None = None
    mac: str | None = None
    host_address: str | None = None
    place: str | None = None
    inbound_bytes_per_s: int | None = None
    outbound_bytes_per_s: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Hostdev:
    """A device of the host that was given away. `address` is that of a PCI function, None for other kinds."""

    kind: str
    managed: bool | None = None
    address: str | None = None
    place: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GuestNode:
    """A NUMA node that the guest sees."""

    id: str
    cpus: str = ""
    memory_bytes: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """Huge pages asked for: their size (None: the host's default) and the guest's nodes they are for ("" for all)."""

    size_bytes: int | None = None
    nodes: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guest:
    """One guest. Pins map a number to a list of host CPUs; `pages` is None where no huge pages are asked for."""

    name: str
    source: str
    hypervisor: str = ""
    uuid: str | None = None
    running: bool | None = None
    architecture: str | None = None
    machine: str | None = None
    memory_bytes: int | None = None
    current_memory_bytes: int | None = None
    hard_limit_bytes: int | None = None
    vcpus: int | None = None
    vcpus_current: int | None = None
    vcpu_cpuset: str | None = None
    vcpu_pins: Mapping[int, str] = field(default_factory=dict)
    emulator_pin: str | None = None
    iothreads: int = 0
    iothread_pins: Mapping[int, str] = field(default_factory=dict)
    pages: tuple[Pages, ...] | None = None
    locked: bool = False
    memory_mode: str | None = None
    memory_nodes: str | None = None
    cell_nodes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    cpu_mode: str | None = None
    cpu_model: str | None = None
    topology: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[GuestNode, ...] = ()
    balloon: str | None = None
    free_page_reporting: bool = False
    iommu: str | None = None
    disks: tuple[Disk, ...] = ()
    nics: tuple[Nic, ...] = ()
    hostdevs: tuple[Hostdev, ...] = ()
    owner: str = ""
    shared_memory: bool = False
    virtiofs: int = 0

    @property
    def assigned(self) -> tuple[Hostdev, ...]:
        """The PCI functions of the host it owns, those given as network devices included."""
        nics = (
            Hostdev(kind="pci", managed=True, address=nic.host_address, place=nic.place)
            for nic in self.nics
            if nic.host_address
        )
        return (*(device for device in self.hostdevs if device.address), *nics)
