"""Snapshots survive a round trip; archives from strangers are read without trusting them."""

import gzip
import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.errors import InputError
from perfadvisor.model.snapshot import Snapshot, Window
from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable
from perfadvisor.saved import archive
from perfadvisor.saved.saved import load, load_snapshot, load_tree, save_snapshot

ENTRIES: dict[str, Entry] = {
    "/sys/devices/pci0000:00/0000:00:01.0/config": bytes(range(256)),
    "/sys/devices/pci0000:00/0000:00:01.0/driver": Symlink("../../../bus/pci/drivers/nvme"),
    "/sys/bus/pci/devices/0000:00:01.0": Symlink("../../../devices/pci0000:00/0000:00:01.0"),
    "/sys/kernel/debug": Unreadable("Permission denied"),
    "/sys/kernel/iommu_groups": Directory(),
    "/proc/1/environ": b"A=1\0B=2\0",
    "$ ethtool -c eth0": b"Coalesce parameters for eth0:\n",
    "netlink:ethtool/rings/eth0": b'{"rx": 512}',
}


def snapshot(entries: dict[str, Entry] = ENTRIES, parent: Snapshot | None = None) -> Snapshot:
    return Snapshot(
        environment="local", taken=1234.5, clock_source="tsc", version="0.1", tree=Tree(entries), parent=parent
    )


def tar_of(path: Path, members: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as packed:  # type: ignore[call-overload]
        for info, data in members:
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def test_round_trip_keeps_everything(tmp_path: Path) -> None:
    save_snapshot(snapshot(parent=snapshot({"/proc/version": b"host"})), tmp_path / "a.tar.gz")
    back = load_snapshot(tmp_path / "a.tar.gz")
    assert dict(back.tree.items()) == ENTRIES
    assert (back.taken, back.clock_source, back.environment) == (1234.5, "tsc", "local")
    assert back.window is None
    assert back.parent is not None and back.parent.tree.text("/proc/version") == "host"


def test_window_round_trip(tmp_path: Path) -> None:
    before, after = Tree({"/proc/stat": b"cpu 1\n"}), Tree({"/proc/stat": b"cpu 2\n", "$ x": b"y"})
    window = Window(seconds=30.0, before=before, after=after, gauges=({"t": 1.0, "procs_running": 2},))
    save_snapshot(replace(snapshot(), window=window), tmp_path / "a.tar.gz")
    back = load_snapshot(tmp_path / "a.tar.gz").window
    assert back is not None and (back.seconds, back.gauges) == (30.0, window.gauges)
    assert dict(back.before.items()) == dict(before.items()) and dict(back.after.items()) == dict(after.items())


def test_same_snapshot_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_snapshot(snapshot(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_changed_member_is_noticed(tmp_path: Path) -> None:
    save_snapshot(snapshot(), tmp_path / "a.tar.gz")
    data = gzip.decompress((tmp_path / "a.tar.gz").read_bytes())
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(data.replace(b"A=1\0B=2", b"A=1\0B=3")))
    with pytest.raises(InputError, match="changed after the capture"):
        load_snapshot(tmp_path / "a.tar.gz")


def test_cut_off_anywhere_is_one_clear_error(tmp_path: Path) -> None:
    save_snapshot(snapshot(), tmp_path / "a.tar.gz")
    data = (tmp_path / "a.tar.gz").read_bytes()
    for end in range(0, len(data) - 8, 7):
        (tmp_path / "cut").write_bytes(data[:end])
        with pytest.raises(InputError):
            load(tmp_path / "cut")


def test_newer_format_is_refused(tmp_path: Path) -> None:
    save_snapshot(snapshot(), tmp_path / "a")
    data = gzip.decompress((tmp_path / "a").read_bytes()).replace(b'"schema_version": 1', b'"schema_version": 9')
    (tmp_path / "a").write_bytes(gzip.compress(data))
    with pytest.raises(InputError, match="schema_version is 9"):
        load(tmp_path / "a")


@pytest.mark.parametrize("prefix", ["", "./", "host/", "host/fsroot/", "/"])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_any_root_prefix(tmp_path: Path, prefix: str, mode: str) -> None:
    path = tar_of(tmp_path / "t", [(member(prefix + "sys/devices/system/node/online"), b"0-1\n")], mode)
    assert load_tree(path).text("/sys/devices/system/node/online") == "0-1"


def test_directory(tmp_path: Path) -> None:
    (tmp_path / "x/sys/class/net").mkdir(parents=True)
    (tmp_path / "x/sys/class/net/eth0").symlink_to("../../devices/e")
    (tmp_path / "x/sys/loop").symlink_to("loop")
    (tmp_path / "x/proc").mkdir()
    (tmp_path / "x/proc/version").write_bytes(b"Linux\0")
    tree = load_tree(tmp_path)
    assert tree.text("/proc/version") == "Linux"
    assert tree.link_name("/sys/class/net/eth0") == "e"
    assert tree.read("/sys/loop") is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "sys/../../x"])
