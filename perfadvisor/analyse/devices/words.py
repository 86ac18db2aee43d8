"""Why a PCI function stays where it is, in the words that every part of the program uses."""

NO_IOMMU = "there is no IOMMU, or it is off"
SWITCH_ON = "switch on VT-d (Intel) or AMD-Vi (AMD) in the firmware; on Intel also boot with intel_iommu=on"
SWITCH_ON_IN_GUEST = (
    "this is a virtual machine: its hypervisor has to give it a virtual IOMMU (QEMU: -device intel-iommu,intremap=on)"
)
NO_RESET = "it has no reset method"
NO_REMAPPING = "interrupt remapping is off, so VFIO refuses to hand out devices"
REMAPPING_ON = (
    "switch on interrupt remapping (x2APIC, VT-d) in the firmware; the module option vfio_iommu_type1 "
    "allow_unsafe_interrupts=1 accepts that a guest may inject interrupts into this host"
)
BRIDGE = "bridges stay with the kernel"
SWAP = "its disk is used as swap"
WITH_VFS = "name one of its virtual functions, or remove them: echo 0 > sriov_numvfs"
DISPUTED = "lists of its IOMMU group contradict each other"
NAME_THEM = "name them too, if nothing of this machine needs them"

# PCI classes of bridges whose drivers do no DMA of their own, so a group that holds them can still be assigned (drivers
# with driver_managed_dma, iommu_device_use_default_domain): host, PCI, CardBus, and semi-transparent PCI bridges.
TRANSPARENT_BRIDGES = ("0x0600", "0x0604", "0x0607", "0x0609")


def no_group(address: str) -> str:
    """The function is in no IOMMU group."""
    return f"{address} is in no IOMMU group: {NO_IOMMU}"


def shared_group(group: str, others: str) -> str:
    """The group holds functions that another driver holds."""
    return f"IOMMU group {group} also holds {others}: a group changes hands as a whole"


def mounted(point: str) -> str:
    """A file system on its disk is in use."""
    return f"its disk is mounted on {point}"


def held(disk: str, holder: str) -> str:
    """Device mapper, RAID or the like is built upon its disk."""
    return f"its disk {disk} is held by {holder}"


def routed(interface: str) -> str:
    """Traffic to the outside leaves by it."""
    return f"its interface {interface} is up and has the default route"


def part_of(interface: str, upper: str) -> str:
    """A bridge, bond or another interface is stacked on its interface."""
    return f"its interface {interface} is part of {upper}"


def active_functions(count: int | str) -> str:
    """It has virtual functions, which may be in use."""
    return f"it has {count} active virtual functions"
