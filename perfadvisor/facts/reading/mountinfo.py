"""Lines of /proc/PID/mountinfo (Documentation/filesystems/proc.rst, 3.5): what is mounted where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PATH = "/proc/self/mountinfo"
MOST = 100_000  # the kernel's own limit is fs.mount-max, 100,000

_ESCAPE = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, kw_only=True, slots=True)
class MountLine:
    """One mount. `number` is the device's ("259:2"), `root` what of the file system is mounted at `point`; `options`
    are the mount's own, `super_options` those of the file system."""

    number: str
    root: str
    point: str
    options: str
    file_system: str
    source: str
    super_options: str


def parse(text: str) -> Iterator[MountLine]:
    """ "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue"; other lines are left out."""
    for line in text.splitlines()[:MOST]:
        left, separator, right = line.partition(" - ")
        fields, rest = left.split(" "), right.split(" ")
        if separator and len(fields) >= 6 and len(rest) >= 2:
            yield MountLine(
                number=fields[2],
                root=unescape(fields[3]),
                point=unescape(fields[4]),
                options=fields[5],
                file_system=rest[0],
                source=unescape(rest[1]),
                super_options=rest[2] if len(rest) > 2 else "",
            )


def unescape(text: str) -> str:
    """Blanks, newlines and backslashes are written as three octal digits."""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 8)), text)
