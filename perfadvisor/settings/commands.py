"""A plan as commands for people: what to type, and what to type to undo it."""

import shlex
from collections.abc import Iterator, Sequence
from itertools import groupby

from perfadvisor.settings import shown
from perfadvisor.settings.definitions import domain
from perfadvisor.settings.model import Door, FileForm, Setting, Write

COMMANDS = (Door.ETHTOOL, Door.TOOL, Door.DEFINITION)


def command(write: Write) -> str:
    """One shell line that makes the write, everything foreign quoted."""
    if write.setting.door in COMMANDS:
        return shlex.join(argv(write))
    (text,) = write.to.values()
    if write.setting.door is Door.SHOWN:
        return shown.words(write.subject, text, next(iter(write.was.values())))
    if write.setting.name == "sysctl":
        return shlex.join(["sysctl", "-w", f"{sysctl_name(write.subject)}={text}"])
    if write.setting.name == "nic.mtu":
        return shlex.join(["ip", "link", "set", "dev", write.subject, "mtu", text])
    return f"echo {shlex.quote(write.text)} > {shlex.quote(write.source)}"


def sysctl_name(subject: str) -> str:
    """What sysctl(8) calls a file below /proc/sys: dots for slashes, and slashes for dots within a part."""
    return ".".join(part.replace(".", "/") for part in subject.split("/"))


def argv(write: Write) -> tuple[str, ...]:
    """The command that makes the write."""
    if write.setting.door is Door.DEFINITION:
        return domain.argv({write.subject: write.to["value"]})
    if write.setting.door is Door.TOOL:
        (text,) = write.to.values()
        first, _, second = write.subject.rpartition("/")
        known = {"{value}": text, "{first}": first, "{second}": second}
        return tuple(
            known.get(word) or word.replace("{value}", text).replace("{subject}", write.subject)
            for word in write.setting.tool
        )
    words = {field.name: field.word for field in write.setting.fields}
    pairs = (word for name, text in write.to.items() for word in (words[name], text))
    return ("ethtool", write.setting.option, write.subject, *pairs)


def script(writes: Sequence[Write]) -> str:
    """All of them, one line each; one value for many files is a loop, all of a guest's definition one command."""
    return "\n".join(_lines(writes))


def steps(writes: Sequence[Write]) -> Iterator[tuple[Write, ...]]:
    """The writes in the groups that one command makes: those of one guest's definition, any other by itself."""
    for guest, same in groupby(writes, _guest):
        if guest:
            yield tuple(same)
        else:
            yield from ((write,) for write in same)


def argv_of(step: Sequence[Write]) -> tuple[str, ...]:
    """The command of one such group."""
    if len(step) == 1:
        return argv(step[0])
    return domain.argv({write.subject: write.to["value"] for write in step})


def _guest(write: Write) -> str:
    return write.subject.partition("/")[0] if write.setting.door is Door.DEFINITION else ""


def _lines(writes: Sequence[Write]) -> Iterator[str]:
    for key, same in groupby(writes, lambda write: _guest(write) or (write.setting.name, tuple(write.to.items()))):
        alike = list(same)
        if isinstance(key, str):
            yield shlex.join(argv_of(alike))
        elif len(alike) > 2 and _loops(alike[0].setting):
            yield _loop(alike)
        else:
            yield from map(command, alike)


def _loops(setting: Setting) -> bool:
    return setting.door is Door.FILE and setting.form is FileForm.ALONE and setting.name != "sysctl"


def _loop(alike: Sequence[Write]) -> str:
    (text,) = alike[0].to.values()
    start, _, end = alike[0].setting.path.partition("{subject}")
    names = " ".join(shlex.quote(write.subject) for write in alike)
    return f'for name in {names}; do echo {shlex.quote(text)} > "{start}$name{end}"; done'


def differences(writes: Sequence[Write]) -> tuple[str, ...]:
    """What would change, one line a field: `nic.coalesce eth0: rx_usecs 50 -> 8`."""
    return tuple(
        f"{write.setting.name}{f' {write.subject}' if write.subject else ''}: {name} {write.was[name]} -> {text}"
        for write in writes
        for name, text in write.to.items()
    )
