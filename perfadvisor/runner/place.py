"""Where storage is measured, decided and checked before anything is made: a test file's directory, or a raw device."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.model.result import IoPath
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.runner import host_cache
from perfadvisor.runner.request import RunOptions
from perfadvisor.runner.site import Site
from perfadvisor.targets.changing import storage_file
from perfadvisor.targets.changing.storage_file import TestDirectory
from perfadvisor.targets.raw import device as raw_device
from perfadvisor.targets.raw import ledger
from perfadvisor.targets.raw.device import RawDevice
from perfadvisor.targets.raw.guard import allow_writing
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.context import Context

DEFAULT_SIZE_BYTES = 1 << 30
UNWRITTEN = "raw device: blocks that were never written may be answered without the medium being read"
FILL_BYTES_PER_S = 300e6  # a guess for time planning only


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Either a `place` for a test file or a raw `device`, which may be `writable`; neither for other machines' own."""

    place: TestDirectory | None = None
    device: RawDevice | None = None
    writable: bool = False
    files: dict[int, Path] = field(default_factory=dict, compare=False)

    def made_for(self, size: int) -> Path | None:
        """The test file that is there already and large enough; `files` holds what was made, by size."""
        return next((file for made, file in sorted(self.files.items()) if made >= size), None)

    @property
    def way(self) -> IoPath:
        """The way to it."""
        found = self.place or self.device
        return found.way if found else IoPath()

    @property
    def note(self) -> str:
        """What a reader of the results must know of it."""
        return self.place.note if self.place else UNWRITTEN


def choose(workloads: Sequence[Workload], site: Site, options: RunOptions) -> Storage | None:
    """Where these workloads go, None where there are none. InputError where that place will not do."""
    if not workloads:
        return None
    if site.target.own_disk:
        if options.device:
            raise InputError(f"--device {options.device}: {site.name} is another machine", "leave --device out there")
        return Storage()
    if not options.device:
        place = storage_file.place(options.directory, site.machine)
        storage_file.require_room(place, max(map(size_of, workloads)))
        return Storage(place=place)
    device = raw_device.look(options.device, site.machine)
    writers = [workload.id for workload in workloads if writes(workload)]
    if writers:
        allow_writing(device, site.machine, options.confirm)
    return Storage(device=device, writable=bool(writers))


def written_in(storage: Storage | None) -> Iterator[RawDevice]:
    """The raw device that the trials write to, if there is one."""
    if storage and storage.device and storage.writable:
        yield storage.device


@contextlib.contextmanager
def mark_after(say: Callable[[str], None]) -> Iterator[list[RawDevice]]:
    """Whatever is put into the list was written to. At the end, when it was given back by every environment, it gets
    the mark by which the next run knows it."""
    written: list[RawDevice] = []
    yield written
    for device in written:
        try:
            ledger.mark(device.node, device.size_bytes)
        except OSError as error:
            say(f"{device.node} could not be marked as a test device: {error.strerror or error}")


def size_of(workload: Workload) -> int:
    """How much of the file or device it uses."""
    size = workload.parameters.get("size_bytes", DEFAULT_SIZE_BYTES)
    return size if isinstance(size, int) else DEFAULT_SIZE_BYTES


def cache_note(workloads: Sequence[Workload], site: Site, storage: Storage | None) -> tuple[str, ...]:
    """Whether a cache of this machine's host may answer reads; for a test file on this machine alone."""
    if not workloads or storage is None or storage.place is None:
        return ()
    return host_cache.note(max(map(size_of, workloads)), site)


def writes(workload: Workload) -> bool:
    """Whether it writes: then its tool refuses a device that is not writable."""
    trial = Trial(
        number=1,
        workload=workload.id,
        environment="",
        repeat=1,
        position=1,
        runtime_s=1,
        warmup_s=0,
        parameters=workload.parameters,
    )
    try:
        TOOLS[workload.tool].command(workload, trial, Context(device="/dev/x", writable=False))
    except InputError:
        return True
    return False


def set_up_s(workloads: Sequence[Workload], options: RunOptions) -> float:
    """About how long the preparation takes."""
    if not workloads or options.device:
        return 1.0
    return 1.0 + max(map(size_of, workloads)) / FILL_BYTES_PER_S
