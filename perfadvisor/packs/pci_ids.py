"""Names of PCI devices from the distribution's pci.ids, where this machine has one.

Format: https://pci-ids.ucw.cz/v2.2/pci.ids, "vvvv  vendor" lines, below each "<tab>dddd  device" lines.
"""

from functools import cache, lru_cache
from pathlib import Path

PLACES = (Path("/usr/share/misc/pci.ids"), Path("/usr/share/hwdata/pci.ids"))
MOST_BYTES = 16 << 20  # the list has 1.4 MB


@lru_cache(maxsize=4096)
def device_name(vendor: str, device: str) -> str:
    """`Intel Corporation Ethernet Controller X710` of "0x8086" and "0x1572"; the vendor alone where the device is not
    listed, "" where neither is, or there is no list."""
    data = _list()
    start = _line_of(data, b"\n" + _id(vendor) + b"  ", 0, len(data))
    if start < 0:
        return ""
    end = _end_of_vendor(data, start)
    place = _line_of(data, b"\n\t" + _id(device) + b"  ", start, end)
    return " ".join(filter(None, (_rest(data, start, 6), _rest(data, place, 7) if place > 0 else "")))


def _id(text: str) -> bytes:
    return text.removeprefix("0x").lower().encode()


def _line_of(data: bytes, head: bytes, start: int, end: int) -> int:
    """Where the line begins that has this head; -1 where none has."""
    place = data.find(head, start, end)
    return place + 1 if place >= 0 else -1


def _end_of_vendor(data: bytes, start: int) -> int:
    """The next line that begins with neither a tab nor a comment."""
    place = start
    while (place := data.find(b"\n", place)) >= 0:
        place += 1
        if data[place : place + 1] not in (b"\t", b"#", b"\n"):
            return place
    return len(data)


def _rest(data: bytes, start: int, skipped: int) -> str:
    """The rest of a line, behind its id."""
    end = data.find(b"\n", start)
    return data[start + skipped : end if end >= 0 else len(data)].decode("utf-8", "replace").strip()


@cache
def _list() -> bytes:
    for path in PLACES:
        try:
            with path.open("rb") as file:
                return b"\n" + file.read(MOST_BYTES)
        except OSError:
            continue
    return b""
