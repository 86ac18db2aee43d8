"""The facts in what lspci prints, under the names they have when read from sysfs."""

import re
from collections.abc import Iterator

from perfadvisor.facts.pci import classes as pci_class
from perfadvisor.facts.pci import config as pci_config
from perfadvisor.facts.pci import link as pci_link
from perfadvisor.facts.pci import pci
from perfadvisor.facts.pci.config_space import ConfigSpace, Express, parse
from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.text import lspci_assignable, lspci_machine
from perfadvisor.facts.text.lspci_parse import ListedDevice, devices
from perfadvisor.facts.text.lspci_places import Spaces, places
from perfadvisor.facts.text.lspci_virtual import virtual
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar

_CLASS = re.compile(
    r"(?:(?P<name>[^:\[]*?) ?\[(?P<code>[0-9a-f]{4})\]|(?P<plain>[0-9a-f]{4})|(?P<only>[^:]*)): .*", re.IGNORECASE
)
_IDS = re.compile(r".*?\[?(?<![0-9a-f])([0-9a-f]{4}):([0-9a-f]{4})(?![0-9a-f:])\]?.*", re.IGNORECASE)
_INTERFACE = re.compile(r".*\(prog-if ([0-9a-f]{2})\b.*", re.IGNORECASE)
_SIZE = re.compile(r"MaxPayload ([0-9]{1,5}) bytes")
_READ = re.compile(r"MaxReadReq ([0-9]{1,5}) bytes")
_SPEED = re.compile(r"Speed ([0-9]{1,3}(?:\.[0-9])?)GT/s")
_WIDTH = re.compile(r"Width x([0-9]{1,2})\b")
_ASPM = re.compile(r"ASPM ((?:L0s L1|L0s|L1) Enabled|Disabled)")
_VFS = re.compile(r"([0-9]{1,5})")
_IRQ = re.compile(r"routed to IRQ (-?[0-9]{1,10})")
_NO_AER = "takes lspci -vv as root, and AER"
_NODE = re.compile(r"-?[0-9]{1,5}")
_ACS = {
    "SrcValid+": "SV", "TransBlk+": "TB", "ReqRedir+": "RR", "CmpltRedir+": "CR", "UpstreamFwd+": "UF",
    "EgressCtrl+": "EC", "DirectTrans+": "DT",
}  # fmt: skip

_OF_PHYSICAL = (
    pci_config.MAX_PAYLOAD,
    pci_config.MAX_READ,
    pci_config.RELAXED,
    pci_config.EXTENDED_TAGS,
    pci_config.ASPM,
)

Facts = Iterator[Fact | Absent]
Owners = dict[str, str | bool | None]
SpeedWidth = tuple[float | None, int | None]


def facts(data: bytes, *, source: str = "lspci") -> Facts:
    """The count of functions, then what each shows. A hexadecimal dump (-x) is decoded where the text does not say."""
    found = list(devices(data))
    yield pci.FUNCTION_COUNT.given(len(found) or None, source=source, reason="no device in this text")
    capable = sum("Total VFs" in _vfs(device) for device in found)
    if all(map(lspci_assignable.is_whole, (device for device in found if lspci_assignable.is_express(device)))):
        listed = capable if any(device.capabilities for device in found) else None
        yield pci.SRIOV_COUNT.given(listed, source=source, reason="takes lspci -vv")
    spaces = {device.address: parse(bytes(device.config)) if device.config else None for device in found}
    owners = virtual(found, spaces)
    for device in found:
        for part in _PARTS:
            yield from part(device, spaces[device.address], source)
        yield from lspci_assignable.facts(device, spaces[device.address], source)
        yield from _control(device, spaces[device.address], source, of_virtual=_is_claimed(owners[device.address]))
    yield from _links(found, spaces, owners, source)
    yield from _virtual_functions(owners, source)
    yield from lspci_machine.facts(found, spaces, source)


def _identity(device: ListedDevice, space: ConfigSpace | None, source: str) -> Facts:
    text, record = device.head, device.lines if not device.head else {}
    yield pci.DESCRIPTION.given(text or None, source=source, subject=device.address, reason="not in this format")
    code, name = _class_code(text, record, device.config), _class_name(text)
    code_text = None if code is None else f"0x{code:06x}"
    yield pci.CLASS.given(code_text, source=source, subject=device.address, reason="takes -nn")
    known = name or (pci_class.name(code) if code is not None else None)
    yield pci.CLASS_NAME.given(known, source=source, subject=device.address)
    ids = _IDS.fullmatch(text.partition(": ")[2])
    pairs = (record.get("Vendor"), record.get("Device")) if record else ids.groups() if ids else (None, None)
    if space and not ids:
        pairs = (f"{space.vendor:04x}", f"{space.device:04x}")
    base = pci_class.base(code) if code is not None else pci_class.base_of_name(name or "")
    for kind, spec in pci.KINDS.items():
        is_kind = None if base is None else base == kind
        yield spec.given(is_kind, source=source, subject=device.address, reason="no class is printed")
    for spec, value in zip((pci.VENDOR, pci.DEVICE), pairs, strict=True):
        text_id = f"0x{value.lower()}" if value and re.fullmatch(r"[0-9a-fA-F]{4}", value) else None
        yield spec.given(text_id, source=source, subject=device.address, reason="takes -nn")


