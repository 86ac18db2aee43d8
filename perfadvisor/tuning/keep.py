"""Make what is kept last over a restart: files written, each accepted by the program that reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.keeping import SYSCTL, TMPFILES, UDEV, Lasting, LastingFile, files, why_not
from perfadvisor.targets.base import Command
from perfadvisor.targets.changing import kept_files, settings_file
from perfadvisor.targets.here.process import installed, run
from perfadvisor.tuning import record
from perfadvisor.tuning.model import Kept, Tune, TuneState

ROOT = Path("/")
READ_S = 30.0
# What reads such a file, and accepts it. The values are in force already, so that reading it changes nothing.
READERS: Mapping[str, tuple[str, ...]] = {
    SYSCTL: ("sysctl", "-p"),
    UDEV: ("udevadm", "test"),
    TMPFILES: ("systemd-tmpfiles", "--create"),
}
PLACES = {"block": "/sys/block", "nic": "/sys/class/net", "pci": "/sys/bus/pci/devices"}
IDENTITIES = ("wwid", "device/wwid", "serial", "address")


def keep() -> Iterator[str]:
    """Write the files for everything in force; yields what was done. MeasureError where a file cannot be written, or
    its reader does not accept it: then that file is removed again."""
    for tune in record.load_all():
        if tune.state is TuneState.KEPT:
            yield from _kept(tune)


def _kept(tune: Tune) -> Iterator[str]:
    for rule in dict.fromkeys(one.rule for one in tune.kept):
        mine = [one for one in tune.kept if one.rule == rule]
        wanted = [lasting(one) for one in mine]
        for one in wanted:
            if reason := why_not(one):
                yield f"{one.setting} {one.subject}: not kept: {reason}"
        for file in files(rule, tune.id, wanted):
            path = ROOT / file.path
            digest = kept_files.write(path, file.text, _known(mine, path))
            yield f"{path}: written; {_accepted(file, path)}"
            tune = _with_file(tune, rule, str(path), digest)
            record.save(tune)


def lasting(one: Kept) -> Lasting:
    """What a kept change is to be after a restart, and how its subject is found then."""
    setting, subject = SETTINGS[str(one.change["setting"])], settings_file.named_now(one.change)
    place = PLACES.get(setting.subject)
    identity = {name: text for name in IDENTITIES if place and (text := _text(Path(place, subject, name)))}
    return Lasting(setting=setting.name, subject=subject, values=dict(one.change["ours"] or {}), identity=identity)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _known(mine: Sequence[Kept], path: Path) -> str:
    return next((one.files[str(path)] for one in mine if str(path) in one.files), "")


def _with_file(tune: Tune, rule: str, path: str, digest: str) -> Tune:
    """The tune with the file at the first change of this rule: its rollback removes it."""
    first = next(one for one in tune.kept if one.rule == rule)
    changed = replace(first, files={**first.files, path: digest})
    return replace(tune, kept=tuple(changed if one is first else one for one in tune.kept))


def _accepted(file: LastingFile, path: Path) -> str:
    """That its reader accepts it; what nothing here reads is reported."""
    program, *words = READERS[str(Path(file.path).parent)]
    if not installed(program):
        return f"{program} is not installed, so nothing here reads it"
    complaint = _complaint((program, *words), file, path)
    if complaint:
        path.unlink(missing_ok=True)
        raise MeasureError(f"{path}: not accepted by {program}: {complaint}", "perfadvisor tune status")
    return f"accepted by {program}"


def _complaint(words: Sequence[str], file: LastingFile, path: Path) -> str:
    """What the reader says against the file, "" for nothing. `udevadm test` ends well whatever it read, and begins a
    line with the file's name where it dislikes one of its lines."""
    udev = words[0] == "udevadm"
    about = [place for one in file.settings if (place := _device(one))][:1] if udev else [str(path)]
    done = run(Command(argv=(*words, *about), timeout_s=READ_S))
    said = (done.stderr + done.stdout).decode("utf-8", "replace").strip().splitlines()
    if udev:
        return next((line for line in said if line.startswith(f"{path}:")), "")
    return (said[-1] if said else f"exit code {done.returncode}") if done.returncode else ""


def _device(one: Lasting) -> str:
    """The directory in /sys of what a udev rule is about."""
    place = PLACES.get(SETTINGS[one.setting].subject)
    return f"{place}/{one.subject}" if place else ""
