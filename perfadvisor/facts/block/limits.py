"""What holds writers and readers back above a disk's queue: writeback limits, mount options, a loop device's file."""

from collections.abc import Iterator

from perfadvisor.facts.block import mount
from perfadvisor.facts.block import path as block_path
from perfadvisor.facts.block.path import BLOCK
from perfadvisor.facts.reading import mountinfo
from perfadvisor.facts.reading.reader import boolean_fact, integer, reason
from perfadvisor.model.fact import Absent, Fact, Nature, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PARTS = 1_000_000  # max_ratio_fine counts in these (Documentation/ABI/testing/sysfs-class-bdi)
PATTERNS = (
    f"{BLOCK}/*/bdi/strict_limit",
    f"{BLOCK}/*/bdi/max_ratio_fine",
    f"{BLOCK}/*/loop/dio",
    f"{BLOCK}/*/loop/backing_file",
    *mount.PATTERNS,
)


_spec = SpecMaker("block", Nature.SETTING)


STRICT = _spec(
    "writeback_strict", bool, "whether its share of the dirty pages holds at any time, not only near the limit"
)
SHARE = _spec("writeback_share", float, "share of all dirty pages that may be waiting for it", Unit.RATIO)
SYNC = _spec("mounted_sync", bool, "whether a file system on it is mounted so that every write waits for the disk")
IS_LOOP = _spec("is_loop", bool, "whether it is a loop device, whose blocks lie in a file", nature=Nature.IDENTITY)
DIRECT = _spec("loop_direct_io", bool, "whether a loop device reads and writes its file past the page cache")
FILE_SYSTEM = _spec(
    "loop_file_system", str, "type of the file system that a loop device's file lies on", nature=Nature.IDENTITY
)
CATALOGUE = (STRICT, SHARE, SYNC, IS_LOOP, DIRECT, FILE_SYSTEM)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Every whole disk."""
    _, mounts = mount.read(tree)
    disks = block_path.whole_disks(tree)
    synchronous = {mount.disk_of(one, disks) for one in mounts if "sync" in one.options.split(",")}
    for name in block_path.devices(tree):
        yield boolean_fact(STRICT, tree, f"{BLOCK}/{name}/bdi/strict_limit", subject=name)
        source = f"{BLOCK}/{name}/bdi/max_ratio_fine"
        parts = integer(tree, source)
        share = None if parts is None else parts / PARTS
        yield SHARE.given(share, source=source, subject=name, reason=reason(tree, source))
        yield SYNC.given(
            name in synchronous if mounts else None,
            source=mountinfo.PATH,
            subject=name,
            reason="no list of mounts was read",
        )
        loop = name.startswith("loop") or tree.exists(f"{BLOCK}/{name}/loop/dio")
        yield IS_LOOP.fact(loop, source=f"{BLOCK}/{name}", subject=name)
        if loop:
            yield boolean_fact(DIRECT, tree, f"{BLOCK}/{name}/loop/dio", subject=name)
            yield _file_system(tree, name, mounts)


def _file_system(tree: Tree, name: str, mounts: tuple[mount.Mount, ...]) -> Fact | Absent:
    """The deepest mount above the file; a file whose name the kernel cuts or has forgotten lies nowhere."""
    source = f"{BLOCK}/{name}/loop/backing_file"
    file = tree.text(source) or ""
    above = [one for one in mounts if file.startswith(one.point.rstrip("/") + "/")]
    found = max(above, key=lambda one: len(one.point), default=None)
    return FILE_SYSTEM.given(
        found.file_system if found else None, source=source, subject=name, reason=reason(tree, source)
    )
