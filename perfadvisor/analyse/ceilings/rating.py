"""What a drive is rated at, as its data sheet says and a user types it: `read=7g,write=5g,read_iops=1m`."""

import re
from collections.abc import Mapping

from perfadvisor.errors import InputError

NAMES = {"read": "read_bytes_per_s", "write": "write_bytes_per_s", "read_iops": "read_iops", "write_iops": "write_iops"}
EXAMPLE = "--rating read=7g,write=5g,read_iops=1m,write_iops=900k"
_POWERS = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}  # data sheets count in thousands
_PART = re.compile(r"(read|write|read_iops|write_iops)=(\d{1,12}(?:\.\d{1,6})?)([kmg]?)", re.ASCII | re.IGNORECASE)


def read(text: str) -> Mapping[str, float]:
    """Bytes and I/Os a second by their names in results. InputError for another form."""
    found: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        match = _PART.fullmatch(part.strip())
        value = float(match[2]) * _POWERS[match[3].lower()] if match else 0.0
        if match is None or value <= 0:
            raise InputError(f"--rating {part}: should be read, write, read_iops or write_iops with a number", EXAMPLE)
        found[NAMES[match[1].lower()]] = value
    return found
