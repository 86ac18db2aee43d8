"""What is on disk stays there after a power cut: contents are synced before a name leads to them, names after."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from perfadvisor.bundle import durable
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.saved.snapshot_file import save_snapshot
from perfadvisor.targets.changing import journal


@pytest.fixture
def calls(monkeypatch) -> list[tuple[str, str, int]]:
    """What was synced or named, in order: the kind of call, the name at that moment, and the size."""
    seen: list[tuple[str, str, int]] = []
    sync, replace, rename, link = os.fsync, os.replace, os.rename, os.link

    def path_of(descriptor: int) -> Path:
        return Path(f"/proc/self/fd/{descriptor}").readlink()

    def fsync(descriptor: int) -> None:
        path = path_of(descriptor)
        seen.append(
            (
                "sync",
                "temporary" if ".unfinished-" in path.name or ".tar" in path.name else path.name,
                0 if path.is_dir() else os.fstat(descriptor).st_size,
            )
        )
        sync(descriptor)

    def renaming(call: Callable[..., None]) -> Callable[..., None]:
        def record(source: object, target: object, **more: object) -> None:
            seen.append(("name", Path(str(target)).name, 0))
            call(source, target, **more)

        return record

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", renaming(replace))
    monkeypatch.setattr(os, "rename", renaming(rename))
    monkeypatch.setattr(os, "link", renaming(link))
    return seen


def test_a_file(tmp_path, calls) -> None:
    durable.write_file(tmp_path / "x", b"12345")
    assert calls == [("sync", "temporary", 5), ("name", "x", 0), ("sync", tmp_path.name, 0)]


def test_a_folder(tmp_path, calls) -> None:
    durable.write_folder(tmp_path / "x", {"a": b"12", "b": b"345"})
    assert calls == [
        ("sync", "a", 2),
        ("sync", "b", 3),
        ("sync", "temporary", 0),
        ("name", "x", 0),
        ("sync", tmp_path.name, 0),
    ]


def test_a_line_of_a_journal(tmp_path, calls) -> None:
    journal.append(tmp_path / "x", {"n": 1})
    assert calls == [("sync", "x", len(b'{"n": 1}\n'))]


def test_a_snapshot(tmp_path, calls) -> None:
    save_snapshot(Snapshot(environment="local", taken=5.0, tree=Tree({"/proc/x": b"1"})), tmp_path / "x.tar.gz")
    (kind, _, size), *rest = calls
    assert (kind, size) == ("sync", (tmp_path / "x.tar.gz").stat().st_size)
    assert rest == [("name", "x.tar.gz", 0)]
