"""Raw devices, with real loop devices: writing needs a blank, unused device and its name typed."""

import os
import secrets
import subprocess
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.facts.block import block, io_path, mount
from perfadvisor.model.tree import Tree
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.raw import content, guard, ledger, users
from perfadvisor.targets.raw.device import identity, look
from perfadvisor.targets.raw.guard import allow_writing, findings, read_of

pytestmark = pytest.mark.usefixtures("all_seen")
ZEROS = bytes(16)


def machine() -> Tree:
    return capture((*io_path.PATTERNS, *block.PATTERNS))


def write(node: str, data: bytes, at: int = 0) -> None:
    with Path(node).open("r+b", buffering=0) as device:
        device.seek(at)
        device.write(data)


def test_an_empty_idle_device_needs_its_name_typed(disk) -> None:
    tree = machine()
    device = look(disk, tree)
    assert (device.size_bytes, device.name) == (64 << 20, Path(disk).name)
    assert list(findings(device, tree)) == []
    asked = []
    allow_writing(device, tree, lambda *said: asked.extend(said) or said[0])
    assert asked == [identity(device, ZEROS), "All of it was read: it holds no data."]
    for answer in ("", "yes", "y", asked[0] + "x"):
        with pytest.raises(InputError, match="not confirmed") as caught:
            allow_writing(device, tree, lambda *_said, answer=answer: answer)
        assert asked[0] in caught.value.hint


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (["mkfs.ext4", "-q"], "ext4 signature"),
        (["mkswap"], "swap signature"),
    ],
)
def test_a_signature_is_a_reason(disk, found, make, said) -> None:
    subprocess.run([*make, disk], check=True, capture_output=True)
    assert said in found(disk)
    with pytest.raises(InputError, match=said):
        allow_writing(look(disk, machine()), machine(), lambda name, _seen: name)


def test_a_partition_table_is_a_reason(disk, found) -> None:
    with Path(disk).open("r+b", buffering=0) as device:
        device.write(
            bytes(446) + b"\x00\x00\x02\x00\x83\x00\x02\x00" + b"\x01\0\0\0\xff\0\0\0" + bytes(48) + b"\x55\xaa"
        )
    assert "dos signature" in found(disk)


def test_a_torn_lvm_label_or_any_other_trace_is_a_reason(disk, found) -> None:
    if subprocess.run(["mkfs.ext4", "-q", disk]).returncode == 0:
        with Path(disk).open("r+b", buffering=0) as device:
            device.write(bytes(1024))  # the boot block alone is not the file system
    assert "ext4 signature" in found(disk)


def test_a_mount_is_a_reason(disk, found, tmp_path) -> None:
    subprocess.run(["mkfs.ext4", "-q", disk], check=True)
    point = tmp_path / "point"
    point.mkdir()
    subprocess.run(["mount", disk, str(point)], check=True)
    try:
        said = found(disk)
        assert f"mounted on {point}" in said
        assert "cannot be opened exclusively: Device or resource busy" in said
    finally:
        subprocess.run(["umount", str(point)], check=True)


def test_somebody_who_has_it_open_is_a_reason(disk, found) -> None:
    holder = os.open(disk, os.O_RDONLY)
    try:
        assert f"in use by process {os.getpid()}" in found(disk)
    finally:
        os.close(holder)


def test_the_disk_under_the_root_is_never_written() -> None:
    tree = machine()
    number = io_path.mount_of(tree, "/", "").number
    node = f"/dev/{Path(f'/sys/dev/block/{number}').resolve().name}"
    if not Path(node).exists():
        pytest.skip("no block device under / here")
    with pytest.raises(InputError, match="mounted on /"):
        allow_writing(look(node, tree), tree, lambda name, _seen: name)


def test_a_disk_without_model_and_serial_is_named_by_size_and_first_bytes(disk) -> None:
    device = look(disk, machine())
    assert identity(device, b"\xff" * 16) == f"{device.name} {64 << 20} ffffffffffffffff"


@pytest.mark.parametrize("at", [0, 4096, 12345678, (64 << 20) - 512])
def test_data_without_a_signature_is_a_reason(disk, found, at) -> None:
    data = secrets.token_bytes(512)
    write(disk, data, at)
    assert f"holds data at byte {at // 512 * 512}" in found(disk)
    with pytest.raises(InputError, match="holds data"):
        allow_writing(look(disk, machine()), machine(), lambda name, _seen: name)
    assert data in Path(disk).read_bytes()


