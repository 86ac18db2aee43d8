"""Can storage, network and memory be measured here?"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from perfadvisor.doctor.check import Check, State, as_root, installer
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.process import run

AREA = "measure"
TEST_FILE_BYTES = 1 << 30


def checks(directory: Path) -> Iterator[Check]:
    """One check per kind of measurement, for test files in `directory`."""
    yield _tool("storage", "fio", ("fio", "--version"), "fio")
    yield _space(directory)
    yield _io_uring()
    yield _tool("network", "iperf3", ("iperf3", "--version"), "iperf3")
    yield _namespaces()
    yield _compiler()
    yield _huge_pages()


def _tool(what: str, name: str, argv: tuple[str, ...], package: str) -> Check:
    if shutil.which(name) is None:
        detail = f"{name} is not installed"
        return Check(area=AREA, what=what, state=State.NO, detail=detail, unlock=f"{installer()} {package}")
    said = run(Command(argv=argv, timeout_s=10)).stdout.decode("utf-8", "replace")
    version = re.search(r"\d+(\.\d+)+", said)
    return Check(area=AREA, what=what, state=State.YES, detail=f"{name} {version[0] if version else ''}".rstrip())


def _space(directory: Path) -> Check:
    free = shutil.disk_usage(directory).free
    detail = f"{free / 1e9:.0f} GB free in {directory}"
    if free > 2 * TEST_FILE_BYTES:
        return Check(area=AREA, what="test files", state=State.YES, detail=detail)
    unlock = "perfadvisor run --dir DIRECTORY_ON_A_LARGER_DISK"
    return Check(area=AREA, what="test files", state=State.NO, detail=detail, unlock=unlock)


def _io_uring() -> Check:
    """kernel.io_uring_disabled, since 6.6 (admin-guide/sysctl/kernel.rst): 1 for privileged users, 2 for nobody."""
    setting = Path("/proc/sys/kernel/io_uring_disabled")
    value = setting.read_text().strip() if setting.exists() else "0"
    allowed = value == "0" or (value == "1" and os.geteuid() == 0)
    if allowed:
        return Check(area=AREA, what="io_uring", state=State.YES, detail="allowed")
    detail = f"kernel.io_uring_disabled is {value}"
    return Check(area=AREA, what="io_uring", state=State.NO, detail=detail, unlock="sysctl kernel.io_uring_disabled=0")


def _namespaces() -> Check:
    what = "network path"
    if run(Command(argv=("unshare", "-n", "true"), timeout_s=10)).returncode == 0:
        return Check(area=AREA, what=what, state=State.YES, detail="own network namespace over veth")
    if run(Command(argv=("unshare", "-rn", "true"), timeout_s=10)).returncode == 0:
        return Check(area=AREA, what=what, state=State.YES, detail="own network namespace through a user namespace")
    detail = "loopback only: no network namespace without root here"
    return Check(area=AREA, what=what, state=State.PARTLY, detail=detail, unlock=as_root("run"))


def _compiler() -> Check:
    found = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), None)
    if found:
        return Check(area=AREA, what="memory", state=State.YES, detail=f"dmabench, compiled with {found} on first use")
    unlock = f"{installer()} gcc libc6-dev"
    return Check(area=AREA, what="memory", state=State.NO, detail="dmabench needs a C compiler", unlock=unlock)


def _huge_pages() -> Check:
    sizes = sorted(Path("/sys/kernel/mm/hugepages").glob("hugepages-*kB"))
    free = {size.name.removeprefix("hugepages-"): int((size / "free_hugepages").read_text()) for size in sizes}
    ready = [f"{count} of {name}" for name, count in free.items() if count]
    if ready:
        return Check(area=AREA, what="huge pages", state=State.YES, detail="free: " + ", ".join(ready))
    unlock = "sysctl vm.nr_hugepages=512" if sizes else ""
    return Check(
        area=AREA, what="huge pages", state=State.PARTLY, detail="none reserved: only 4 KiB and THP", unlock=unlock
    )
