"""The lab: an emulated two-socket server that runs this machine's own userspace, python and perfadvisor included.

It is QEMU, started through virtme-ng, so a boot needs no image: the root is this machine's over 9p, read only with
throw-away overlays. The kernel, its sysfs, ioctls, interrupts and IOMMU groups are real; speed is not.
"""

import argparse
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command
from perfadvisor.targets.here import dmabench_build as build
from perfadvisor.targets.here.process import run
from perfadvisor.targets.vm import kernel as vm_kernel
from tests.lab.attendant import Attendant
from tests.lab.image import MOUNT, image

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHON = Path(sys.executable)
BOOT_S = 240.0  # 40 to 55 s where two cores are free
TAIL_LINES = 40

# Two sockets; memory so that the first has room for a page of 1 GiB, and a guest of its own.
NUMA = ("--numa", "6G,cpus=0-1", "--numa", "2G,cpus=2-3", "--numa-distance", "0,1=31")
CPUS, MEMORY = 4, "8G"
FAR_MAC = "52:54:00:fa:00:01"
HUGE_PAGES = "hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=320"
TIMER = "no_timer_check"  # on a busy machine the emulated timer is late, which the kernel takes for a broken one
PLAIN_NVME, SRIOV_NVME, NIC, EDU = "0000:81:00.0", "0000:01:00.0", "0000:02:00.0", "0000:03:00.0"
FAR_NIC = "0000:82:00.0"  # on the second socket
INTEL = "-device intel-iommu,intremap=on,caching-mode=on"
DEVICES = (
    # An NVMe disk on the second socket: functions cannot sit on pxb-pcie itself, so each gets a root port.
    "-device pxb-pcie,id=pxb1,bus_nr=128,bus=pcie.0,numa_node=1",
    "-device pcie-root-port,id=rp1,bus=pxb1,chassis=1,slot=1",
    "-device nvme,serial=PLAIN,drive=plain,bus=rp1",
    # One that makes virtual functions.
    "-device pcie-root-port,id=rp2,bus=pcie.0,chassis=2,slot=2,addr=1b.0",
    "-device nvme-subsys,id=ss0",
    "-device nvme,id=nv0,serial=SRIOV,bus=rp2,subsys=ss0,sriov_max_vfs=4,sriov_vq_flexible=8,sriov_vi_flexible=4,"
    "max_ioqpairs=12,msix_qsize=12",
    "-device nvme-ns,drive=sriov,bus=nv0,nsid=1",
    # A NIC whose interrupts can be held back, a second one at the other end of its cable, and a teaching device that
    # does programmed DMA.
    "-device pcie-root-port,id=rp3,bus=pcie.0,chassis=3,slot=3,addr=1c.0",
    "-netdev hubport,id=near,hubid=0",
    "-device e1000e,netdev=near,bus=rp3",
    "-netdev hubport,id=far,hubid=0",
    f"-device virtio-net-pci,netdev=far,bus=pcie.0,mac={FAR_MAC}",
    "-device pcie-root-port,id=rp4,bus=pcie.0,chassis=4,slot=4,addr=1d.0",
    "-device edu,bus=rp4",
    # A free slot for a disk that comes and goes, behind the others: buses are numbered in this order.
    "-device pcie-root-port,id=rp5,bus=pcie.0,chassis=5,slot=5,addr=1e.0",
    # A NIC on the second socket, whose interrupts can go to the wrong one.
    "-device pcie-root-port,id=rp6,bus=pxb1,chassis=6,slot=6",
    "-netdev hubport,id=third,hubid=0",
    "-device e1000e,netdev=third,bus=rp6",
)
# Over the shared root alone, starting perfadvisor takes 24 s instead of 6.
DISKS = {"plain": 512 << 20, "sriov": 256 << 20, "hot": 64 << 20}


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What came of a script: its exit code, its output, the machine's console, and how long all took, boot included."""

    returncode: int
    output: str
    console: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Server:
    """`directory` is shared with the server under the same path; its disks lie in there, too. `more` are further words
    for QEMU, `qemu` and `kernel` are others than this machine's ("" for those), and `numa` is for virtme-ng."""

    directory: Path
    kernel_options: str = "intel_iommu=on"
    more: tuple[str, ...] = field(default=())
    iommu: str = INTEL
    qemu: str = ""
    kernel: str = ""
    numa: tuple[str, ...] = NUMA

    def run(self, script: str, timeout_s: float) -> Ran:
        """Boot, run the shell script with `python` and `perfadvisor` on the PATH, power off."""
        image(self.directory / "fast.img")
        _keep_program(self.directory / "cache" / "perfadvisor")
        made = self.directory / "inside.sh"
        made.write_text(_wrapped(script, self.directory))
        made.chmod(0o755)
        started = time.monotonic()
        with Attendant(self.directory):
            done = run(Command(argv=self.argv(made), timeout_s=timeout_s, environment=vm_kernel.vng_environment()))
        console = done.stderr.decode("utf-8", "replace")
        code = _text(self.directory / "returncode").strip()
        if not code:
            why = f"no end within {timeout_s:.0f} s" if done.timed_out else f"QEMU ended with {done.returncode}"
            raise MeasureError(f"the lab: {why}; output so far:\n{_tail(self._output())}\nconsole:\n{_tail(console)}")
        return Ran(returncode=int(code), output=self._output(), console=console, seconds=time.monotonic() - started)

    def argv(self, script: Path | None, verbose: bool = True) -> tuple[str, ...]:
        """How it is started; without a script, with a shell on the terminal."""
        fast = f"-drive file={self.directory}/fast.img,if=none,id=fast,format=raw,readonly=on"
        disks = [fast, "-device virtio-blk-pci,drive=fast,serial=fast", *(self._drive(name) for name in DISKS)]
        monitor = f"-qmp unix:{self.directory}/monitor,server=on,wait=off"
        qemu = ["-machine q35,kernel-irqchip=split", monitor, self.iommu, *disks, *DEVICES, *self.more]
        words = [str(vm_kernel.vng()), "--run", self.kernel or vm_kernel.choose(), "--force-9p", "--disable-kvm"]
        words += ["--cpus", str(CPUS), "--memory", MEMORY, *self.numa, f"--rwdir={self.directory}"]
        words += ["-a", f"{self.kernel_options} {TIMER} {HUGE_PAGES}", f"--qemu-opts={' '.join(qemu)}"]
        words += ["--qemu", self.qemu] if self.qemu else []
        words += ["--verbose"] if verbose else []
        return (*words, "--", str(script)) if script else tuple(words)

    def _drive(self, name: str) -> str:
        file = self.directory / f"{name}.img"
        with file.open("ab") as image:
            image.truncate(DISKS[name])
        return f"-drive file={file},if=none,id={name},format=raw"

    def _output(self) -> str:
        return _text(self.directory / "output")


