"""Recordings without the directories of the machine on which the lab was booted."""

import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Entry, Symlink, Tree
from perfadvisor.saved.saved import load_snapshot
from perfadvisor.saved.snapshot_file import save_snapshot

SNAPSHOT = ".tar.gz"


class Scrubber:
    """Replaces each directory by the other name given for it."""

    def __init__(self, names: Mapping[str, str]) -> None:
        longest = sorted(names, key=len, reverse=True)  # one may lie in another
        self._names = [(name.encode(), names[name].encode()) for name in longest]

    def text(self, data: bytes) -> bytes:
        """The same, with other names."""
        for name, other in self._names:
            data = data.replace(name, other).replace(name.lstrip(b"/"), other.lstrip(b"/"))
        return data

    def snapshot(self, source: Path, target: Path) -> None:
        """A snapshot's archive written anew."""
        save_snapshot(self._cleaned(load_snapshot(source)), target)

    def run(self, source: Path, target: Path) -> None:
        """A run's directory as one file."""
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / source.name
            shutil.copytree(source, copy)
            for file in copy.rglob("*"):
                if file.name.endswith(SNAPSHOT):
                    self.snapshot(source / file.relative_to(copy), file)
                elif file.is_file():
                    file.write_bytes(self.text(file.read_bytes()))
            with tarfile.open(target, "w:xz", preset=9) as packed:
                packed.add(copy, source.name)

    def _cleaned(self, snapshot: Snapshot) -> Snapshot:
        window = snapshot.window
        if window is not None:
            window = replace(window, before=self._tree(window.before), after=self._tree(window.after))
        return replace(snapshot, tree=self._tree(snapshot.tree), window=window)

    def _tree(self, tree: Tree) -> Tree:
        return Tree({self._word(name): self._entry(entry) for name, entry in tree.items()})

    def _entry(self, entry: Entry) -> Entry:
        if isinstance(entry, bytes):
            return self.text(entry)
        return Symlink(self._word(entry.target)) if isinstance(entry, Symlink) else entry

    def _word(self, word: str) -> str:
        return self.text(word.encode(errors="surrogateescape")).decode(errors="surrogateescape")
