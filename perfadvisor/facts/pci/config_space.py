"""Decode the configuration space of a PCI function, of whatever length it could be read.

Offsets and bits are those of the kernel's include/uapi/linux/pci_regs.h. The bytes may come from anyone: every list of
capabilities is walked a bounded number of steps, and nothing outside the bytes is ever looked at.
"""

from dataclasses import dataclass

HEADER_BYTES = 64
"""What the kernel gives to a reader without CAP_SYS_ADMIN (pci_read_config): no capability lies within it."""

_CONVENTIONAL_BYTES = 256
_MOST_CAPABILITIES = 48  # 192 bytes of capabilities, 4 each; PCI_FIND_CAP_TTL of the kernel
_MOST_EXTENDED = 480  # (4096 - 256) / 8, as in pci_find_next_ext_capability

_CAP_EXPRESS, _CAP_MSIX = 0x10, 0x11
_EXT_AER, _EXT_ACS, _EXT_ATS, _EXT_SRIOV = 0x0001, 0x000D, 0x000F, 0x0010
_ASPM = {0: "disabled", 1: "L0s", 2: "L1", 3: "L0s L1"}
_WITHOUT_LINK = (0x9, 0xA)  # root complex integrated endpoint, root complex event collector
_ACS_BITS = ("SV", "TB", "RR", "CR", "UF", "EC", "DT")
# Bits of the status registers of Advanced Error Reporting, by the names that lspci gives them.
_CORRECTABLE = {0: "RxErr", 6: "BadTLP", 7: "BadDLLP", 8: "Rollover", 12: "Timeout", 13: "AdvNonFatalErr"}
_UNCORRECTABLE = {4: "DLP", 5: "SDES", 12: "TLP", 13: "FCP", 14: "CmpltTO", 15: "CmpltAbrt", 16: "UnxCmplt", 17: "RxOF"}
_UNCORRECTABLE |= {18: "MalfTLP", 19: "ECRC", 20: "UnsupReq", 21: "ACSViol"}
_SPEEDS = {1: 2.5, 2: 5.0, 3: 8.0, 4: 16.0, 5: 32.0, 6: 64.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Express:
    """The PCI Express capability. Sizes in bytes, speeds in GT/s, None where the field holds no defined value; all of
    the link is None inside the root complex, where there is none. Width 0 means that nothing is connected."""

    port_type: int
    max_payload_supported: int | None
    max_payload: int | None
    max_read_request: int | None
    relaxed_ordering: bool
    extended_tags: bool
    extended_tags_supported: bool
    aspm: str | None
    link_speed_max: float | None
    link_width_max: int | None
    link_speed: float | None
    link_width: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SriovCapability:
    """The SR-IOV capability: how many VFs there can be and are, and where: `offset` from the function's own routing id,
    then every `stride`."""

    total_vfs: int
    num_vfs: int
    offset: int
    stride: int
    enabled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigSpace:
    """What the bytes tell. `express`, `sriov`, `acs`, `ats` (is it on) and `errors` are None where the function has no
    such capability or where the bytes end before it; `whole` and `extended` tell which: 256 bytes and more, more than
    256.
    """

    vendor: int
    device: int
    whole: bool
    extended: bool
    express: Express | None = None
    msix_vectors: int | None = None
    sriov: SriovCapability | None = None
    acs: str | None = None
    ats: bool | None = None
    errors: "ErrorsSeen | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorsSeen:
    """Which errors are marked since the marks were last cleared: "RxErr BadTLP", "none"."""

    correctable: str
    uncorrectable: str


def parse(data: bytes) -> ConfigSpace | None:
    """The decoded space; None for fewer than 64 bytes, and where all bits are set because nothing answered.

    A virtual function answers with all bits set for its ids alone (SR-IOV 3.4.1.1), so these do not tell."""
    if len(data) < HEADER_BYTES or not data[:HEADER_BYTES].strip(b"\xff"):
        return None
    capabilities = _capabilities(data)
    extended = _extended(data)
    return ConfigSpace(
        vendor=_u16(data, 0),
        device=_u16(data, 2),
        whole=len(data) >= _CONVENTIONAL_BYTES,
        extended=len(data) > _CONVENTIONAL_BYTES,
        express=_express(data, capabilities.get(_CAP_EXPRESS)),
        msix_vectors=_msix(data, capabilities.get(_CAP_MSIX)),
        sriov=_sriov(data, extended.get(_EXT_SRIOV)),
        acs=_acs(data, extended.get(_EXT_ACS)),
        ats=_ats(data, extended.get(_EXT_ATS)),
        errors=_errors(data, extended.get(_EXT_AER)),
    )


def _u16(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2], "little")