def test_an_image_with_a_file_system_inside_is_named(disk, found) -> None:
    write(disk, b"QFI\xfb\x00\x00\x00\x03")
    assert "holds data (qcow2 image)" in found(disk)


def test_a_device_that_cannot_be_read_is_refused(disk, found, monkeypatch) -> None:
    def broken(*_: object) -> content.Content:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(content, "look", broken)
    assert "cannot be read: Input/output error" in found(disk)


def test_where_other_users_cannot_be_seen_nothing_is_written(disk, found, monkeypatch) -> None:
    monkeypatch.setattr(users, "blindness", lambda _proc: "this user lacks CAP_SYS_PTRACE")
    assert found(disk) == (
        "other users of it cannot be seen: this user lacks CAP_SYS_PTRACE (run as root on the host itself)"
    )


def test_somebody_who_came_while_the_name_was_typed_is_a_reason(disk) -> None:
    holders = []

    def slow(name: str, _seen: str) -> str:
        holders.append(os.open(disk, os.O_RDONLY))
        return name

    with pytest.raises(InputError, match=f"in use by process {os.getpid()}"):
        allow_writing(look(disk, machine()), machine(), slow)
    os.close(holders[0])


def test_a_device_under_another_loop_device_is_a_reason(loop, found) -> None:
    below = loop()
    loop(file=Path(below))
    assert "in use by a loop device" in found(below)


def test_the_prompt_says_how_much_was_seen() -> None:
    size = 2 << 40
    seen = content.Content(read_bytes=600 << 20, size_bytes=size, data_at=None, head=ZEROS)
    assert read_of(seen) == (
        "0.6 of 2,048.0 GiB were read, both ends and 4,603 random blocks: they hold no data. "
        "Data in 0.1 % of the device would have been found with 99 %."
    )


def test_without_sysfs_nothing_is_written(disk, monkeypatch) -> None:
    tree = machine()
    device = look(disk, tree)
    gone = type(device)(node=disk, name="none", disk="none", size_bytes=device.size_bytes, way=device.way)
    assert any("holders and partitions cannot be seen" in reason for reason in findings(gone, tree))


def test_a_read_only_device_and_a_partition_are_reasons(loop, found, tmp_path) -> None:
    node = loop()
    subprocess.run(["blockdev", "--setro", node], check=True)
    assert "is read-only" in found(node)
    subprocess.run(["blockdev", "--setrw", node], check=True)
    table = bytes(446) + b"\x00\x00\x02\x00\x83\x00\x02\x00" + b"\x01\0\0\0\xff\0\0\0" + bytes(48) + b"\x55\xaa"
    write(node, table)
    subprocess.run(["partx", "--update", node], check=True, capture_output=True)
    assert f"has a partition {Path(node).name}p1" in found(node)


def test_holders_of_the_device_and_of_its_partitions_are_reasons(disk, found, tmp_path, monkeypatch) -> None:
    """As the device mapper and md leave them in sysfs."""
    folder = tmp_path / "block" / Path(disk).name
    for holder in ("holders/dm-0", "loop0p1/holders/md127"):
        (folder / holder).mkdir(parents=True)
    (folder / "size").write_text("131072\n")
    monkeypatch.setattr(guard, "BLOCK", tmp_path / "block")
    assert found(disk) == "held by dm-0; held by md127"


def test_a_swap_area_in_use_is_a_reason(disk, monkeypatch) -> None:
    name = Path(disk).name
    monkeypatch.setattr(guard.block_path, "whole_disks", lambda _tree: {name: name, f"{name}p1": name, "sdb": "sdb"})
    device = look(disk, machine())
    for node, words in ((disk, ["used as swap"]), (f"{disk}p1", ["used as swap"]), ("/dev/sdb", [])):
        swaps = f"Filename\tType\n{node} partition 1 0 -2\n".encode()
        assert list(guard._mounts(device, Tree({mount.SWAPS: swaps}))) == words
    assert list(guard._mounts(device, Tree({}))) == []


def test_what_our_own_run_left_may_be_overwritten_and_nothing_else(disk, found) -> None:
    write(disk, secrets.token_bytes(1 << 20))
    ledger.mark(disk, 64 << 20)
    assert found(disk) == ""
    write(disk, b"x", 50 << 20)
    assert "holds data" in found(disk)


@pytest.mark.parametrize("node", ["/dev/null", "/etc/passwd", "/nowhere"])
def test_what_is_no_block_device(node) -> None:
    with pytest.raises(InputError, match=node):
        look(node, machine())
