"""Everything that Debian's tools can put on a device keeps it from being written to, and so does anything else."""

import hashlib
import os
import random
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.targets.raw import content, magics, users
from perfadvisor.targets.raw.device import look
from perfadvisor.targets.raw.guard import allow_writing
from tests import signatures
from tests.machine_seen import first_namespaces, readable_proc
from tests.targets.raw.conftest import machine

TOOLS = signatures.kept()
NAMES = (*TOOLS, *signatures.BYTES)
# Formats without a magic number, or with one too short to be told from chance.
NAMELESS = {
    "bfs", "sgi partitions", "amiga partitions", "dvh partitions", "random data",
    "one block of ones", "one bit", "InnoDB page", "AIX label", "verity", "drbd",
    "ufs", "jffs2", "atari partitions", "PostgreSQL table", "MariaDB tablespace",
}  # fmt: skip
OTHER_USER = 65533


@pytest.mark.parametrize("name", NAMES)
def test_it_is_seen_as_data_and_has_a_name(tmp_path, name) -> None:
    image = tmp_path / "image"
    signatures.write(name, image, TOOLS)
    descriptor = os.open(image, os.O_RDONLY)
    try:
        seen = content.look(descriptor, image.stat().st_size)
    finally:
        os.close(descriptor)
    assert seen.data_at is not None
    data = image.read_bytes()
    named = list(magics.names(data[: magics.HEAD_BYTES], data[-magics.TAIL_BYTES :]))
    assert bool(named) is (name not in NAMELESS), named


@pytest.mark.slow
@pytest.mark.tools
def test_no_device_that_holds_anything_is_written_to(loop, tmp_path, monkeypatch, capsys) -> None:
    """As root, who sees every process, and as a user who may write to the device: refused, and not one bit changed.
    The guard is asked as if somebody typed whatever it wants."""
    proc, first = readable_proc(tmp_path / "proc"), first_namespaces()
    monkeypatch.setattr(users, "PROC", proc)
    monkeypatch.setattr(users, "FIRST_NAMESPACES", first)
    seed = random.SystemRandom().randrange(1 << 32)
    rows = []
    for name in (*NAMES, *(f"one byte at {at}" for at in random.Random(seed).sample(range(64 << 20), 10))):
        image = tmp_path / "image"
        if name.startswith("one byte at "):
            signatures.recipes.at(int(name.split()[-1]), b"\x2a", 64 << 20)(image)
        else:
            signatures.write(name, image, TOOLS)
        before = hashlib.sha256(image.read_bytes()).digest()
        node = loop(file=image)
        root, other = refusal(node), as_another_user(node)
        os.sync()
        assert hashlib.sha256(image.read_bytes()).digest() == before, name
        assert root and other, f"{name}: root {root!r}, another user {other!r} (seed {seed})"
        rows.append(f"{name:24} {root[:140]}")
        loop.detach(node)
    with capsys.disabled():
        print(f"\n{len(rows)} devices refused as root and not, images unchanged (seed {seed})", *rows, sep="\n")


def refusal(node: str) -> str:
    """Why the guard refuses the device, "" where it does not."""
    tree = machine()
    try:
        allow_writing(look(node, tree), tree, lambda name, _seen: name)
    except InputError as error:
        return error.message.removeprefix(f"{node} will not be written to: ")
    return ""


def as_another_user(node: str) -> str:
    """The same of a user who has rights on the device and sees few processes."""
    if os.geteuid():
        return refusal(node)
    reading, writing = os.pipe()
    mode = Path(node).stat().st_mode & 0o777
    Path(node).chmod(0o666)
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setgid(OTHER_USER)
        os.setuid(OTHER_USER)
        os.write(writing, refusal(node).encode()[:1000])
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    Path(node).chmod(mode)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode()
