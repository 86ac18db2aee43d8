"""Loop devices over sparse files."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfadvisor.facts.block import block, io_path
from perfadvisor.model.tree import Tree
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.raw import users
from perfadvisor.targets.raw.device import look
from perfadvisor.targets.raw.guard import findings
from tests.machine_seen import first_namespaces, readable_proc


def machine() -> Tree:
    return capture((*io_path.PATTERNS, *block.PATTERNS))


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Makes loop devices, of a size or over a file; each is detached at the end."""
    nodes: list[str] = []

    def attach(size: int = 64 << 20, file: Path | None = None) -> str:
        image = file or tmp_path / f"image{len(nodes)}"
        if file is None:
            with image.open("wb") as stream:
                stream.truncate(size)
        made = subprocess.run(["losetup", "--show", "-fP", str(image)], capture_output=True, text=True)
        if made.returncode:
            pytest.skip(f"no loop device here: {made.stderr.strip()}")
        nodes.append(made.stdout.strip())
        return nodes[-1]

    def detach(node: str) -> None:
        nodes.remove(node)
        subprocess.run(["losetup", "-d", node], check=True)

    attach.detach = detach
    yield attach
    for node in tuple(nodes):
        detach(node)


@pytest.fixture
def all_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process can be looked at."""
    monkeypatch.setattr(users, "PROC", readable_proc(tmp_path / "proc"))
    monkeypatch.setattr(users, "FIRST_NAMESPACES", first_namespaces())


@pytest.fixture
def disk(loop) -> str:
    """An empty loop device of 64 MiB."""
    return loop()


@pytest.fixture
def found() -> Callable[[str], str]:
    """Everything that speaks against writing to a device."""

    def all_of(node: str) -> str:
        tree = machine()
        return "; ".join(findings(look(node, tree), tree))

    return all_of