def _class_code(text: str, record: dict[str, str], config: bytearray) -> int | None:
    if len(config) >= 12:
        return int.from_bytes(config[9:12], "little")
    match = _CLASS.fullmatch(text)
    code = record.get("Class") or (match and (match.group("code") or match.group("plain")))
    if not code or not re.fullmatch(r"[0-9a-fA-F]{4}", code):
        return None
    interface = record.get("ProgIf") or (m.group(1) if (m := _INTERFACE.fullmatch(text)) else "00")
    return int(code, 16) << 8 | (int(interface, 16) if re.fullmatch(r"[0-9a-fA-F]{2}", interface) else 0)


def _class_name(text: str) -> str | None:
    match = _CLASS.fullmatch(text)
    return ((match.group("name") or match.group("only") or "").strip() or None) if match else None


def _place(device: ListedDevice, _space: ConfigSpace | None, source: str) -> Facts:
    lines, subject = device.lines, device.address
    driver = lines.get("Kernel driver in use") or lines.get("Driver")
    yield pci.DRIVER.given(driver or None, source=source, subject=subject, reason="takes -k, or no driver is bound")
    flags = lines.get("Flags", "")  # where lspci -v has what -vv gives a line of its own
    match = _NODE.match(lines.get("NUMA node") or _flag("NUMA node", flags))
    node = number(match.group()) if match else None
    yield pci.NUMA_NODE.given(node, source=source, subject=subject, reason="not shown: no node, or takes -v")
    match = _IRQ.search(lines.get("Interrupt", ""))
    irq = number(match.group(1) if match else _flag("IRQ", flags))
    yield pci.IRQ.given(irq or None, source=source, subject=subject, reason="no interrupt is shown")
    group = lines.get("IOMMU group") or _flag("IOMMU group", flags)
    yield pci.GROUP.given(group or None, source=source, subject=subject, reason="in no IOMMU group, or not shown")


def _flag(name: str, flags: str) -> str:
    """The number behind a name in "bus master, fast devsel, IRQ 44, NUMA node 1", "" where it is not there."""
    match = re.search(rf"(?:^|, ){name} ([0-9]{{1,10}})(?:,|$)", flags)
    return match.group(1) if match else ""


def _control(device: ListedDevice, space: ConfigSpace | None, source: str, *, of_virtual: bool) -> Facts:
    get = device.registers.get
    control = get("DevCtl", "")
    said: dict[FactSpec, Scalar | None] = {
        pci_config.MAX_PAYLOAD_SUPPORTED: _first(_SIZE, get("DevCap", "")),
        pci_config.MAX_PAYLOAD: _first(_SIZE, control),
        pci_config.MAX_READ: _first(_READ, control),
        pci_config.RELAXED: _sign("RlxdOrd", control),
        pci_config.EXTENDED_TAGS: _sign("ExtTag", control),
        pci_config.ASPM: _aspm(get("LnkCtl", "")),
        pci_config.ACS: _acs(get("ACSCtl")),
    }
    dumped = _dumped(space)
    for spec, value in said.items():
        known = dumped.get(spec) if value is None else value
        reserved = of_virtual and spec in _OF_PHYSICAL
        reason = pci_config.IN_PHYSICAL if reserved else _why(device, space)
        yield spec.given(None if reserved else known, source=source, subject=device.address, reason=reason)


def _dumped(space: ConfigSpace | None) -> dict[FactSpec, Scalar | None]:
    """The same from the decoded dump."""
    if space is None or space.express is None:
        return {}
    express = space.express
    return {
        pci_config.MAX_PAYLOAD_SUPPORTED: express.max_payload_supported,
        pci_config.MAX_PAYLOAD: express.max_payload,
        pci_config.MAX_READ: express.max_read_request,
        pci_config.RELAXED: express.relaxed_ordering,
        pci_config.EXTENDED_TAGS: express.extended_tags,
        pci_config.ASPM: express.aspm,
        pci_config.ACS: space.acs,
    }


def _links(found: list[ListedDevice], spaces: Spaces, owners: Owners, source: str) -> Facts:
    """Both ends of every link, and what follows from them."""
    links = {
        device.address: pci_link.NONE if _is_claimed(owners[device.address]) else _link(device, spaces[device.address])
        for device in found
    }
    for device in found:
        link, why = links[device.address], _why(device, spaces[device.address])
        for specs, register, values in (
            ((pci_link.SPEED, pci_link.WIDTH), "LnkSta", (link.speed, link.width)),
            ((pci_link.SPEED_MAX, pci_link.WIDTH_MAX), "LnkCap", (link.speed_max, link.width_max)),
        ):
            shown = register in device.registers or _express(spaces[device.address]) is not None
            reason = pci_link.VIRTUAL if _is_claimed(owners[device.address]) else "no link is up" if shown else why
            for spec, value in zip(specs, values, strict=True):
                yield spec.given(value, source=source, subject=device.address, reason=reason)
    where = places(found, spaces, source)
    yield from pci_link.derived(where, links, source)
    sizes = {device.address: _supported(device, spaces[device.address]) for device in found}
    for address, place in where.items():
        yield pci_config.path_payload(place.chain, sizes, source, address, why=place.why)


