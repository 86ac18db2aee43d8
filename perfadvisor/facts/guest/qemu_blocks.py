"""QEMU's chains of block nodes: filters (throttle) over a format (qcow2) over a protocol (file, host_device).

A layer's child is written inside it (`file.driver=...`, nested JSON) or named (`file=NODE`); `backing` is another image
and no part of the way down. Caps are in a throttle group, or beside an old `-drive`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from perfadvisor.facts.guest.model import Caps
from perfadvisor.facts.reading.reader import number

Values = Mapping[str, str]

FORMATS = frozenset(
    {"raw", "qcow", "qcow2", "qed", "vmdk", "vdi", "vpc", "vhdx", "luks", "parallels", "bochs", "cloop"}
)
FILTERS = frozenset(
    {
        "throttle",
        "copy-on-read",
        "copy-before-write",
        "blkdebug",
        "blklogwrites",
        "compress",
        "preallocate",
        "blkreplay",
        "backup-top",
        "quorum",
    }
)
_LOCAL = frozenset({"file", "host_device", "host_cdrom"})
_PROTOCOL = re.compile(r"[a-z][a-z0-9+.-]+:")  # rbd:pool/image, nbd://host (QEMU, path_has_protocol)
_DEEPEST = 16  # layers; a loop would be damage
_TOTALS = {
    "iops": (("iops-total", "iops"), ("iops-read", "iops_rd"), ("iops-write", "iops_wr")),
    "bytes": (("bps-total", "bps"), ("bps-read", "bps_rd"), ("bps-write", "bps_wr")),
}


def chain(top: Values, nodes: Mapping[str, Values]) -> list[Values]:
    """The layers from the top down."""
    layers = [top]
    while len(layers) < _DEEPEST:
        below = _child(layers[-1], nodes)
        if below is None:
            break
        layers.append(below)
    return layers


def _child(layer: Values, nodes: Mapping[str, Values]) -> Values | None:
    inside = {key.removeprefix("file."): value for key, value in layer.items() if key.startswith("file.")}
    if "driver" in inside or (inside and "filename" not in inside):
        return inside
    named = nodes.get(layer.get("file", ""))
    return named if named is not None else inside or None


def image_format(layers: Sequence[Values]) -> str | None:
    """The format: of an old `-drive` its own word; else the uppermost layer that is one, and raw where the chain ends
    in a protocol without any. QEMU looks into the file where nothing names a format."""
    if "format" in layers[0]:
        return layers[0]["format"]
    drivers = [layer["driver"] for layer in layers if "driver" in layer]
    named = next((driver for driver in drivers if driver in FORMATS), None)
    return named or ("raw" if any(driver not in FILTERS for driver in drivers) else None)


def is_local(layers: Sequence[Values]) -> bool | None:
    """Whether the lowest layer is a file or a device of the host; None where nothing names what it is."""
    lowest = layers[-1]
    driver, file = lowest.get("driver"), lowest.get("filename") or lowest.get("file")
    if driver and driver not in FORMATS | FILTERS:
        return driver in _LOCAL
    return None if file is None else not _PROTOCOL.match(file) or file.startswith(("file:", "host_device:"))


def cache_mode(layers: Sequence[Values], write_cache: str | None) -> str | None:
    """The mode of `-drive cache=` that cache.direct, cache.no-flush and the device's write-cache stand for (QEMU's
    manual); None where nothing is stated. The lowest layer opens the file; what it leaves open the one above gives."""
    if "cache" in layers[0]:
        return layers[0]["cache"]
    said = [layer for layer in reversed(layers) if "cache.direct" in layer or "cache.no-flush" in layer]
    if not said:
        return None
    if any(layer.get("cache.no-flush") == "on" for layer in said):
        return "unsafe"
    direct = next((layer["cache.direct"] for layer in said if "cache.direct" in layer), "off") == "on"
    through = write_cache == "off"
    return ("directsync" if through else "none") if direct else ("writethrough" if through else "writeback")


def caps(layers: Sequence[Values], groups: Mapping[str, Values]) -> Caps | None:
    """The caps of the first layer that has any: of its throttle group, or its own."""
    for layer in layers:
        found = _caps([layer, groups.get(layer.get("throttle-group", ""), {})])
        if found is not None:
            return found
    return None


def _caps(sources: Iterable[Values]) -> Caps | None:
    values: dict[str, int | None] = {}
    for kind, names in _TOTALS.items():
        found = [_limit(source, names_of) for source in sources for names_of in names]
        values[kind] = min((one for one in found if one), default=None)
    return Caps(iops=values["iops"], bytes_per_s=values["bytes"]) if any(values.values()) else None


def _limit(source: Values, names: tuple[str, str]) -> int | None:
    """A limit as `limits.iops-total` or `x-iops-total` (throttle-group), `throttling.iops-total` or `iops` (-drive);
    0 is none."""
    new, old = names
    spellings = (f"limits.{new}", f"x-{new}", f"throttling.{new}", old)
    return next((value for name in spellings if (value := number(source.get(name)))), None)
