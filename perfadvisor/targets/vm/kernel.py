"""What a guest of this host's own userspace boots with: virtme-ng, and a kernel whose modules this host has."""

import os
import re
import shutil
import sys
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.extras import how_to_add

MODULES = Path("/lib/modules")
BOOT = Path("/boot")
NINE_P = "fs/9p/9p.ko"  # the root comes over 9p; the "cloud" kernels lack it


def vng() -> Path:
    """The program `vng`; beside this Python where it is not on the PATH. MeasureError where it is missing."""
    found = shutil.which("vng", path=_path())
    if found is None:
        raise MeasureError("virtme-ng is not installed", how_to_add("vm"))
    return Path(found)


def vng_environment() -> dict[str, str]:
    """What to add to the environment: `vng` starts `virtme-run` by name, so its directory must be on the PATH."""
    return {"PATH": _path()}


def _path() -> str:
    beside = str(Path(sys.executable).parent)
    return os.pathsep.join([beside, os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def choose(modules: Path = MODULES, boot: Path = BOOT, running: str | None = None) -> str:
    """The release to boot: the running kernel where it can serve, else the newest that can.

    MeasureError where this host has none with its image, its modules and 9p."""
    able = [release for release in _releases(modules) if _can_serve(release, modules, boot)]
    if not able:
        raise MeasureError(
            "no kernel for a guest: none in /boot has modules with 9p in /lib/modules", "apt install linux-image-amd64"
        )
    current = os.uname().release if running is None else running
    return current if current in able else max(able, key=_version)


def _releases(modules: Path) -> list[str]:
    return [entry.name for entry in modules.iterdir()] if modules.is_dir() else []


def _can_serve(release: str, modules: Path, boot: Path) -> bool:
    if not (boot / f"vmlinuz-{release}").is_file():
        return False
    folder = modules / release
    built_in = folder / "modules.builtin"
    if built_in.is_file() and NINE_P in built_in.read_text():
        return True
    return any(folder.glob(f"kernel/{NINE_P}*"))


def _version(release: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", release)]