def _keep_program(folder: Path) -> None:
    """dmabench as it was built here: the home is read only in there, and the compiler would take minutes."""
    built = build.program()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy2(built, folder / built.name)


def _wrapped(script: str, directory: Path) -> str:
    """Output goes to the shared directory: virtme-ng's own ports overwrite each other in files."""
    head = f"#!/bin/sh\nexec >{directory}/output 2>&1 </dev/null\ncd {directory}\n"
    path = f"export PATH={PYTHON.parent}:/usr/sbin:/sbin:/usr/bin:/bin PYTHONPATH={REPOSITORY}\n"
    state = f"export XDG_STATE_HOME={directory}/state XDG_CACHE_HOME={directory}/cache\n"
    return f"{head}{path}{state}{MOUNT}(\n{script}\n)\necho $? >{directory}/returncode\nsync\n"


def _text(file: Path) -> str:
    return file.read_text(errors="replace") if file.exists() else ""


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-TAIL_LINES:])


def main(arguments: Sequence[str]) -> int:
    """Run a script in the lab, or give a shell."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("script", nargs="?", type=Path, help="a shell script; without one you get a shell")
    parser.add_argument("--kernel-options", default="intel_iommu=on", help="for example 'intel_iommu=on iommu=pt'")
    parser.add_argument("--timeout", type=float, default=600.0, metavar="SECONDS")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="perfadvisor-lab-") as name:
        server = Server(directory=Path(name), kernel_options=chosen.kernel_options)
        if chosen.script is None:
            return shell(server)
        ran = server.run(chosen.script.read_text(), chosen.timeout)
        print(ran.output, end="")
        print(f"[exit code {ran.returncode}, {ran.seconds:.0f} s with the boot]", file=sys.stderr)
        return ran.returncode


def shell(server: Server) -> int:
    """The server with a shell on this terminal."""
    import os
    import subprocess

    environment = os.environ | vm_kernel.vng_environment()
    image(server.directory / "fast.img")
    ready = server.directory / "ready.sh"
    ready.write_text(f"{MOUNT}\nexport PATH={PYTHON.parent}:/usr/sbin:/sbin:/usr/bin:/bin\ncd {server.directory}\n")
    print(shlex.join(server.argv(None, verbose=False)), file=sys.stderr)
    print(f"\nInside, first: . {ready}", file=sys.stderr)
    return subprocess.run(server.argv(None, verbose=False), env=environment, check=False).returncode
