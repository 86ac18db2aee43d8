"""Can storage, network and memory be measured here?"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from perfadvisor.doctor.check import Ability, Check, as_root, installer
from perfadvisor.errors import InputError
from perfadvisor.facts.reading.reader import fields, kibibytes
from perfadvisor.packs import plugins
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.dmabench_build import COMPILERS
from perfadvisor.targets.here.process import run
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.dmabench import ARRAYS, DEFAULT_BYTES
from perfadvisor.tools.program import Program

AREA = "measure"
TEST_FILE_BYTES = 1 << 30
MOST_BYTES = max(ARRAYS.values()) * DEFAULT_BYTES  # of huge pages that one workload needs


def checks(directory: Path) -> Iterator[Check]:
    """One check per kind of measurement, for test files in `directory`."""
    yield from _plugins()
    yield from (tool_check(tool.PROGRAM) for tool in TOOLS.values())
    yield _space(directory)
    yield _io_uring()
    yield _namespaces()
    yield _huge_pages()


def _plugins() -> Iterator[Check]:
    """A tool of another package that cannot be used."""
    try:
        plugins.add()
    except InputError as error:
        yield Check(area=AREA, what="tool plug-ins", state=Ability.NO, detail=error.message, unlock=error.hint)


def tool_check(program: Program) -> Check:
    """Whether a tool is here, or can be made here, as its own module declares it."""
    if program.built:
        return _compiler(program)
    unlock = f"{installer()} {program.package}"
    if shutil.which(program.name) is None:
        detail = f"{program.name} is not installed"
        return Check(area=AREA, what=program.measures, state=Ability.NO, detail=detail, unlock=unlock)
    said = run(Command(argv=(program.name, "--version"), timeout_s=10)).stdout.decode("utf-8", "replace")
    version = re.search(r"\d+(\.\d+)+", said)
    detail = f"{program.name} {version[0] if version else ''}".rstrip()
    return Check(area=AREA, what=program.measures, state=Ability.YES, detail=detail)


def _space(directory: Path) -> Check:
    free = shutil.disk_usage(directory).free
    detail = f"{free / 1e9:.0f} GB free in {directory}"
    if free > 2 * TEST_FILE_BYTES:
        return Check(area=AREA, what="test files", state=Ability.YES, detail=detail)
    unlock = "perfadvisor run --dir DIRECTORY_ON_A_LARGER_DISK"
    return Check(area=AREA, what="test files", state=Ability.NO, detail=detail, unlock=unlock)


def _io_uring() -> Check:
    """kernel.io_uring_disabled, since 6.6 (admin-guide/sysctl/kernel.rst): 1 for privileged users, 2 for no one."""
    setting = Path("/proc/sys/kernel/io_uring_disabled")
    value = setting.read_text().strip() if setting.exists() else "0"
    allowed = value == "0" or (value == "1" and os.geteuid() == 0)
    if allowed:
        return Check(area=AREA, what="io_uring", state=Ability.YES, detail="allowed")
    detail = f"kernel.io_uring_disabled is {value}"
    return Check(
        area=AREA, what="io_uring", state=Ability.NO, detail=detail, unlock="sysctl kernel.io_uring_disabled=0"
    )


def _namespaces() -> Check:
    what = "network path"
    if run(Command(argv=("unshare", "-n", "true"), timeout_s=10)).returncode == 0:
        return Check(area=AREA, what=what, state=Ability.YES, detail="own network namespace over veth")
    if run(Command(argv=("unshare", "-rn", "true"), timeout_s=10)).returncode == 0:
        return Check(area=AREA, what=what, state=Ability.YES, detail="own network namespace through a user namespace")
    detail = "loopback only: no network namespace without root here"
    return Check(area=AREA, what=what, state=Ability.PARTLY, detail=detail, unlock=as_root("run"))


def _compiler(program: Program) -> Check:
    found = next((name for name in COMPILERS if shutil.which(name)), None)
    if found:
        detail = f"{program.name}, compiled with {found} on first use"
        return Check(area=AREA, what=program.measures, state=Ability.YES, detail=detail)
    unlock, detail = f"{installer()} {program.package}", f"{program.name} needs a C compiler"
    return Check(area=AREA, what=program.measures, state=Ability.NO, detail=detail, unlock=unlock)


def _huge_pages() -> Check:
    sizes = sorted(Path("/sys/kernel/mm/hugepages").glob("hugepages-*kB"))
    free = {size.name.removeprefix("hugepages-"): int((size / "free_hugepages").read_text()) for size in sizes}
    ready = [f"{count} of {name}" for name, count in free.items() if count]
    if ready:
        return Check(area=AREA, what="huge pages", state=Ability.YES, detail="free: " + ", ".join(ready))
    unlock = reservation(Path("/proc/meminfo").read_text()) if sizes else ""
    return Check(
        area=AREA, what="huge pages", state=Ability.PARTLY, detail="none reserved: only 4 KiB and THP", unlock=unlock
    )


def reservation(meminfo: str) -> str:
    """The command that reserves what the largest memory workload needs, in pages of the default size, but at most half
    of what is available; "" where that is less than a page, or where /proc/meminfo does not give it."""
    known = fields(meminfo)
    page, available = (kibibytes(known.get(name)) for name in ("Hugepagesize", "MemAvailable"))
    pages = min(-(-MOST_BYTES // page), available // 2 // page) if page and available else 0
    return f"sysctl vm.nr_hugepages={pages}" if pages else ""
