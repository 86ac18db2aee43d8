"""Raw devices, with real loop devices: reading is free, writing needs an empty, idle device and its name typed."""

import os
import subprocess
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.facts.block import block, io_path
from perfadvisor.targets.changing import raw_device
from perfadvisor.targets.changing.raw_device import allow_writing, findings, identity, look
from perfadvisor.targets.here.capture import capture


def machine():
    return capture((*io_path.PATTERNS, *block.PATTERNS))


@pytest.fixture
def disk(tmp_path):
    """An empty loop device of 64 MiB."""
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(64 << 20)
    made = subprocess.run(["losetup", "--show", "-fP", str(image)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no loop device here: {made.stderr.strip()}")
    node = made.stdout.strip()
    yield node
    subprocess.run(["losetup", "-d", node], check=True)


def found(node: str) -> str:
    tree = machine()
    return "; ".join(findings(look(node, tree), tree))


def test_an_empty_idle_device_needs_its_name_typed(disk) -> None:
    tree = machine()
    device = look(disk, tree)
    assert (device.size_bytes, device.name) == (64 << 20, Path(disk).name)
    assert list(findings(device, tree)) == []
    asked = []
    allow_writing(device, tree, lambda name: asked.append(name) or name)
    assert asked == [identity(device)]
    for answer in ("", "yes", "y", asked[0] + "x"):
        with pytest.raises(InputError, match="not confirmed") as caught:
            allow_writing(device, tree, lambda _name, answer=answer: answer)
        assert asked[0] in caught.value.hint


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (["mkfs.ext4", "-q"], "ext4 signature"),
        (["mkswap"], "swap signature"),
    ],
)
def test_a_signature_is_a_reason(disk, make, said) -> None:
    subprocess.run([*make, disk], check=True, capture_output=True)
    assert said in found(disk)
    with pytest.raises(InputError, match=said):
        allow_writing(look(disk, machine()), machine(), lambda name: name)


def test_a_partition_table_is_a_reason(disk) -> None:
    with Path(disk).open("r+b", buffering=0) as device:
        device.write(
            bytes(446) + b"\x00\x00\x02\x00\x83\x00\x02\x00" + b"\x01\0\0\0\xff\0\0\0" + bytes(48) + b"\x55\xaa"
        )
    assert "dos signature" in found(disk)


def test_a_torn_lvm_label_or_any_other_trace_is_a_reason(disk) -> None:
    if subprocess.run(["mkfs.ext4", "-q", disk]).returncode == 0:
        with Path(disk).open("r+b", buffering=0) as device:
            device.write(bytes(1024))  # the boot block alone is not the file system
    assert "ext4 signature" in found(disk)


def test_a_mount_is_a_reason(disk, tmp_path) -> None:
    subprocess.run(["mkfs.ext4", "-q", disk], check=True)
    point = tmp_path / "point"
    point.mkdir()
    subprocess.run(["mount", disk, str(point)], check=True)
    try:
        said = found(disk)
        assert f"mounted on {point}" in said
        assert "cannot be had exclusively: Device or resource busy" in said
    finally:
        subprocess.run(["umount", str(point)], check=True)


def test_somebody_who_has_it_open_is_a_reason(disk) -> None:
    holder = os.open(disk, os.O_RDONLY)
    try:
        assert f"open in process {os.getpid()}" in found(disk)
    finally:
        os.close(holder)


def test_the_disk_under_the_root_is_never_written() -> None:
    tree = machine()
    number = io_path.mount_of(tree, "/", "").number
    node = f"/dev/{Path(f'/sys/dev/block/{number}').resolve().name}"
    if not Path(node).exists():
        pytest.skip("no block device under / here")
    with pytest.raises(InputError, match="mounted on /"):
        allow_writing(look(node, tree), tree, lambda name: name)


def test_without_the_tools_nothing_is_believed(disk, monkeypatch) -> None:
    monkeypatch.setattr(raw_device, "installed", lambda _program: False)
    assert "cannot be checked for signatures" in found(disk)


@pytest.mark.parametrize("node", ["/dev/null", "/etc/passwd", "/nowhere"])
def test_what_is_no_block_device(node) -> None:
    with pytest.raises(InputError, match=node):
        look(node, machine())
