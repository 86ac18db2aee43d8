"""Which kernel a guest boots, and whether KVM is believed."""

import os
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.vm import kernel as vm_kernel
from perfadvisor.targets.vm import probe as vm_probe


def kernel(root: Path, release: str, *, image: bool = True, nine_p: str = "module") -> None:
    """A kernel in `root`; `nine_p` is "module", "built in" or ""."""
    folder = root / "modules" / release
    folder.mkdir(parents=True)
    (folder / "modules.builtin").write_text(
        "kernel/fs/9p/9p.ko\n" if nine_p == "built in" else "kernel/fs/ext4/ext4.ko\n"
    )
    if nine_p == "module":
        module = folder / "kernel/fs/9p/9p.ko.xz"
        module.parent.mkdir(parents=True)
        module.touch()
    (root / "boot").mkdir(exist_ok=True)
    if image:
        (root / "boot" / f"vmlinuz-{release}").touch()


def chosen(root: Path, running: str) -> str:
    return vm_kernel.choose(root / "modules", root / "boot", running)


def test_the_running_kernel_is_first_choice_then_the_newest(tmp_path: Path) -> None:
    for release in ("6.1.0-9-amd64", "6.1.0-10-amd64", "5.10.0-99-amd64"):
        kernel(tmp_path, release)
    assert chosen(tmp_path, "5.10.0-99-amd64") == "5.10.0-99-amd64"
    assert chosen(tmp_path, "6.18.0") == "6.1.0-10-amd64"


def test_a_kernel_must_have_its_image_and_9p(tmp_path: Path) -> None:
    kernel(tmp_path, "7.0", image=False)
    kernel(tmp_path, "6.9-cloud", nine_p="")
    kernel(tmp_path, "6.1", nine_p="built in")
    assert chosen(tmp_path, "7.0") == "6.1"


def test_none_at_all_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(MeasureError) as caught:
        chosen(tmp_path, "7.0")
    assert "linux-image" in caught.value.hint


def test_no_kvm_says_why(tmp_path: Path) -> None:
    assert "there is no" in vm_probe.why_no_kvm(tmp_path / "kvm")


def test_the_probe_is_a_boot_sector() -> None:
    assert len(vm_probe.SECTOR) == 512
    assert vm_probe.SECTOR.endswith(b"\x55\xaa")


@pytest.mark.parametrize(("model", "emulated"), [("QEMU TCG CPU version 2.5+", True), ("AMD EPYC 7763", False)])
def test_a_host_that_is_emulated_itself_is_known(tmp_path: Path, model: str, emulated: bool) -> None:
    (tmp_path / "cpuinfo").write_text(f"model name\t: {model}\n")
    assert vm_probe.host_is_emulated(tmp_path / "cpuinfo") is emulated


def test_vng_finds_its_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert vm_kernel.vng_environment()["PATH"].split(os.pathsep)[0].endswith("bin")


def test_what_a_guest_learned_about_kvm_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vm_probe, "_learned", [])
    vm_probe.learned("KVM passed a small probe, but not a guest")
    assert vm_probe.why_no_kvm() == "KVM passed a small probe, but not a guest"
