"""A QEMU command line in a file of its own: from `ps`, libvirt's log of a guest, a saved `/proc/PID/cmdline`."""

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest import qemu as guest_qemu
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ ps -ww -o args"
# Behind variables (libvirt's log has one per line), the columns of ps, or sudo; then comes an option, or a NUL.
_PROGRAM = rb"(?:[^\s\0]*/)?(?:qemu-system-[\w.-]+|qemu-kvm|kvm)"
PATTERN = rb"^[ \t]*(?:[^\s\0]+[ \t]+){0,12}%s(?:[ \t]+(?:\\\r?\n[ \t]*)?-|\0)" % _PROGRAM
_START = re.compile(PATTERN, re.MULTILINE)
_NAME = re.compile(_PROGRAM.decode())
_MOST_GUESTS = 1000
_MOST_BYTES = 1 << 20


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The guests that these command lines run; of several with one name (a log of its starts) the last counts."""
    found = {}
    as_typed = b"\\\n" in data.replace(b"\r", b"")  # in lines, as in a script or a guide: it may run, or not
    for line in _lines(data):
        one = guest_qemu.of_argv(_words(line), source)
        found[one.name] = replace(one, running=None) if as_typed else one
        if len(found) > _MOST_GUESTS:
            break
    for one in found.values():
        yield from guest.of_guest(one)


def _lines(data: bytes) -> Iterator[str]:
    """Each command line as one line: a backslash at an end goes on in the next."""
    joined = data[: 64 * _MOST_BYTES].replace(b"\r\n", b"\n").replace(b"\\\n", b" ")
    for match in _START.finditer(joined):
        end = joined.find(b"\n", match.start())
        yield joined[match.start() : end if end >= 0 else None][:_MOST_BYTES].decode("utf-8", "replace")


def _words(line: str) -> tuple[str, ...]:
    """The argv. Words end at NULs where there are any, else as in a shell."""
    if "\0" in line.strip("\0"):
        return tuple(line.strip("\0").split("\0"))
    words = line.split()  # as ps writes them, which does not quote: JSON in them keeps its quotes
    if '{"' not in line or "'{\"" in line:
        with suppress(ValueError):  # a name with an apostrophe
            words = shlex.split(line)
    first = next((place for place, word in enumerate(words) if _NAME.fullmatch(word)), 0)
    return tuple(words[first:])
