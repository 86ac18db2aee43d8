"""Where workloads, rules and report templates lie: beside the package in a checkout, inside it when installed."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from perfadvisor.errors import InputError

Kind = Literal["workloads", "rules", "reports", "templates"]

MAX_FILES = 2000
_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(kind: Kind) -> Path:
    """The directory that came with perfadvisor."""
    installed = _PACKAGE / "_packs" / kind  # hatch puts it there, see pyproject.toml
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def directories(kind: Kind, own: Sequence[Path] = ()) -> tuple[Path, ...]:
    """The shipped directory, then the user's own; raises InputError for one that is not there."""
    for path in own:
        if not path.is_dir():
            raise InputError(f"{path} is not a directory", f"give a directory of {kind} in YAML")
    return (shipped(kind), *own)


def yaml_files(directory: Path) -> tuple[Path, ...]:
    """Every *.yaml below a directory, sorted, hidden ones left out. Raises InputError for an unlikely number."""
    found: list[Path] = []
    for folder, folders, files in os.walk(directory):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(folder, name) for name in files if name.endswith(".yaml") and not name.startswith(".")]
        if len(found) > MAX_FILES:
            raise InputError(
                f"{directory} holds more than {MAX_FILES} YAML files", "name the directory of the pack itself"
            )
    return tuple(sorted(found))


def name_of(path: Path, directory: Path) -> str:
    """The file's place below its directory without `.yaml`: what its `id` must be ("storage/randread-4k")."""
    return path.relative_to(directory).with_suffix("").as_posix()
