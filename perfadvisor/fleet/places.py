"""Which bundles lie at the paths a user gives, and which host each is of.

A host is named by its file or directory, as an inventory named it; never by what it says of itself.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.plaintext import visible_line
from perfadvisor.saved.foreign import ROOTS
from perfadvisor.saved.given import ARCHIVES
from perfadvisor.saved.packed_run import PACKED_RUN, RUN_FILE

_SUFFIXES = sorted((*ARCHIVES, PACKED_RUN), key=len, reverse=True)
LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class BundlePlace:
    """One bundle: a snapshot's archive, a run's directory, or a copy of a machine's files."""

    host: str
    path: Path


def bundle_places(paths: Sequence[Path]) -> tuple[BundlePlace, ...]:
    """Every bundle at or below the paths, sorted by host. Bundles of one name get the directory in front of it.
    InputError for a path that does not exist, or where there is no bundle at all."""
    found = [place for path in paths for place in _at(path)]
    if not found:
        named = ", ".join(map(str, paths))
        raise InputError(f"{named}: no snapshots or runs", "perfadvisor snapshot -o HOST.tar.gz makes one on each host")
    counts = Counter(place.host for place in found)
    top = os.path.commonpath([place.path.parent for place in found]) if len(found) > 1 else ""
    named_apart = (_apart(place, top) if counts[place.host] > 1 else place for place in dict.fromkeys(found))
    return tuple(sorted(named_apart, key=lambda place: (place.host, place.path)))


def _at(path: Path) -> Iterator[BundlePlace]:
    if not path.exists():
        raise InputError(f"{path}: no such file or directory", "check the path")
    path = path.resolve()
    if path.is_file() or _is_bundle(path):
        yield BundlePlace(host=_name(path), path=path)
        return
    for folder, names, files in os.walk(path):
        here = Path(folder)
        bundles = [name for name in sorted(names) if _is_bundle(here / name)]
        names[:] = [name for name in sorted(names) if name not in bundles and not name.startswith(".")]
        archives = [name for name in sorted(files) if name.endswith(ARCHIVES) and not name.startswith(".")]
        yield from (BundlePlace(host=_name(here / name), path=here / name) for name in (*bundles, *archives))


def _is_bundle(path: Path) -> bool:
    return (path / RUN_FILE).is_file() or any((path / root).is_dir() for root in ROOTS)


def _name(path: Path) -> str:
    suffix = next((one for one in _SUFFIXES if path.name.endswith(one)), "")
    return visible_line(path.name.removesuffix(suffix))[:LONGEST_NAME] or "unnamed"


def _apart(place: BundlePlace, top: str) -> BundlePlace:
    above = os.path.relpath(place.path.parent, top)
    return place if above == "." else replace(place, host=visible_line(f"{above}/{place.host}")[:LONGEST_NAME])
