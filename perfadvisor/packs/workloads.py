"""Workloads: `workloads/<device>/<name>.yaml` as they came with perfadvisor, and the user's own directories.

Reading and checking them takes half a second, so what was found good is kept, by the hash of everything it rests on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from perfadvisor.model.workload import Workload
from perfadvisor.packs import kept, plugins
from perfadvisor.packs.locate import directories, name_of, yaml_files
from perfadvisor.packs.problems import did_you_mean

SUITES = "suites/"  # the one directory below workloads/ that holds no workloads
_PACKAGE = Path(__file__).resolve().parent.parent
_CODE = ("packs/*.py", "tools/**/*.py", "model/workload.py")


def load_workloads(own: Sequence[Path] = ()) -> dict[str, Workload]:
    """Every workload by id, the shipped ones and those below the user's `own` directories.

    Raises PackError with all mistakes of all files."""
    places = [(path, name) for path, name in pack_files(own) if not name.startswith(SUITES)]
    key = kept.key((*code(), *(plugins.files() if own else ()), *(path for path, _ in places)))
    found = _kept(key)
    if found is None:
        from perfadvisor.packs.workload_reader import read_workloads  # pydantic and ruamel take a while to import

        found = read_workloads(places)
        kept.save("workloads", key, [asdict(workload) for workload in found])
    return {workload.id: workload for workload in sorted(found, key=lambda workload: workload.id)}


def pack_files(own: Sequence[Path]) -> list[tuple[Path, str]]:
    """Every workload and suite file with its name, the shipped ones first."""
    return [
        (path, name_of(path, directory))
        for directory in directories("workloads", own)
        for path in yaml_files(directory)
    ]


def code() -> Iterable[Path]:
    """The code that says what a good workload is."""
    return (path for pattern in _CODE for path in sorted(_PACKAGE.glob(pattern)))


def _kept(key: str) -> tuple[Workload, ...] | None:
    try:
        return tuple(_workload(found) for found in kept.load("workloads", key) or ()) or None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _workload(found: dict[str, Any]) -> Workload:
    return Workload(**{**found, "metrics": tuple(found["metrics"]), "requires": tuple(found["requires"])})


def matching(pattern: str, workloads: Mapping[str, Workload]) -> list[str]:
    """The ids a name or pattern stands for."""
    return [id for id in workloads if fnmatchcase(id, pattern)]


def unknown(name: str, known: Mapping[str, object]) -> str:
    """What to say of a workload or suite name that is not known."""
    return f"there is no workload or suite `{name}`{did_you_mean(name, known)}"