def _supported(device: ListedDevice, space: ConfigSpace | None) -> int | None:
    dumped = express.max_payload_supported if (express := _express(space)) else None
    return _first(_SIZE, device.registers.get("DevCap", "")) or dumped


def _link(device: ListedDevice, space: ConfigSpace | None) -> pci_link.PciLink:
    """Speed and width of LnkSta and LnkCap; "x0" (an empty slot, a virtual function) is not a link."""
    express = _express(space)
    now = _end(device, "LnkSta", (express.link_speed, express.link_width) if express else None)
    most = _end(device, "LnkCap", (express.link_speed_max, express.link_width_max) if express else None)
    payload = _first(_SIZE, device.registers.get("DevCtl", "")) or (express.max_payload if express else None)
    return pci_link.PciLink(speed=now[0], width=now[1], speed_max=most[0], width_max=most[1], payload=payload)


def _end(device: ListedDevice, register: str, dumped: SpeedWidth | None) -> SpeedWidth:
    text = device.registers.get(register)
    speed, width = dumped or (None, None)
    if text is not None:
        speed = float(match.group(1)) if (match := _SPEED.search(text)) else None
        width = _first(_WIDTH, text)
    return (speed, width) if width else (None, None)


def _express(space: ConfigSpace | None) -> Express | None:
    return space.express if space else None


def _errors(device: ListedDevice, space: ConfigSpace | None, source: str) -> Facts:
    """The errors whose bit is set in the AER status registers; they stay set until they are cleared."""
    dumped = space.errors if space else None
    known = True if dumped or "CESta" in device.registers else None
    yield pci_config.HAS_AER.given(known, source=source, subject=device.address, reason=_NO_AER)
    for spec, register, other in (
        (pci_config.CORRECTABLE_SEEN, "CESta", dumped.correctable if dumped else None),
        (pci_config.UNCORRECTABLE_SEEN, "UESta", dumped.uncorrectable if dumped else None),
    ):
        text = device.registers.get(register)
        seen = other if text is None else " ".join(re.findall(r"\b(\w+)\+", text)) or "none"
        yield spec.given(seen, source=source, subject=device.address, reason=_NO_AER)


def _sriov(device: ListedDevice, space: ConfigSpace | None, source: str) -> Facts:
    counts, sriov = _vfs(device), space.sriov if space else None
    total = counts.get("Total VFs", sriov.total_vfs if sriov else None)
    num = counts.get("Number of VFs", sriov.num_vfs if sriov else None)
    reason = "no SR-IOV capability is shown"
    yield pci.TOTAL_VFS.given(total, source=source, subject=device.address, reason=reason)
    yield pci.NUM_VFS.given(num, source=source, subject=device.address, reason=reason)


def _is_claimed(owner: str | bool | None) -> bool:
    """Whether a physical function of this text says that the function is its own virtual one."""
    return isinstance(owner, str)


def _virtual_functions(owners: Owners, source: str) -> Facts:
    reason = "the text does not tell whether it is a virtual function"
    for address, owner in owners.items():
        known = None if owner is None else bool(owner)
        yield pci.IS_VF.given(known, source=source, subject=address, reason=reason)
        physical = owner if isinstance(owner, str) else None
        why = reason if owner is None else "not shown" if owner else "not a virtual function"
        yield pci.PHYSICAL.given(physical, source=source, subject=address, reason=why)


def _vfs(device: ListedDevice) -> dict[str, int]:
    """ "Initial VFs: 8, Total VFs: 8, Number of VFs: 1" as a dict."""
    text = f"Initial VFs: {device.registers.get('Initial VFs', '')}"
    pairs = (part.partition(": ") for part in text.split(", "))
    return {key.strip(): int(value) for key, _, value in pairs if _VFS.fullmatch(value)}


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return int(match.group(1)) if match else None


def _sign(name: str, text: str) -> bool | None:
    """What "ExtTag+" or "ExtTag-" says."""
    match = re.search(rf"\b{name}([+-])", text)
    return match.group(1) == "+" if match else None


def _aspm(text: str) -> str | None:
    match = _ASPM.search(text)
    return None if match is None else match.group(1).removesuffix(" Enabled").replace("Disabled", "disabled")


def _acs(text: str | None) -> str | None:
    if text is None:
        return None
    return " ".join(short for name, short in _ACS.items() if name in text.split()) or "none"


def _why(device: ListedDevice, space: ConfigSpace | None) -> str:
    """Why a register of the Express capability, or an extended one, is not known."""
    if device.denied or (space is not None and not space.whole):
        return pci_config.NEEDS_ROOT
    if any(title.startswith("Express") for title in device.capabilities) or (space and space.express):
        return "no such register is shown"
    return pci_config.NOT_EXPRESS if device.capabilities or space else "takes lspci -vvv"


_PARTS = (_identity, _place, _sriov, _errors)
