"""What a guest keeps from its start to its end: it is decided, written down and made before the guest boots."""

import itertools
import os
import secrets
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.specs.spec import Spec
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.huge_pages import Need, reserve
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import undone_by
from perfadvisor.targets.lending import sriov, vfio
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.vm.near import Place, place_near
from perfadvisor.targets.vm.network import Cable, cable
from perfadvisor.targets.vm.options import VmOptions, options_of
from perfadvisor.targets.vm.wire import wire

PLACEHOLDER_BYTES = 1 << 20
SERIAL = "perfadvisor"  # 20 characters at most with what follows (virtio 1.2, 5.2.6)
_numbers = itertools.count()


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What tells a guest from all others, seen from both sides: the environment's name, a UUID, a disk's serial."""

    name: str
    uuid: str
    serial: str


def identity_of(name: str) -> Identity:
    """A new guest's."""
    own = uuid.uuid4()
    return Identity(name=name, uuid=str(own), serial=f"{SERIAL}-{own.hex[:8]}")


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """`identity` says who it is, `book` holds what must be undone at the end, `directory` the guest's sockets and
    files, `cable` its network. `disk` is the host's file or device behind its virtio disk at first: the raw device that
    the run measures, or a placeholder for the test file, which does not exist yet. `place` is the node it lies
    on, None for anywhere."""

    spec: Spec
    options: VmOptions
    opening: Opening
    book: Journal
    directory: Path
    cable: Cable
    disk: Path
    identity: Identity
    place: Place | None = None

    @property
    def disk_blocked(self) -> bool:
        """A guest that gets the measured disk itself cannot have it through this machine as well."""
        return bool(self.opening.device) and self.options.passthrough


def made(spec: Spec, opening: Opening) -> Fixed:
    """Everything that the guest of this spec needs before it boots. MeasureError where it is unavailable: then nothing
    is left of it."""
    options = options_of(spec)
    if options.passthrough:
        vfio.require_all_lendable(options.vfio)
        for physical in options.vf:
            sriov.require_able(physical)
    place = place_near(options.near, options.cpus) if options.near else None
    book = _book()
    try:
        directory = _directory(book)
        if options.huge_page_bytes:
            count = -(-options.memory_bytes // options.huge_page_bytes)
            reserve(Need(page_bytes=options.huge_page_bytes, count=count, node=place.node if place else None), book)
        return Fixed(
            spec=spec,
            options=options,
            opening=opening,
            book=book,
            directory=directory,
            cable=_cable(options, book),
            disk=Path(opening.device) if opening.device else _placeholder(directory),
            identity=identity_of(spec.name),
            place=place,
        )
    except BaseException:
        book.close()
        raise


def _cable(options: VmOptions, book: Journal) -> Cable:
    number = next(_numbers)
    return wire(options.macvtap, options.address, number, book) if options.macvtap else cable(number)


def _book() -> Journal:
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-guest{secrets.token_hex(3)}.jsonl"
    return Journal(journal.directory() / name)


def _directory(book: Journal) -> Path:
    path = Path(tempfile.gettempdir()) / f"perfadvisor-vm-{secrets.token_hex(6)}"
    book.record(undone_by(("rm", "-r", "-f", str(path)), str(path), lasts_over_reboot=True))
    path.mkdir(mode=0o700)
    return path


def _placeholder(directory: Path) -> Path:
    """So that the guest has its disk from the beginning."""
    file = directory / "placeholder"
    with file.open("wb") as opened:
        opened.truncate(PLACEHOLDER_BYTES)
    return file
