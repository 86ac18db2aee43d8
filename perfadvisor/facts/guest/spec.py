"""The catalogue of guests as their host defines and runs them.

Subjects: a domain's name (`vm`); domain/target for its disks ("web/vda") and network devices ("web/vnet0");
domain/address for assigned PCI functions ("web/0000:81:00.0").
"""

from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit

_Type = type[bool] | type[int] | type[float] | type[str]


def _spec(
    name: str, type: _Type, meaning: str, unit: Unit = Unit.NONE, refers_to: str = "", nature: Nature = Nature.SETTING
) -> FactSpec:
    """The subject kind is the part before the dot."""
    kind = name.split(".")[0]
    return FactSpec(name=name, type=type, unit=unit, subject=kind, meaning=meaning, refers_to=refers_to, nature=nature)


def _whole(
    name: str, type: _Type, meaning: str, unit: Unit = Unit.NONE, refers_to: str = "", nature: Nature = Nature.MEASURED
) -> FactSpec:
    """About the whole machine."""
    return FactSpec(name=name, type=type, unit=unit, meaning=meaning, refers_to=refers_to, nature=nature)


VM = (
    _spec("vm.source", str, "where its definition was read", nature=Nature.IDENTITY),
    _spec(
        "vm.hypervisor",
        str,
        "what runs it: kvm, qemu (emulated, without hardware virtualisation), test, xen",
        nature=Nature.IDENTITY,
    ),
    _spec("vm.running", bool, "whether it runs", nature=Nature.MEASURED),
    _spec("vm.uuid", str, "its UUID, which it sees in its own firmware tables", nature=Nature.IDENTITY),
    _spec("vm.architecture", str, "x86_64, aarch64", nature=Nature.IDENTITY),
    _spec("vm.machine", str, "machine type, pc-q35-9.0", nature=Nature.IDENTITY),
    _spec(
        "vm.emulated",
        bool,
        "whether its CPUs are emulated instead of virtualised by the hardware",
        nature=Nature.IDENTITY,
    ),
    _spec("vm.vcpus", int, "virtual CPUs", Unit.COUNT),
    _spec("vm.vcpus_current", int, "virtual CPUs plugged in at the start", Unit.COUNT),
    _spec("vm.memory_bytes", int, "memory the guest was given", Unit.BYTES),
    _spec(
        "vm.dedicated",
        bool,
        "whether it is meant to perform: pinned vCPUs, an assigned device, or huge pages asked for",
    ),
    _spec("vm.vcpupin_count", int, "vCPUs that are pinned to host CPUs", Unit.COUNT),
    _spec("vm.pinned_cpus", str, "host CPUs its vCPUs are pinned to, as a list"),
    _spec("vm.pinned_cpu_count", int, "how many host CPUs its vCPUs are pinned to", Unit.COUNT),
    _spec("vm.emulator_cpus", str, "host CPUs its emulator threads may use, as a list"),
    _spec(
        "vm.emulator_shared_cpus", int, "host CPUs of pinned vCPUs on which emulator threads may run, too", Unit.COUNT
    ),
    _spec("vm.iothread_shared_cpus", int, "host CPUs of pinned vCPUs on which I/O threads may run, too", Unit.COUNT),
    _spec("vm.sibling_pairs", int, "pairs of vCPUs that are pinned to two threads of one host core", Unit.COUNT),
    _spec("vm.threads_per_core", int, "threads of a core, as the guest sees them", Unit.COUNT),
    _spec("vm.cpu_mode", str, "CPU the guest sees: host-passthrough, host-model, maximum, custom, default"),
    _spec("vm.cpu_model", str, "CPU model by name, where one is named"),
    _spec("vm.pinned_node_count", int, "NUMA nodes its vCPUs are pinned to", Unit.COUNT),
    _spec("vm.numa_cells", int, "NUMA nodes the guest itself sees; 0 where none are defined", Unit.COUNT),
    _spec("vm.vcpu_nodes", str, "host NUMA nodes its vCPUs may run on, as a list"),
    _spec("vm.memory_nodes", str, "host NUMA nodes its memory may come from, as a list"),
    _spec("vm.memory_bound", bool, "whether its memory is bound to host NUMA nodes"),
    _spec("vm.memory_mode", str, "how memory is bound to these nodes: strict, preferred, interleave, restrictive"),
    _spec("vm.memory_on_vcpu_nodes", bool, "whether its memory may come from a node its vCPUs may run on"),
    _spec(
        "vm.misplaced_cells",
        int,
        "guest nodes whose memory must come from other host nodes than their vCPUs are pinned to",
        Unit.COUNT,
    ),
    _spec("vm.current_memory_bytes", int, "memory it has while the balloon is at its target", Unit.BYTES),
    _spec("vm.hard_limit_bytes", int, "memory its process may use before it is killed", Unit.BYTES),
    _spec("vm.memory_limited", bool, "whether the memory its process may use has a limit"),
    _spec("vm.memory_locked", bool, "whether its memory is locked in the host's RAM"),
    _spec("vm.balloon", str, "memory balloon: virtio, none, xen"),
    _spec("vm.free_page_reporting", bool, "whether free pages go back to the host while it runs"),
    _spec("vm.iommu", str, "IOMMU that is emulated for it: intel, smmuv3, virtio, none"),
    _spec("vm.page_size_bytes", int, "pages behind its memory", Unit.BYTES),
    _spec("vm.hugepage_share", float, "share of its memory in hugetlb pages", Unit.RATIO, nature=Nature.MEASURED),
    _spec(
        "vm.thp_share",
        float,
        "share of its resident memory in transparent huge pages, shared memory included",
        Unit.RATIO,
        nature=Nature.MEASURED,
    ),
    _spec("vm.hostdev_count", int, "PCI functions assigned to it", Unit.COUNT),
    _spec("vm.mdev_count", int, "mediated devices (parts of a GPU or adapter) assigned to it", Unit.COUNT),
    _spec(
        "vm.owner",
        str,
        "who writes its definition anew: libvirt, nova, kubevirt, ovirt, proxmox, lxd, or qemu for a bare command line",
        nature=Nature.IDENTITY,
    ),
    _spec("vm.shared_memory", bool, "whether other processes may map its memory"),
    _spec("vm.shared_memory_needed_by", str, "devices whose other process must map its memory; empty for none"),
    _spec("vm.iothread_count", int, "I/O threads", Unit.COUNT),
    _spec("vm.iothread_busy_share", float, "CPU use of its busiest I/O thread", Unit.RATIO, nature=Nature.MEASURED),
    _spec(
        "vm.vcpu_migrations_per_s",
        float,
        "times a second one of its vCPU threads changed its host CPU",
        Unit.PER_SECOND,
        nature=Nature.MEASURED,
    ),
)

