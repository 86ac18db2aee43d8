"""A machine whose every name and text is hostile, in a snapshot: what commands print of it cannot steer a terminal."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli import group
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Entry, Symlink, Tree
from perfadvisor.saved.saved import load, save_snapshot

PLANTED = Path(__file__).resolve().parents[1] / "data" / "planted"
EVIL = "\x1b[2J\x07\N{RIGHT-TO-LEFT OVERRIDE}"
OURS = re.compile(r"\x1b\[[0-9;]*m")  # colours
COMMANDS = (
    "advise", "advise --explain all", "advise --as shell", "advise --as diff", "advise --as ansible",
    "advise --as tuned",
    "facts", "facts --absent", "devices", "devices --bridges", "settings show",
)  # fmt: skip


def poisoned(tree: Tree, word: str) -> Tree:
    """The same machine with the word in front of each short text, and in each name of a disk, NIC or process."""
    entries: dict[str, Entry] = {}
    for source, entry in tree.items():
        name = re.sub(r"(?<=/(?:net|blk))/(?=[^/]+)", f"/{word}", source, count=1)
        if isinstance(entry, bytes) and len(entry) < 80 and not entry.strip().isdigit():
            entry = word.encode() + entry
        entries[name] = Symlink(f"{entry.target}{word}") if isinstance(entry, Symlink) and "net" in source else entry
    return Tree(entries)


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder, found = tmp_path_factory.mktemp("hostile"), []
    for number, source in enumerate(sorted(PLANTED.glob("*.tar.gz"))[::12]):
        whole = load(source)
        for word in (EVIL, "x\n::error::"):
            made = Snapshot(environment=f"h{word}", taken=1e9, tree=poisoned(whole.tree, word))
            found.append(folder / f"{number}-{len(found)}.tar.gz")
            save_snapshot(made, found[-1])
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_printed_moves_the_cursor_or_begins_a_line(snapshots: list[Path], command: str) -> None:
    first, *options = command.split()
    for path in snapshots:
        done = CliRunner().invoke(group, [first, str(path), *options])
        said = OURS.sub("", done.stdout + done.stderr)
        assert all(line.replace("\t", "").isprintable() for line in said.split("\n")), ascii(said[-500:])
        assert not any(line.startswith("::error") for line in said.splitlines())


def test_of_two_machines_neither(snapshots: list[Path]) -> None:
    done = CliRunner().invoke(group, ["diff", str(snapshots[0]), str(snapshots[1])])
    said = OURS.sub("", done.stdout + done.stderr)
    assert all(line.replace("\t", "").isprintable() for line in said.split("\n")), ascii(said[-500:])
