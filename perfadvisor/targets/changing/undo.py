"""The kinds of change that perfadvisor makes to a machine, and how each is restored.

A change is a plain JSON object, so that it can be written down before it is made and undone by another process. To add
a kind: a constructor, a function that undoes it, and its line in UNDO. Undoing twice must be harmless.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from perfadvisor.errors import MeasureError
from perfadvisor.settings.model import Values, Write
from perfadvisor.targets.base import Command
from perfadvisor.targets.changing import attribute, iommu_type, pci_driver, settings_file, vfio_module
from perfadvisor.targets.here.process import run

Change = Mapping[str, Any]
UNTIL_REBOOT = ("/proc/", "/sys/")
COMMAND_S = 30.0  # for what a command undoes


def file_made(path: Path) -> Change:
    """A file that is going to be created; undone: removed."""
    return {"what": "file", "path": str(path)}


def setting_changed(path: Path, was: str) -> Change:
    """A kernel setting that is going to be written; undone: what it `was`."""
    return {"what": "setting", "path": str(path), "was": was}


def pages_added(path: Path, count: int) -> Change:
    """Pages that are going to be reserved on top of those there; undone: as many fewer, because two commands may
    reserve at once and each must leave the other's alone."""
    return {"what": "pages", "path": str(path), "added": count}


def undone_by(argv: tuple[str, ...], about: str, *, lasts_over_reboot: bool = False) -> Change:
    """Any change that a command undoes ("ip link del X"); `about` says what, for people."""
    return {"what": "command", "path": about, "argv": list(argv), "lasts": lasts_over_reboot}


def hook(argv: tuple[str, ...], told: Mapping[str, str], limit_s: float) -> Change:
    """A user's command that is to run after a trial, whatever becomes of it; undone: run, with these variables."""
    about = f"hook after trial {told.get('PERFADVISOR_TRIAL', '')}".rstrip()
    return {**undone_by(argv, about), "told": dict(told), "limit_s": limit_s}


def driver_changed(function: Path, was: str) -> Change:
    """A PCI function (its directory in sysfs) that is going to be bound to another driver; undone: `was` ("" for
    none) drives it again, and its `driver_override` is what the user had there."""
    return {"what": "driver", "path": str(function), "was": was, "override": pci_driver.override_of(function)}


def domain_changed(group: Path, was: str, drivers: Mapping[str, str]) -> Change:
    """The type of an IOMMU group (its directory in sysfs) that is going to be changed, for which its functions lose
    their drivers for a moment; undone: the type it `was`, then these drivers."""
    return {"what": "domain", "path": str(group), "was": was, "drivers": dict(drivers)}


def functions_made(physical: Path, was: str) -> Change:
    """Virtual functions that are going to be made; undone: as many as there were."""
    return {"what": "functions", "path": str(physical / "sriov_numvfs"), "was": was}


def module_loaded(name: str) -> Change:
    """A kernel module that is going to be loaded; undone: unloaded, unless it is in use by then."""
    return {"what": "module", "path": f"/sys/module/{name}", "name": name}


def group_written(
    write: Write, device: str, ours: Values | None, along: Mapping[str, Mapping[str, Values | None]] | None = None
) -> Change:
    """A setting that is going to be written as a group; undone: the fields as they were, where they are still `ours`,
    the values read back (None while they were not). `device` finds a NIC that got another name meanwhile. `along` has
    the same for settings that the kernel changes with it: name -> what it `was`, and `ours`."""
    return {
        "what": "group",
        "path": write.source,
        "setting": write.setting.name,
        "subject": write.subject,
        "device": device,
        "was": dict(write.takes_back),
        "ours": None if ours is None else dict(ours),
        "along": dict(along or {}),
    }


def put_back(change: Change) -> None:
    """Undo one change; raises where that fails."""
    undo = UNDO.get(str(change.get("what")))
    if undo is None:
        raise MeasureError(f"a change of kind {change.get('what')!r} is unknown to this perfadvisor")
    if not _gone_with_reboot(change):
        undo(change)


def _gone_with_reboot(change: Change) -> bool:
    if change.get("boot", boot_id()) == boot_id():
        return False
    return not change.get("lasts", not str(change.get("path")).startswith(UNTIL_REBOOT))


def _remove_file(change: Change) -> None:
    path = Path(change["path"])
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)


def _write_setting(change: Change) -> None:
    attribute.write(Path(change["path"]), change["was"])


def _give_pages_back(change: Change) -> None:
    path = Path(change["path"])
    attribute.write(path, str(max(0, int(path.read_text()) - int(change["added"]))))


def _run_command(change: Change) -> None:
    limit_s, told = float(change.get("limit_s", COMMAND_S)), change.get("told", {})
    done = run(Command(argv=tuple(change["argv"]), timeout_s=limit_s, environment=told))
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise MeasureError(f"{' '.join(change['argv'])}: exit code {done.returncode}: {said}")


def _rebind(change: Change) -> None:
    pci_driver.rebind(Path(change["path"]), change["was"], str(change.get("override", "")))


def _set_domain(change: Change) -> None:
    iommu_type.set_type(Path(change["path"]), change["was"], change["drivers"])


def _unmake_functions(change: Change) -> None:
    path = Path(change["path"])
    if path.exists() and path.read_text().strip() != change["was"]:  # without its device there is nothing to undo
        attribute.write(path, "0")  # the kernel knows no other step than through none
        if change["was"] != "0":
            attribute.write(path, change["was"])


def _unload(change: Change) -> None:
    vfio_module.unload(change["name"])


UNDO: dict[str, Callable[[Change], None]] = {
    "file": _remove_file,
    "setting": _write_setting,
    "pages": _give_pages_back,
    "command": _run_command,
    "driver": _rebind,
    "domain": _set_domain,
    "functions": _unmake_functions,
    "module": _unload,
    "group": settings_file.put_back,
}


@cache
def boot_id() -> str:
    """The kernel's name for the time since the last boot."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
