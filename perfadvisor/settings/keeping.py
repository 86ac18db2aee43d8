"""The files that make settings last over a restart, as text: a sysctl file, a udev rule, a tmpfiles line.

Each setting goes into the first kind that finds its subject again after a restart: a disk by its own number or serial,
a NIC by its address. An interrupt has only a number that changes, so nothing keeps its affinity."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from perfadvisor.plaintext import one_line
from perfadvisor.settings import virtual_functions
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.commands import argv, sysctl_name
from perfadvisor.settings.model import Door, Setting, Values, Write

SYSCTL, UDEV, TMPFILES = "etc/sysctl.d", "etc/udev/rules.d", "etc/tmpfiles.d"
UNKEPT = {
    "irq.affinity": "interrupt numbers change at a restart: set it in irqbalance's policy or the driver's script",
    "cgroup": "whoever makes the group sets it anew: the container, the unit",
    "cgroup.io_cap": "whoever makes the group sets it anew: the container, the unit",
    "loop.direct_io": "attach it with losetup --direct-io=on",
    "mount.sync": "take sync out of its line in /etc/fstab",
    "guest.definition": "libvirt keeps it",
    "container.cpuset": "docker keeps it",
    "container.cpuset_mems": "docker keeps it",
    **dict.fromkeys((one.name for one in virtual_functions.ALL), "set it where the functions are made"),
}
FOUND_BY = (("ATTR{wwid}", "wwid"), ("ATTRS{wwid}", "device/wwid"), ("ATTR{serial}", "serial"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Lasting:
    """One setting that is to last. `identity` holds what tells its subject from others: the text of small files below
    its directory in /sys ("wwid", "serial", "address")."""

    setting: str
    subject: str
    values: Values
    identity: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class LastingFile:
    """A file below the root directory, its text, and `settings` it is for."""

    path: str
    text: str
    settings: tuple[Lasting, ...]


def why_not(one: Lasting) -> str:
    """Why no file can keep it, "" where one can."""
    if SETTINGS[one.setting].door is Door.SHOWN:
        return "the boot loader keeps it"
    return UNKEPT.get(one.setting, "")


def files(rule: str, tune: str, wanted: Sequence[Lasting]) -> tuple[LastingFile, ...]:
    """The files for what one rule's fix set."""
    kinds = ((SYSCTL, "conf", _sysctl), (UDEV, "rules", _udev), (TMPFILES, "conf", _tmpfiles))
    found = []
    for directory, ending, lines in kinds:
        mine = tuple(one for one in wanted if not why_not(one) and _directory(SETTINGS[one.setting]) == directory)
        if mine:
            text = "\n".join((*_header(rule, tune), *(line for one in mine for line in lines(one)))) + "\n"
            path = f"{directory}/90-perfadvisor-{rule}.{ending}"
            found.append(LastingFile(path=path, text=text, settings=mine))
    return tuple(found)


def _header(rule: str, tune: str) -> tuple[str, ...]:
    return (
        f"# Written by `perfadvisor tune keep` for {one_line(rule)}, tune {one_line(tune)}.",
        "# `perfadvisor tune rollback` removes this file while it is unchanged.",
    )


def _directory(setting: Setting) -> str:
    if setting.name == "sysctl":
        return SYSCTL
    known = setting.subject in ("block", "nic", "pci") or setting.door is Door.ETHTOOL
    return UDEV if known else TMPFILES


def _sysctl(one: Lasting) -> Iterator[str]:
    (text,) = one.values.values()
    yield f"{sysctl_name(one.subject)} = {one_line(text)}"


def _tmpfiles(one: Lasting) -> Iterator[str]:
    """tmpfiles.d(5): `%` starts a specifier, and the argument is the rest of the line."""
    (text,) = one.values.values()
    yield f"w {_quoted(SETTINGS[one.setting].source(one.subject))} - - - - {one_line(text).replace('%', '%%')}"


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _udev(one: Lasting) -> Iterator[str]:
    setting = SETTINGS[one.setting]
    match = f'ACTION=="add|change", SUBSYSTEM=="{_subsystem(setting)}", {_found(one)}'
    if setting.door is Door.ETHTOOL:
        write = Write(setting=setting, subject="$name", was={}, to=one.values)
        words = " ".join(word if word == "$name" else shlex.quote(word) for word in argv(write))
        yield f'{match}, RUN+="/usr/sbin/{_inside(words)}"'
        return
    (text,) = one.values.values()
    attribute = setting.path.partition("{subject}/")[2]
    yield f'{match}, ATTR{{{attribute}}}="{_inside(one_line(text))}"'


def _subsystem(setting: Setting) -> str:
    return {"block": "block", "pci": "pci"}.get(setting.subject, "net")


def _found(one: Lasting) -> str:
    """How udev finds the subject again: by what is its own, by its name where it has nothing."""
    if SETTINGS[one.setting].subject == "nic" and (address := one.identity.get("address", "").strip("0:")):
        return f'ATTR{{address}}=="{_inside(one.identity["address"])}"' if address else ""
    for key, file in FOUND_BY:
        if text := one.identity.get(file, "").strip():
            return f'{key}=="{_inside(text)}"'
    return f'KERNEL=="{_inside(one.subject)}"'


def _inside(text: str) -> str:
    """Text within the quotes of a udev rule, whose values are patterns."""
    return one_line(text).replace('"', "?")
