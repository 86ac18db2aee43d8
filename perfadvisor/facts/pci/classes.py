"""Names of PCI classes, from the class codes of the PCI Code and ID Assignment Specification."""

_BASE = {
    0x00: "unclassified device",
    0x01: "storage controller",
    0x02: "network controller",
    0x03: "display controller",
    0x04: "multimedia controller",
    0x05: "memory controller",
    0x06: "bridge",
    0x07: "communication controller",
    0x08: "system peripheral",
    0x09: "input device controller",
    0x0A: "docking station",
    0x0B: "processor",
    0x0C: "serial bus controller",
    0x0D: "wireless controller",
    0x0E: "intelligent controller",
    0x0F: "satellite communication controller",
    0x10: "encryption controller",
    0x11: "signal processing controller",
    0x12: "processing accelerator",
    0x13: "non-essential instrumentation",
    0x40: "coprocessor",
}
_SUB = {
    0x0100: "SCSI controller",
    0x0101: "IDE controller",
    0x0104: "RAID controller",
    0x0106: "SATA controller",
    0x0107: "SAS controller",
    0x0108: "NVMe controller",
    0x0200: "Ethernet controller",
    0x0207: "InfiniBand controller",
    0x0208: "fabric controller",
    0x0300: "VGA controller",
    0x0302: "3D controller",
    0x0600: "host bridge",
    0x0601: "ISA bridge",
    0x0604: "PCI bridge",
    0x0C03: "USB controller",
    0x0C06: "InfiniBand controller",
}

NETWORK, STORAGE, DISPLAY, BRIDGE, ACCELERATOR = 0x02, 0x01, 0x03, 0x06, 0x12
_NAMES = {
    STORAGE: (
        "non-volatile memory controller", "mass storage controller", "scsi storage controller", "ide interface",
        "raid bus controller", "ata controller", "sata controller", "serial attached scsi controller",
        "floppy disk controller", "ipi bus controller",
    ),
    NETWORK: (
        "ethernet controller", "network controller", "infiniband controller", "fabric controller",
        "token ring network controller", "fddi network controller", "atm network controller", "isdn controller",
    ),
    DISPLAY: ("vga compatible controller", "xga compatible controller", "3d controller", "display controller"),
    BRIDGE: (
        "bridge", "host bridge", "isa bridge", "eisa bridge", "microchannel bridge", "pci bridge", "pcmcia bridge",
        "nubus bridge", "cardbus bridge", "raceway bridge", "semi-transparent pci-to-pci bridge",
        "infiniband to pci host bridge",
    ),
    ACCELERATOR: ("processing accelerators",),
}  # fmt: skip
_BASES = {name: base for base, names in _NAMES.items() for name in names}


def base(code: int) -> int:
    """The base class of a 24-bit class code: 0x02 of 0x020000."""
    return code >> 16 & 0xFF


def base_of_name(text: str) -> int | None:
    """The base class that one of pci.ids' class names belongs to ("Ethernet controller"); 0 for a name of any other
    class, None for no name at all."""
    return _BASES.get(text.strip().lower(), 0) if text.strip() else None


def name(code: int) -> str:
    """What a 24-bit class code means: "NVMe controller" of 0x010802."""
    known = _SUB.get(code >> 8 & 0xFFFF) or _BASE.get(base(code))
    return known or f"class {code >> 8 & 0xFFFF:04x}"
