"""A recording carries no directory of the machine on which it was made."""

import tarfile
from pathlib import Path

from perfadvisor.model.snapshot import Snapshot, Window
from perfadvisor.model.tree import Symlink, Tree
from perfadvisor.saved.saved import load_snapshot, save_snapshot
from tests.lab.scrub import Scrubber

SCRUBBER = Scrubber({"/home/jo": "/opt/jo", "/home/jo/work": "/opt/work"})


def snapshot(path: Path) -> None:
    tree = Tree(
        {
            "/proc/7/cmdline": b"qemu\0/home/jo/work/disk.img",
            "/home/jo/size": b"3\n",
            "/sys/link": Symlink("../home/jo/work"),
        }
    )
    window = Window(seconds=1.0, before=tree, after=tree)
    save_snapshot(Snapshot(environment="local", taken=1.0, tree=tree, window=window), path)


def test_a_snapshot(tmp_path: Path) -> None:
    snapshot(tmp_path / "plain.tar.gz")
    SCRUBBER.snapshot(tmp_path / "plain.tar.gz", tmp_path / "clean.tar.gz")
    clean = load_snapshot(tmp_path / "clean.tar.gz")
    assert clean.window is not None
    for tree in (clean.tree, clean.window.before, clean.window.after):
        assert dict(tree.items()) == {
            "/proc/7/cmdline": b"qemu\0/opt/work/disk.img",
            "/opt/jo/size": b"3\n",
            "/sys/link": Symlink("../opt/work"),
        }


def test_a_run(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    snapshot(run / "before.tar.gz")
    (run / "plan.json").write_text('{"file": "/home/jo/x"}')
    SCRUBBER.run(run, tmp_path / "run.tar.xz")
    with tarfile.open(tmp_path / "run.tar.xz") as packed:
        packed.extractall(tmp_path / "out")  # our own; the oldest Python has no filter for it
    out = tmp_path / "out/run"
    assert (out / "plan.json").read_text() == '{"file": "/opt/jo/x"}'
    assert b"home/jo" not in b"".join(str(one).encode() for one in load_snapshot(out / "before.tar.gz").tree.items())
