"""Guests and containers as their host defines and runs them: the facts a domain definition and QEMU's own threads give.

Subjects: a domain's name (`vm`); domain/target for its disks ("web/vda") and network devices ("web/vnet0");
domain/address for assigned PCI functions ("web/0000:81:00.0"); a container's name.
"""

from perfadvisor.model.fact import FactSpec
from perfadvisor.model.units import Unit

_Type = type[bool] | type[int] | type[float] | type[str]


def _spec(name: str, type: _Type, meaning: str, unit: Unit = Unit.NONE, refers_to: str = "") -> FactSpec:
    """The subject kind is the part before the dot."""
    kind = name.split(".")[0]
    return FactSpec(name=name, type=type, unit=unit, subject=kind, meaning=meaning, refers_to=refers_to)


def _whole(name: str, type: _Type, meaning: str, unit: Unit = Unit.NONE, refers_to: str = "") -> FactSpec:
    """About the whole machine."""
    return FactSpec(name=name, type=type, unit=unit, meaning=meaning, refers_to=refers_to)


VM = (
    _spec("vm.vcpus", int, "virtual CPUs", Unit.COUNT),
    _spec("vm.memory_bytes", int, "memory the guest was given", Unit.BYTES),
    _spec(
        "vm.dedicated",
        bool,
        "whether it is meant to perform: pinned vCPUs, an assigned device, or huge pages asked for",
    ),
    _spec("vm.vcpupin_count", int, "vCPUs that are pinned to host CPUs", Unit.COUNT),
    _spec("vm.pinned_node_count", int, "NUMA nodes its vCPUs are pinned to", Unit.COUNT),
    _spec("vm.numa_cells", int, "NUMA nodes the guest itself sees; 0 where none are defined", Unit.COUNT),
    _spec("vm.vcpu_nodes", str, "host NUMA nodes its vCPUs may run on, as a list"),
    _spec("vm.memory_nodes", str, "host NUMA nodes its memory may come from, as a list"),
    _spec("vm.page_size_bytes", int, "pages behind its memory (KernelPageSize of the largest mapping)", Unit.BYTES),
    _spec("vm.hugepage_share", float, "share of its memory in hugetlb pages", Unit.RATIO),
    _spec(
        "vm.thp_share",
        float,
        "share of its resident memory in transparent huge pages, shared memory included",
        Unit.RATIO,
    ),
    _spec("vm.hostdev_count", int, "PCI functions assigned to it", Unit.COUNT),
    _spec("vm.iothread_count", int, "I/O threads", Unit.COUNT),
    _spec("vm.iothread_busy_share", float, "CPU use of its busiest I/O thread", Unit.RATIO),
    _spec(
        "vm.vcpu_migrations_per_s",
        float,
        "times a second one of its vCPU threads changed its host CPU",
        Unit.PER_SECOND,
    ),
)

VM_DISK = (
    _spec("vm_disk.domain", str, "the guest it belongs to", refers_to="vm"),
    _spec("vm_disk.bus", str, "virtio, scsi, sata, ide"),
    _spec("vm_disk.cache", str, "host cache mode: none, writeback, writethrough, directsync, unsafe, default"),
    _spec("vm_disk.io", str, "how QEMU submits: native, threads, io_uring, default"),
    _spec("vm_disk.queues", int, "virtqueues; 1 where none are asked for", Unit.COUNT),
    _spec("vm_disk.iothreads_mapped", int, "I/O threads that serve it; 0: QEMU's main loop does", Unit.COUNT),
    _spec("vm_disk.format", str, "raw, qcow2"),
    _spec("vm_disk.source", str, "file or device on the host"),
    _spec("vm_disk.source_device", str, "host disk behind it", refers_to="block"),
)

VM_NIC = (
    _spec("vm_nic.domain", str, "the guest it belongs to", refers_to="vm"),
    _spec("vm_nic.model", str, "virtio, e1000e, rtl8139"),
    _spec("vm_nic.queues", int, "queue pairs; 1 where none are asked for", Unit.COUNT),
    _spec("vm_nic.vhost", bool, "whether the kernel's vhost moves its packets"),
    _spec("vm_nic.vhost_busy_share", float, "CPU use of its busiest vhost thread", Unit.RATIO),
    _spec(
        "vm_nic.source_nic", str, "host network device its traffic leaves by, behind bridge and tap", refers_to="nic"
    ),
)

VM_HOSTDEV = (
    _spec("vm_hostdev.domain", str, "the guest it belongs to", refers_to="vm"),
    _spec("vm_hostdev.pci_address", str, "the assigned function on the host", refers_to="pci"),
    _spec("vm_hostdev.on_guest_node", bool, "whether the guest's vCPUs and memory include the function's NUMA node"),
    _spec(
        "vm_hostdev.guest_interrupts_per_s", float, "interrupts of the function counted in the guest", Unit.PER_SECOND
    ),
    _spec(
        "vm_hostdev.host_interrupts_per_s",
        float,
        "of these, the ones that went through the host's kernel",
        Unit.PER_SECOND,
    ),
)

CONTAINER = (
    _spec("container.engine", str, "docker, podman, lxc"),
    _spec("container.network_mode", str, "host, bridge, none, a network's name"),
    _spec("container.root_file_system", str, "file system of the writable layer"),
    _spec("container.cpu_quota_cpus", float, "CPU time it may use, in CPUs", Unit.NONE),
    _spec("container.privileged", bool, "whether it runs without confinement"),
)

HOST_WIDE = (
    _whole("environment.domain", str, "this guest's name on its host", refers_to="host.vm"),
    _whole(
        "network.uplink_kind", str, "kind of the network device with the default route: physical, veth, bridge, virtual"
    ),
    _whole(
        "passthrough.free_candidates", int, "PCI functions alone in their IOMMU group that nothing uses", Unit.COUNT
    ),
    _whole("passthrough.posting_capable", bool, "whether every IOMMU unit can post interrupts to running guests"),
)

# In a guest: which of the host's definitions a device of its own is.
SEEN_FROM_GUEST = (
    _spec("block.vm_disk", str, "this disk in the host's definition of the guest", refers_to="host.vm_disk"),
    _spec("nic.vm_nic", str, "this network device in the host's definition of the guest", refers_to="host.vm_nic"),
    _spec("pci.host_address", str, "this assigned function's address on the host", refers_to="host.pci"),
)

CATALOGUE: tuple[FactSpec, ...] = VM + VM_DISK + VM_NIC + VM_HOSTDEV + CONTAINER + HOST_WIDE + SEEN_FROM_GUEST
