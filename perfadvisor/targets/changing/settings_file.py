"""Read and write one setting of this machine, and restore it.

Undo writes the old values only where no other program changed the setting since.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perfadvisor.errors import MeasureError
from perfadvisor.model.tree import Tree
from perfadvisor.settings import commands, reading
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.model import Door, Setting, Values, Write
from perfadvisor.targets.base import Command
from perfadvisor.targets.changing import attribute
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.here.process import run

WRITE_S = 30.0
NET = Path("/sys/class/net")


def now(setting: Setting, subject: str) -> Values | None:
    """The values of a group as this machine has them now."""
    source = setting.source(subject)
    if source.startswith("/"):
        try:
            data = Path(source).read_bytes()
        except OSError:
            return None
        return reading.values(setting, subject, Tree({source: data}))
    return reading.values(setting, subject, capture((source,)))


def write(write: Write) -> None:
    """Make one write. OSError or MeasureError where the machine refuses it."""
    if write.setting.door in (Door.SHOWN, Door.DEFINITION):
        raise MeasureError("only a person can make this change, because it needs a restart")
    if write.setting.door is Door.FILE:
        attribute.write(Path(write.source), write.text)
        return
    done = run(Command(argv=commands.argv(write), timeout_s=WRITE_S))
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise MeasureError(said[-1] if said else f"exit code {done.returncode}")


def along(write: Write) -> dict[str, Values]:
    """The values of the settings that the kernel changes with this one."""
    found = {name: now(SETTINGS[name], write.subject) for name in write.setting.along}
    return {name: values for name, values in found.items() if values}


def device(write: Write) -> str:
    """The device of a NIC, which stays when its name changes; "" for all else."""
    link = NET / write.subject / "device"
    return str(link.resolve()) if write.setting.subject == "nic" and link.exists() else ""


def put_back(change: Mapping[str, Any]) -> None:
    """Undo one write, unless another program changed the setting since; raises where it cannot be written. A write
    whose values were never read back (`ours` is None) was cut off: it is undone whatever the driver made of it."""
    setting, subject = SETTINGS[str(change["setting"])], named_now(change)
    present = now(setting, subject)
    if present is None:
        return  # the subject is gone, and its setting with it
    was, ours = change["was"], change["ours"]
    left = [name for name, text in (ours or {}).items() if present.get(name) != text]
    to = {
        field.name: was[field.name]
        for field in setting.fields
        if field.name in was and field.name not in left and present.get(field.name) != was[field.name]
    }
    back = all(present.get(name) == text for name, text in was.items())
    others = _to_restore(change.get("along", {}), subject, already_back=back)
    if to:
        write(Write(setting=setting, subject=subject, was=present, to=to))
    for name, values in others.items():
        if now(SETTINGS[name], subject) != values:
            write(Write(setting=SETTINGS[name], subject=subject, was=values, to=values))


def _to_restore(along: Mapping[str, Any], subject: str, *, already_back: bool) -> dict[str, Values]:
    """What the kernel changed with the setting and no other program since: name -> what it was. Where the setting
    itself is back already, by an undo that was killed or by another program, the kernel changed them once more."""
    return {
        name: one["was"]
        for name, one in along.items()
        if already_back or one["ours"] is None or now(SETTINGS[name], subject) in (one["ours"], one["was"])
    }


def named_now(change: Mapping[str, Any]) -> str:
    """The name that the device has now."""
    subject, known = str(change["subject"]), str(change.get("device", ""))
    for link in sorted(NET.glob("*/device")) if known else ():
        if str(link.resolve()) == known:
            return link.parent.name
    return subject