VM_DISK = (
    _spec("vm_disk.domain", str, "the guest it belongs to", refers_to="vm", nature=Nature.IDENTITY),
    _spec("vm_disk.bus", str, "virtio, scsi, sata, ide"),
    _spec("vm_disk.cache", str, "host cache mode: none, writeback, writethrough, directsync, unsafe, default"),
    _spec("vm_disk.io", str, "how QEMU submits: native, threads, io_uring, default"),
    _spec("vm_disk.is_local", bool, "whether QEMU opens a file or device of the host for it, not network storage"),
    _spec("vm_disk.device", str, "disk or lun"),
    _spec(
        "vm_disk.queues",
        int,
        "virtqueues; by default 1, or one per vCPU for machine types from QEMU 5.2 on",
        Unit.COUNT,
    ),
    _spec("vm_disk.queues_asked", int, "virtqueues the definition asks for", Unit.COUNT),
    _spec("vm_disk.iothreads", str, "I/O threads that serve it, by number or name, as a list"),
    _spec("vm_disk.serial", str, "serial number it shows to the guest", nature=Nature.IDENTITY),
    _spec("vm_disk.guest_address", str, "PCI address it has in the guest", nature=Nature.IDENTITY),
    _spec("vm_disk.iothreads_mapped", int, "I/O threads that serve it; 0: QEMU's main loop does", Unit.COUNT),
    _spec("vm_disk.format", str, "raw, qcow2"),
    _spec("vm_disk.controller", str, "its controller: the model of a SCSI one (virtio-scsi, lsilogic), else the bus"),
    _spec("vm_disk.paravirtual", bool, "whether its device was made for guests (virtio), not a copy of real hardware"),
    _spec("vm_disk.capped", bool, "whether its I/Os or bytes a second have a limit"),
    _spec("vm_disk.iops_max", int, "tightest limit on its I/Os a second, of reads, writes or both", Unit.IOPS),
    _spec("vm_disk.bytes_per_s_max", int, "the same of its bytes", Unit.BYTES_PER_SECOND),
    _spec("vm_disk.source", str, "file or device on the host"),
    _spec("vm_disk.source_device", str, "host disk behind it", refers_to="block", nature=Nature.IDENTITY),
)

VM_REMOVABLE = (
    _spec("vm_removable.domain", str, "the guest it belongs to", refers_to="vm", nature=Nature.IDENTITY),
    _spec("vm_removable.device", str, "cdrom, floppy"),
    _spec("vm_removable.bus", str, "sata, ide, fdc"),
    _spec("vm_removable.format", str, "raw, qcow2"),
)

