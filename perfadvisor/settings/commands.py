"""A plan as commands for people: what to type, and what to type to undo it."""

import shlex
from collections.abc import Sequence

from perfadvisor.settings.model import Door, Write


def command(write: Write) -> str:
    """One shell line that makes the write, everything foreign quoted."""
    if write.setting.door is Door.ETHTOOL:
        return shlex.join(argv(write))
    (text,) = write.to.values()
    if write.setting.name == "sysctl":
        return shlex.join(["sysctl", "-w", f"{write.subject.replace('/', '.')}={text}"])
    return f"echo {shlex.quote(text)} > {shlex.quote(write.source)}"


def argv(write: Write) -> tuple[str, ...]:
    """The ethtool command that makes the write."""
    words = {field.name: field.word for field in write.setting.fields}
    pairs = (word for name, text in write.to.items() for word in (words[name], text))
    return ("ethtool", write.setting.option, write.subject, *pairs)


def script(writes: Sequence[Write]) -> str:
    """All of them, one line each."""
    return "\n".join(map(command, writes))


def differences(writes: Sequence[Write]) -> tuple[str, ...]:
    """What would change, one line a field: `nic.coalesce eth0: rx_usecs 50 -> 8`."""
    return tuple(
        f"{write.setting.name}{f' {write.subject}' if write.subject else ''}: {name} {write.was[name]} -> {text}"
        for write in writes
        for name, text in write.to.items()
    )
