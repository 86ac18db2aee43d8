"""What wipefs and blkid find on a device. They must first find a signature that was written for that purpose: a program
that prints nothing and exits 0 (a wrapper, a broken build) must not pass for an empty device."""

import tempfile
from collections.abc import Iterator

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here.process import run

PROBE_S = 30.0
SCRATCH_BYTES = 1 << 20
SCRATCH_HEAD = bytes(1024) + (1).to_bytes(4, "little") + (255).to_bytes(4, "little")  # version, last page (swap.h)
SCRATCH = SCRATCH_HEAD + bytes(4086 - len(SCRATCH_HEAD)) + b"SWAPSPACE2"
NOTHING_FOUND = 2  # blkid(8)


def signatures(node: str) -> Iterator[str]:
    """The signatures on the device, in words; that the tools cannot be used or believed is an entry, too."""
    try:
        failed = self_test()
        yield from failed or _found(node)
    except MeasureError as error:
        yield f"its signatures cannot be read: {error.message}"


def self_test() -> tuple[str, ...]:
    """Why wipefs or blkid cannot be believed; nothing where both find a signature in a scratch file."""
    with tempfile.NamedTemporaryFile(prefix="perfadvisor-") as file:
        file.write(SCRATCH)
        file.truncate(SCRATCH_BYTES)
        file.flush()
        found = {tool: list(look(file.name)) for tool, look in (("wipefs", _wipefs), ("blkid", _blkid))}
    return tuple(
        f"{tool} does not find the signature in a test file, so what it says of the device is not used"
        for tool, words in found.items()
        if words != ["swap signature found"]
    )


def _found(node: str) -> Iterator[str]:
    yield from _wipefs(node)
    yield from _blkid(node)


def _wipefs(node: str) -> Iterator[str]:
    done = run(Command(argv=("wipefs", "--no-act", "--parsable", node), timeout_s=PROBE_S))
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        if line and not line.startswith("#"):
            yield f"{line.split(',')[-1]} signature found"
    if done.returncode != 0:
        yield f"wipefs cannot read it: {_reason(done)}"


def _blkid(node: str) -> Iterator[str]:
    done = run(Command(argv=("blkid", "--probe", "--output", "export", node), timeout_s=PROBE_S))
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        kind, _, value = line.partition("=")
        if kind in ("TYPE", "PTTYPE"):
            yield f"{value} signature found"
    if done.returncode not in (0, NOTHING_FOUND):
        yield f"blkid cannot read it: {_reason(done)}"


def _reason(done: Completed) -> str:
    words = done.stderr.decode("utf-8", "replace").strip()
    return words.splitlines()[-1] if words else f"exit code {done.returncode}"
