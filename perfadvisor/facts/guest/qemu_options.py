"""QEMU's options taken apart: `-device virtio-blk-pci,drive=d0` and `-device '{"driver": "virtio-blk-pci", ...}'`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_WORDS = 10_000
MOST_TEXT = 1 << 16
MOST_DEPTH = 8

# What the first word of a value without a "key=" means, by option.
FIRST = {
    "device": "driver", "object": "qom-type", "netdev": "type", "nic": "type", "net": "type", "drive": "file",
    "blockdev": "driver", "numa": "type", "machine": "type", "cpu": "type", "smp": "cpus", "m": "size",
    "accel": "accel", "name": "guest",
}  # fmt: skip
ALIASES = {"M": "machine"}
_OPTION = re.compile(r"--?[A-Za-z]")  # no value begins so: an unknown option without one takes none of the next
# Options without a value (DEF(..., 0, ...) in qemu-options.hx, also those that newer versions no longer have).
FLAGS = frozenset(
    {
        "S",
        "alt-grab",
        "ctrl-grab",
        "daemonize",
        "enable-kvm",
        "fullscreen",
        "full-screen",
        "mem-prealloc",
        "no-acpi",
        "no-fd-bootchk",
        "no-hpet",
        "no-kvm",
        "no-reboot",
        "no-shutdown",
        "no-user-config",
        "nodefaults",
        "nodefconfig",
        "nographic",
        "only-migratable",
        "portrait",
        "preconfig",
        "s",
        "singlestep",
        "snapshot",
        "usb",
        "xen-attach",
    }
)


@dataclass(frozen=True, slots=True)
class Options:
    """Every option with its value, in order; a value is a mapping of keys to text."""

    given: tuple[tuple[str, str, Mapping[str, str]], ...]

    def all(self, name: str) -> list[Mapping[str, str]]:
        """The values of every use of an option."""
        return [values for option, _, values in self.given if option == name]

    def last(self, name: str) -> str | None:
        """The text of the last use."""
        return next((text for option, text, _ in reversed(self.given) if option == name), None)

    def has(self, name: str) -> bool:
        """Whether the option is there."""
        return any(option == name for option, _, _ in self.given)

    def merged(self, name: str) -> dict[str, str]:
        """All uses of an option laid over one another, as QEMU does."""
        found: dict[str, str] = {}
        for values in self.all(name):
            found.update(values)
        return found

    def device(self, driver: str) -> list[Mapping[str, str]]:
        """The devices of a driver, or of a family of drivers ("virtio-balloon" finds virtio-balloon-pci)."""
        names = {driver, *(f"{driver}-{bus}" for bus in ("pci", "ccw", "device"))}
        names |= {f"{driver}-pci-transitional", f"{driver}-pci-non-transitional"}
        return [one for one in self.all("device") if one.get("driver", "") in names]


def parse(argv: Sequence[str]) -> Options:
    """The options of a command line, the program's own name left out. Words that are no option are the disk images or
    kernels QEMU takes them for, and of no interest here."""
    words = [word[:MOST_TEXT] for word in argv[1:MOST_WORDS]]
    found: list[tuple[str, str, Mapping[str, str]]] = []
    place = 0
    while place < len(words):
        word = words[place]
        place += 1
        if not word.startswith("-"):
            continue
        name = word.removeprefix("-").removeprefix("-")
        name = ALIASES.get(name, name)
        value = ""
        if name not in FLAGS and place < len(words) and not _OPTION.match(words[place]):
            value = words[place]
            place += 1
        found.append((name, value, values(value, FIRST.get(name, ""))))
    return Options(tuple(found))


def values(text: str, first: str) -> dict[str, str]:
    """The keys of one value; `first` is the key that a first word without "=" belongs to."""
    if text.startswith("{"):
        return dict(_json(text))
    found: dict[str, str] = {}
    for place, part in enumerate(text.replace(",,", "\0").split(",")):
        key, is_pair, value = part.replace("\0", ",").partition("=")
        if is_pair:
            found[key] = value
        elif place == 0 and first:
            found[first] = key
        elif key:
            found[key] = "on"  # a bare word switches something on
    return found


def _json(text: str) -> Iterator[tuple[str, str]]:
    try:
        yield from _flat(json.loads(text), "", MOST_DEPTH)
    except (ValueError, RecursionError):
        return


def _flat(value: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (what JSON holds)
    """Nested keys joined by dots, as QEMU writes them in its other form: `cache.direct`, `host-nodes`."""
    if isinstance(value, dict) and depth:
        for key, member in value.items():
            yield from _flat(member, f"{name}.{key}" if name else str(key), depth - 1)
    elif isinstance(value, list):
        yield name, ",".join(str(member) for member in value if isinstance(member, int | str))
        if depth:
            for place, member in enumerate(value):
                yield from _flat(member, f"{name}.{place}", depth - 1)
    elif isinstance(value, bool):
        yield name, "on" if value else "off"
    elif isinstance(value, str | int | float):
        yield name, str(value)
