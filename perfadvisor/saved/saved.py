"""Saved machines: our own snapshots, and trees that others made."""

from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.saved.archive import members
from perfadvisor.saved.foreign import foreign_tree, rooted
from perfadvisor.saved.snapshot_file import is_snapshot, load_snapshot, save_snapshot, snapshot_of

__all__ = ["load", "load_snapshot", "load_tree", "save_snapshot"]


def load(path: Path) -> Snapshot:
    """The snapshot at `path`; a foreign tree becomes a snapshot without a time. InputError where it is neither."""
    if not path.exists():
        raise InputError(f"{path}: no such file or directory", "check the path")
    if path.is_dir() or path.suffix == ".ttar":
        return _foreign(foreign_tree(path), path)
    entries = dict(members(path))
    if is_snapshot(entries):
        return snapshot_of(entries, path)
    return _foreign(rooted(entries, str(path)), path)


def load_tree(path: Path) -> Tree:
    """The tree of a snapshot, directory or archive."""
    return load(path).tree


def _foreign(tree: Tree, path: Path) -> Snapshot:
    return Snapshot(environment=path.name, taken=0.0, tree=tree)
