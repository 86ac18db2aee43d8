"""One line of the doctor's screen, and the words for installing a package on this distribution."""

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Ability(StrEnum):
    """`yes`: works; `partly`: works with less; `no`: cannot be done as things are."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """`what` can be done, whether it can, the `detail` behind that, and the command that `unlocks` the rest."""

    area: str
    what: str
    state: Ability
    detail: str
    unlock: str = ""


def as_root(command: str) -> str:
    """The command for an administrator, with the program's own path: sudo looks in its own directories only."""
    program = Path(sys.argv[0]).resolve()
    called = f"{sys.executable} -m perfadvisor" if program.name == "__main__.py" else str(program)
    return f"sudo {called} {command}"


INSTALLERS = {
    "debian": "apt-get install",
    "ubuntu": "apt-get install",
    "fedora": "dnf install",
    "rhel": "dnf install",
    "suse": "zypper install",
    "arch": "pacman -S",
    "alpine": "apk add",
}


def installer(os_release: Path = Path("/etc/os-release")) -> str:
    """The package command of this distribution, from ID and ID_LIKE (os-release(5)); apt-get where it says nothing."""
    try:
        lines = os_release.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    names = f"{values.get('ID', '')} {values.get('ID_LIKE', '')}".replace('"', "").split()
    return next((INSTALLERS[name] for name in names if name in INSTALLERS), "apt-get install")
