"""A Debian with systemd of its own and perfadvisor in it, as a disk image; emulated, with this machine's kernel.

Needs root, mmdebstrap, e2fsprogs, qemu-system-x86, and linux-image-amd64 with its initrd."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from perfadvisor.targets.vm import kernel as vm_kernel

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
PACKAGES = "systemd,systemd-sysv,udev,kmod,procps,iproute2,python3"
LEFT_OUT = ("plotly", "pandas")  # of what perfadvisor needs, and only pages and histories import
IMAGE_MB = 1600
QEMU = (
    "qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 2G "
    "-display none -monitor none -nic none "
    "-object memory-backend-ram,id=m0,size=1G -numa node,nodeid=0,cpus=0,memdev=m0 "
    "-object memory-backend-ram,id=m1,size=1G -numa node,nodeid=1,cpus=1,memdev=m1 "
    "-no-reboot -serial file:console -drive file=disk.img,if=virtio,format=raw,cache=unsafe "
    "-drive file=nvme.img,if=none,id=spare,format=raw -device nvme,drive=spare,serial=KEPT"
)
COMMAND_LINE = "root=/dev/vda rw console=ttyS0 loglevel=3 no_timer_check net.ifnames=0"
UNIT = """[Service]
Type=oneshot
ExecStart=/bin/sh /root/steps.sh
[Install]
WantedBy=multi-user.target
"""
BASE: Mapping[str, str] = {
    "etc/fstab": "/dev/vda / ext4 rw 0 1\n",
    "etc/hostname": "kept\n",
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "etc/systemd/system/steps.service": UNIT,
}


def install(directory: Path, files: Mapping[str, str]) -> None:
    """Make `disk.img` there, unless it is there: `root/steps.sh` among the files is run at each start."""
    disk, root = directory / "disk.img", directory / "root"
    if disk.exists():
        return
    sources = [str(SOURCES)] if SOURCES.exists() else []
    include = f"--include={PACKAGES}"
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", include, "bookworm", str(root), *sources], check=True)
    for path, text in {**BASE, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for name in ("perfadvisor", "rules", "workloads", "reports", "templates"):
        shutil.copytree(REPOSITORY / name, root / "opt/perfadvisor" / name)
    for source, target in _packages():
        (root / "opt/packages" / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, root / "opt/packages" / target)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(root / "opt/perfadvisor")], check=True)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / "steps.service").symlink_to("../steps.service")
    new = disk.with_suffix(".new")
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(new), f"{IMAGE_MB}M"], check=True)
    with (directory / "nvme.img").open("wb") as made:
        made.truncate(64 << 20)
    shutil.rmtree(root)
    new.rename(disk)


def _packages() -> Iterator[tuple[Path, str]]:
    """Every file of the libraries that perfadvisor runs with."""
    names = re.findall(r"(?m)^([A-Za-z0-9._-]+)==", (REPOSITORY / "requirements/run.lock").read_text())
    for name in names:
        if name in LEFT_OUT:
            continue
        for file in importlib.metadata.distribution(name).files or ():
            if not str(file).startswith("..") and (place := Path(str(file.locate()))).is_file():
                yield place, str(file)


def argv(output: Path, options: str) -> list[str]:
    """How QEMU starts it, to be run where the disk lies: the second serial port goes to `output`."""
    release = vm_kernel.choose()
    kernel = ["-kernel", f"/boot/vmlinuz-{release}", "-initrd", f"/boot/initrd.img-{release}"]
    return [*QEMU.split(), "-serial", f"file:{output.name}", *kernel, "-append", f"{COMMAND_LINE} {options}"]


def fetch(directory: Path, inside: str, to: Path) -> bool:
    """Copy a file out of the disk; whether it is there."""
    to.unlink(missing_ok=True)
    words = ["debugfs", "-R", f"dump {inside} {to}", str(directory / "disk.img")]
    subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
    return to.exists() and to.stat().st_size > 0


def text(file: Path) -> str:
    """What a serial port wrote."""
    return file.read_text(errors="replace").replace("\r", "") if file.exists() else ""
