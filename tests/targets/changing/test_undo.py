"""Each kind of change, undone once and twice, in the boot it was made in and in a later one."""

from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import attribute, undo
from perfadvisor.targets.changing.undo import (
    file_made,
    functions_made,
    module_loaded,
    pages_added,
    put_back,
    setting_changed,
    undone_by,
)


def test_a_file_is_removed_a_link_too_and_a_directory_never(tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    for name in ("file", "link", "folder", "nothing"):
        put_back(file_made(tmp_path / name))
        put_back(file_made(tmp_path / name))
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_broken_link_is_removed(tmp_path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    put_back(file_made(tmp_path / "link"))
    assert not (tmp_path / "link").is_symlink()


def test_a_setting_gets_its_old_value(tmp_path) -> None:
    (tmp_path / "x").write_text("during")
    put_back(setting_changed(tmp_path / "x", "before"))
    assert (tmp_path / "x").read_text() == "before"


@pytest.mark.parametrize(("there", "added", "left"), [(10, 4, 6), (4, 4, 0), (3, 4, 0)])
def test_as_many_pages_as_were_added_are_taken_away(tmp_path, there, added, left) -> None:
    (tmp_path / "nr").write_text(f"{there}\n")
    put_back(pages_added(tmp_path / "nr", added))
    assert (tmp_path / "nr").read_text() == str(left)


def test_a_command_that_fails_says_how() -> None:
    put_back(undone_by(("true",), "x"))
    with pytest.raises(MeasureError, match="exit code 3: it is so"):
        put_back(undone_by(("sh", "-c", "echo it is so >&2; exit 3"), "x"))


@pytest.mark.parametrize(("now", "was", "written"), [("4", "0", ["0"]), ("4", "2", ["0", "2"]), ("2", "2", [])])
def test_virtual_functions_go_through_none(tmp_path, monkeypatch, now, was, written) -> None:
    numbers = tmp_path / "sriov_numvfs"
    numbers.write_text(f"{now}\n")
    seen: list[str] = []
    real = attribute.write

    def write(path: Path, words: str) -> None:
        seen.append(words)
        real(path, words)

    monkeypatch.setattr(attribute, "write", write)
    put_back(functions_made(tmp_path, was))
    assert seen == written


def test_virtual_functions_of_a_device_that_is_gone_need_nothing(tmp_path) -> None:
    put_back(functions_made(tmp_path / "gone", "0"))
    assert not (tmp_path / "gone").exists()


def test_a_module_is_unloaded_by_name(monkeypatch) -> None:
    seen = []
    monkeypatch.setattr(undo.vfio_module, "unload", seen.append)
    put_back(module_loaded("vfio_pci"))
    assert seen == ["vfio_pci"]


def test_drivers_and_domains_go_to_what_knows_them(monkeypatch) -> None:
    seen = []
    monkeypatch.setattr(undo.pci_driver, "rebind", lambda *given: seen.append(given))
    monkeypatch.setattr(undo.iommu_type, "set_type", lambda *given: seen.append(given))
    put_back(undo.driver_changed(Path("/sys/f"), "nvme"))
    put_back(undo.domain_changed(Path("/sys/g"), "DMA", {"0000:00:01.0": "nvme"}))
    assert seen == [(Path("/sys/f"), "nvme", ""), (Path("/sys/g"), "DMA", {"0000:00:01.0": "nvme"})]


@pytest.mark.parametrize(
    ("change", "happens"),
    [
        ({"what": "setting", "path": "/proc/sys/x", "was": ""}, False),
        ({"what": "setting", "path": "/sys/x", "was": ""}, False),
        ({"what": "setting", "path": "/etc/x", "was": ""}, True),
        ({"what": "command", "path": "/etc/x", "argv": [], "lasts": False}, False),
        ({"what": "command", "path": "/sys/x", "argv": [], "lasts": True}, True),
    ],
)
@pytest.mark.parametrize("boot", ["another", None, "this"])
def test_after_a_reboot_only_what_lasts_is_undone(monkeypatch, change, happens, boot) -> None:
    seen = []
    monkeypatch.setitem(undo.UNDO, change["what"], seen.append)
    known = {} if boot is None else {"boot": undo.boot_id() if boot == "this" else boot}
    put_back({**change, **known})
    assert bool(seen) is (happens or boot != "another")


def test_commands_last_only_where_it_is_said() -> None:
    assert (undone_by(("x",), "y")["lasts"], undone_by(("x",), "y", lasts_over_reboot=True)["lasts"]) == (False, True)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(MeasureError, match="kind 'more' is unknown"):
        put_back({"what": "more"})


def test_the_boot_is_named_by_the_kernel() -> None:
    assert undo.boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