VM_NIC = (
    _spec("vm_nic.domain", str, "the guest it belongs to", refers_to="vm", nature=Nature.IDENTITY),
    _spec(
        "vm_nic.connection", str, "how the host connects it: bridge, network, direct, user, hostdev, vhostuser, vdpa"
    ),
    _spec("vm_nic.connected_to", str, "bridge, network or device it is connected to"),
    _spec("vm_nic.mac", str, "its Ethernet address", nature=Nature.IDENTITY),
    _spec("vm_nic.guest_address", str, "PCI address it has in the guest", nature=Nature.IDENTITY),
    _spec("vm_nic.queues_asked", int, "queue pairs the definition asks for", Unit.COUNT),
    _spec("vm_nic.model", str, "virtio, e1000e, rtl8139"),
    _spec("vm_nic.paravirtual", bool, "whether its device was made for guests (virtio), not a copy of real hardware"),
    _spec("vm_nic.capped", bool, "whether its bytes a second have a limit"),
    _spec("vm_nic.inbound_bytes_per_s_max", int, "limit on the bytes a second it receives", Unit.BYTES_PER_SECOND),
    _spec("vm_nic.outbound_bytes_per_s_max", int, "limit on the bytes a second it sends", Unit.BYTES_PER_SECOND),
    _spec("vm_nic.queues", int, "queue pairs; 1 where none are asked for", Unit.COUNT),
    _spec("vm_nic.vhost", bool, "whether the kernel's vhost moves its packets"),
    _spec("vm_nic.vhost_busy_share", float, "CPU use of its busiest vhost thread", Unit.RATIO, nature=Nature.MEASURED),
    _spec(
        "vm_nic.source_nic",
        str,
        "host network device its traffic leaves by, behind bridge and tap",
        refers_to="nic",
        nature=Nature.IDENTITY,
    ),
)

VM_HOSTDEV = (
    _spec("vm_hostdev.domain", str, "the guest it belongs to", refers_to="vm", nature=Nature.IDENTITY),
    _spec("vm_hostdev.managed", bool, "whether the hypervisor takes it from the host's driver and gives it back"),
    _spec("vm_hostdev.guest_address", str, "PCI address it has in the guest", nature=Nature.IDENTITY),
    _spec("vm_hostdev.pci_address", str, "the assigned function on the host", refers_to="pci", nature=Nature.IDENTITY),
    _spec("vm_hostdev.on_guest_node", bool, "whether the guest's vCPUs and memory include the function's NUMA node"),
    _spec(
        "vm_hostdev.guest_interrupts_per_s",
        float,
        "interrupts of the function counted in the guest",
        Unit.PER_SECOND,
        nature=Nature.MEASURED,
    ),
    _spec(
        "vm_hostdev.host_interrupts_per_s",
        float,
        "of these, the ones that went through the host's kernel",
        Unit.PER_SECOND,
        nature=Nature.MEASURED,
    ),
)

HOST_WIDE = (
    _whole("guests.running_count", int, "guests that run", Unit.COUNT),
    _whole("guests.vcpu_count", int, "vCPUs of all guests that run", Unit.COUNT),
    _whole("guests.vcpus_per_cpu", float, "vCPUs of all guests that run for each CPU that is online"),
    _whole("environment.machine_uuid", str, "UUID in this machine's firmware tables", nature=Nature.IDENTITY),
    _whole("environment.domain", str, "this guest's name on its host", refers_to="host.vm", nature=Nature.IDENTITY),
    _whole(
        "network.uplink_kind",
        str,
        "kind of the network device with the default route: physical, veth, bridge, virtual",
        nature=Nature.IDENTITY,
    ),
    _whole(
        "passthrough.free_candidates", int, "PCI functions alone in their IOMMU group that nothing uses", Unit.COUNT
    ),
    _whole(
        "passthrough.posting_capable",
        bool,
        "whether every IOMMU unit can post interrupts to running guests",
        nature=Nature.IDENTITY,
    ),
)

# In a guest: which of the host's definitions a device of its own is.
SEEN_FROM_GUEST = (
    _spec("block.serial", str, "serial number the disk shows", nature=Nature.IDENTITY),
    _spec(
        "block.vm_disk",
        str,
        "this disk in the host's definition of the guest",
        refers_to="host.vm_disk",
        nature=Nature.IDENTITY,
    ),
    _spec(
        "nic.vm_nic",
        str,
        "this network device in the host's definition of the guest",
        refers_to="host.vm_nic",
        nature=Nature.IDENTITY,
    ),
    _spec(
        "pci.host_address",
        str,
        "this assigned function's address on the host",
        refers_to="host.pci",
        nature=Nature.IDENTITY,
    ),
)

SPECS: tuple[FactSpec, ...] = VM + VM_DISK + VM_REMOVABLE + VM_NIC + VM_HOSTDEV + HOST_WIDE + SEEN_FROM_GUEST
BY_NAME: dict[str, FactSpec] = {spec.name: spec for spec in SPECS}