def test_climbing_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="climbs out"):
        load(tar_of(tmp_path / "t", [(member(name), b"x")]))


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.LNKTYPE])
def test_devices_and_hard_links_are_only_named(tmp_path: Path, kind: bytes) -> None:
    path = tar_of(tmp_path / "t", [(member("sys/x", kind, "/etc/shadow"), b""), (member("sys/y"), b"1")])
    tree = load_tree(path)
    assert isinstance(tree.entry("/sys/x"), Unreadable) and tree.integer("/sys/y") == 1


def test_several_machines_in_one_archive_are_told_apart_by_the_user(tmp_path: Path) -> None:
    members = [(member(f"sysfs/{host}/sys/devices/system/node/online"), b"0\n") for host in ("desktop", "server")]
    with pytest.raises(InputError, match="2 machines in it: sysfs/desktop, sysfs/server"):
        load_tree(tar_of(tmp_path / "t", members))


def test_saved_outputs_of_ethtool_get_their_commands_back(tmp_path: Path) -> None:
    folder = "sos/sos_commands/networking"
    names = ("ethtool_eno1", "ethtool_-c_eno1", "ethtool_-g_vxlan_sys_4789", "ethtool_--show-eee_eno1")
    files = [(member("sos/proc/uptime"), b"1"), *((member(f"{folder}/{name}"), b"x") for name in names)]
    tree = load_tree(tar_of(tmp_path / "t", files))
    assert tree.commands("ethtool") == ("$ ethtool -c eno1", "$ ethtool -g vxlan_sys_4789", "$ ethtool eno1")


def test_zstd_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "t.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
    with pytest.raises(InputError, match="packed with zstd"):
        load(tmp_path / "t.tar.zst")


def test_a_second_name_of_a_member_is_the_same_file(tmp_path: Path) -> None:
    members = [(member("h/proc/meminfo"), b"1"), (member("h/proc/again", tarfile.LNKTYPE, "h/proc/meminfo"), b"")]
    assert load_tree(tar_of(tmp_path / "t", members)).integer("/proc/again") == 1


def test_links_never_leave_the_tree(tmp_path: Path) -> None:
    tree = load_tree(
        tar_of(tmp_path / "t", [(member("sys/a", tarfile.SYMTYPE, "/etc/passwd"), b""), (member("sys/b"), b"1")])
    )
    assert tree.read("/sys/a") is None


def test_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 1 << 20)
    with pytest.raises(InputError, match="unpacks to more"):
        load(tar_of(tmp_path / "t", [(member(f"sys/{i}"), bytes(1 << 18)) for i in range(8)]))


def test_huge_member_is_refused_before_it_is_read(tmp_path: Path) -> None:
    info = member("sys/huge")
    info.size = 1 << 40
    (tmp_path / "t").write_bytes(info.tobuf())
    with pytest.raises(InputError, match="MiB"):
        load(tmp_path / "t")