def _u32(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")


def _fits(data: bytes, offset: int | None, size: int) -> bool:
    return offset is not None and offset + size <= len(data)


def _capabilities(data: bytes) -> dict[int, int]:
    """Capability id -> its first offset, from the linked list that the header points at."""
    found: dict[int, int] = {}
    if not _u16(data, 6) & 0x10 or len(data) < _CONVENTIONAL_BYTES:
        return found
    place = data[0x14 if data[14] & 0x7F == 2 else 0x34] & 0xFC  # a CardBus bridge keeps its pointer elsewhere
    for _ in range(_MOST_CAPABILITIES):
        if place < HEADER_BYTES or data[place] == 0xFF:
            break
        found.setdefault(data[place], place)
        place = data[place + 1] & 0xFC
    return found


def _extended(data: bytes) -> dict[int, int]:
    """Extended capability id -> its first offset; the list starts at 256 where the space is that long."""
    found: dict[int, int] = {}
    place = _CONVENTIONAL_BYTES
    for _ in range(_MOST_EXTENDED):
        if place < _CONVENTIONAL_BYTES or not _fits(data, place, 4):
            break
        header = _u32(data, place)
        if header in (0, 0xFFFFFFFF):
            break
        found.setdefault(header & 0xFFFF, place)
        place = header >> 20 & 0xFFC
    return found


def _express(data: bytes, at: int | None) -> Express | None:
    if at is None or not _fits(data, at, 0x14):
        return None
    capabilities, control = _u32(data, at + 4), _u16(data, at + 8)
    link, link_control, status = _u32(data, at + 0x0C), _u16(data, at + 0x10), _u16(data, at + 0x12)
    port_type = _u16(data, at + 2) >> 4 & 0xF
    linked = port_type not in _WITHOUT_LINK
    return Express(
        port_type=port_type,
        max_payload_supported=_size(capabilities),
        max_payload=_size(control >> 5),
        max_read_request=_size(control >> 12),
        relaxed_ordering=bool(control & 0x10),
        extended_tags=bool(control & 0x100),
        extended_tags_supported=bool(capabilities & 0x20),
        aspm=_ASPM[link_control & 3] if linked else None,
        link_speed_max=_SPEEDS.get(link & 0xF) if linked else None,
        link_width_max=link >> 4 & 0x3F if linked else None,
        link_speed=_SPEEDS.get(status & 0xF) if linked else None,
        link_width=status >> 4 & 0x3F if linked else None,
    )


def _size(field: int) -> int | None:
    """128 to 4096 bytes; two of the eight values are reserved."""
    return 128 << (field & 7) if field & 7 <= 5 else None


def _msix(data: bytes, at: int | None) -> int | None:
    return None if at is None or not _fits(data, at, 4) else (_u16(data, at + 2) & 0x7FF) + 1


def _sriov(data: bytes, at: int | None) -> SriovCapability | None:
    if at is None or not _fits(data, at, 0x18):
        return None
    return SriovCapability(
        total_vfs=_u16(data, at + 0x0E),
        num_vfs=_u16(data, at + 0x10),
        offset=_u16(data, at + 0x14),
        stride=_u16(data, at + 0x16),
        enabled=bool(_u16(data, at + 8) & 1),
    )


def _acs(data: bytes, at: int | None) -> str | None:
    """The controls that are on, by the names lspci gives them less their tails: "SV RR CR UF", "none"."""
    if at is None or not _fits(data, at, 8):
        return None
    control = _u16(data, at + 6)
    return " ".join(name for bit, name in enumerate(_ACS_BITS) if control >> bit & 1) or "none"


def _ats(data: bytes, at: int | None) -> bool | None:
    return bool(_u16(data, at + 6) & 0x8000) if at is not None and _fits(data, at, 8) else None


def _errors(data: bytes, at: int | None) -> ErrorsSeen | None:
    if at is None or not _fits(data, at, 0x14):
        return None
    return ErrorsSeen(
        correctable=_marked(_u32(data, at + 0x10), _CORRECTABLE),
        uncorrectable=_marked(_u32(data, at + 4), _UNCORRECTABLE),
    )


def _marked(status: int, names: dict[int, str]) -> str:
    return " ".join(name for bit, name in names.items() if status >> bit & 1) or "none"
