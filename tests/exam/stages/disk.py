"""A loop device of the exam's own with a file system on it; its file lies in memory, or on the disk."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from perfadvisor.model.result import Sample
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools import fio
from perfadvisor.tools.context import Context
from tests.exam.deeds import read
from tests.exam.stages import groups
from tests.exam.stages.stage import Stage

SIZE = 3 << 30
PLACES = {"ram": Path("/dev/shm"), "disk": Path()}


@contextlib.contextmanager
def disk(kind: str) -> Iterator[Stage]:
    """The device mounted; everything is taken away at the end."""
    with contextlib.ExitStack() as undo:
        place = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="perfadvisor-exam-", dir=PLACES[kind])))
        image, mount = place.resolve() / "image", place.resolve() / "mount"
        with image.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, SIZE)
        mount.mkdir()
        direct = ("--direct-io=on",) if kind == "disk" else ()
        loop = _told("losetup", "--find", "--show", *direct, str(image))
        undo.callback(_told, "losetup", "--detach", loop)
        _as_new(Path(loop.replace("/dev/", "/sys/block/")) / "queue")
        _told("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", loop)
        _told("mount", loop, str(mount))
        undo.callback(_told, "umount", "--lazy", str(mount))  # a job that was cut off may still hold it
        directories, inside = undo.enter_context(groups.group())
        yield _stage(loop.removeprefix("/dev/"), mount, directories, inside)


def _options(mount: Path) -> str:
    """How the file system is mounted."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return "\n".join(line.split(" ", 3)[3] for line in lines if str(mount) in line)


def _as_new(queue: Path) -> None:
    """A loop device keeps what its last user set."""
    (queue / "scheduler").write_text("none")
    (queue / "nr_requests").write_text("128")


def _stage(name: str, mount: Path, directories: tuple[Path, ...], inside: tuple[str, ...]) -> Stage:
    number = Path(f"/sys/block/{name}/dev").read_text().strip()
    names = {
        "disk": name,
        "number": number,
        "mount": str(mount),
        "bdi": f"/sys/class/bdi/{number}",
        "queue": f"/sys/block/{name}/queue",
        "cpus": str(os.cpu_count()),
    }
    names |= {directory.parent.name: str(directory) for directory in directories}
    names["below"] = _disk_below(mount)
    context = Context(file=str(mount / "exam.data"))

    def measure(workload: Workload) -> Sample:
        _lay_out(workload, context)
        return measured(inside, workload, context)

    def state() -> dict[str, str]:
        bdi = (
            file for file in Path(names["bdi"]).iterdir() if not file.name.endswith("_bytes")
        )  # these follow free memory
        files = [*Path(names["queue"]).iterdir(), *bdi, Path(f"/sys/block/{name}/loop/dio")]
        told = {str(file): read(file) for file in sorted(files) if file.is_file()}
        return {**told, **groups.limits(directories), "mounted": _options(mount)}

    return Stage(
        names=names, near=(), far=(), inside=inside, options=("--dir", str(mount)), measure=measure, state=state
    )


def _disk_below(mount: Path) -> str:
    """The number of the disk that the loop device's file lies on."""
    device = mount.parent.parent.stat().st_dev
    return f"{os.major(device)}:{os.minor(device)}"


def _lay_out(workload: Workload, context: Context) -> None:
    size = int(workload.parameters.get("size_bytes", 1 << 30))
    path = Path(context.file)
    if not path.exists() or path.stat().st_size < size:
        _told(*(fio.prepare(workload, context) or ("true",)))


def measured(inside: tuple[str, ...], workload: Workload, context: Context) -> Sample:
    """The primary metric of one run of half a second."""
    trial = Trial(
        number=1,
        workload=workload.id,
        environment="exam",
        repeat=1,
        position=1,
        runtime_s=0.4,
        warmup_s=0.1,
        parameters=workload.parameters,
    )
    done = subprocess.run((*inside, *fio.command(workload, trial, context)), capture_output=True, timeout=60)
    output = fio.parse(done.stdout, done.stderr, done.returncode)
    values = {sample.metric: sample for sample in output.samples}
    if workload.metrics[0] not in values:
        raise RuntimeError(f"{workload.id}: {output.error or done.stderr.decode()[:300]}")
    return values[workload.metrics[0]]


def _told(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}")
    return done.stdout.strip()