def test_huge_extended_header_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 1 << 16)
    info = member("x", tarfile.XHDTYPE)
    info.size = 1 << 30
    (tmp_path / "t").write_bytes(gzip.compress(info.tobuf() + bytes(1 << 20)))
    with pytest.raises(InputError):
        load(tmp_path / "t")


@pytest.mark.parametrize(
    ("name", "text"), [("nothing", ""), ("text", "hello"), ("tree.ttar", "Path: sys/x\nLines: many\n")]
)
def test_no_tree(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError):
        load(tmp_path / name)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "nowhere")


def test_root_itself_is_not_a_saved_tree() -> None:
    with pytest.raises(InputError, match="this machine itself"):
        load(Path("/"))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("a") / "t"
    path.write_bytes(data)
    with pytest.raises(InputError):
        load(path)


@pytest.mark.shared
def test_real_trees(shared_data: Path) -> None:
    archives = [
        p for p in (shared_data / "machines" / "sysfs").glob("*/*") if p.name.endswith(("gz", "bz2", "xz", "ttar"))
    ]
    trees = [load_tree(path) for path in archives if "softirqs" not in path.name]
    assert len(trees) > 50 and all(len(tree) for tree in trees)


def test_ttar_keeps_nul_and_missing_newline(tmp_path: Path) -> None:
    (tmp_path / "t.ttar").write_text("Path: a/proc/1/cmdline\nLines: 1\nxNULLBYTEyEOF\nMode: 644\n")
    assert load_tree(tmp_path / "t.ttar").read("/proc/1/cmdline") == b"x\0y"


def test_sparse_members_count_as_what_they_unpack_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hole takes nothing in the stream, and all of its size in memory."""
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 3 << 20)
    path = tmp_path / "sparse.tar"
    with path.open("wb") as packed:
        for number in range(5):
            packed.write(sparse_member(f"sys/{number}", 1 << 20))
        packed.write(b"\0" * 1024)
    with pytest.raises(InputError, match="unpacks to more than 3 MiB"):
        load_tree(path)


def sparse_member(name: str, size: int) -> bytes:
    """The old GNU format: a map at 386 of one empty region at the end, the real size at 483."""
    header = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT))
    header[156:157] = b"S"
    header[386:410] = b"%011o\0%011o\0" % (size, 0)
    header[483:495] = b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def test_snapshots_within_each_other_come_to_an_end(tmp_path: Path) -> None:
    nested = snapshot()
    for _ in range(3):
        nested = snapshot(parent=nested)
    save_snapshot(nested, tmp_path / "nested.tar.gz")
    found = load_snapshot(tmp_path / "nested.tar.gz")
    assert found.parent and found.parent.parent and found.parent.parent.parent
    save_snapshot(snapshot(parent=nested), tmp_path / "deeper.tar.gz")
    with pytest.raises(InputError, match="lie in each other"):
        load_snapshot(tmp_path / "deeper.tar.gz")


@pytest.mark.parametrize("count", ["²", "9" * 5000, "-1", ""])
def test_a_ttar_with_an_odd_count_of_lines_is_one_clear_error(tmp_path: Path, count: str) -> None:
    path = tmp_path / "x.ttar"
    path.write_text(f"Directory: sys\nPath: sys/a\nLines: {count}\nx\n")
    with pytest.raises(InputError, match="not a ttar archive"):
        load_tree(path)


def test_a_name_that_promises_another_format_is_refused(tmp_path: Path) -> None:
    snapshot = Snapshot(environment="local", taken=1.0, tree=Tree({}), clock_source="tsc", version="0")
    with pytest.raises(InputError, match=r"not \.zip"):
        save_snapshot(snapshot, tmp_path / "snap.zip")
    assert not list(tmp_path.iterdir())
