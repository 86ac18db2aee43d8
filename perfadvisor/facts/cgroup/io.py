"""Caps on a control group's reads and writes per second: the tightest of the group and everything above it."""

from collections.abc import Iterator
from posixpath import dirname

from perfadvisor.facts.cgroup import cgroup
from perfadvisor.facts.cgroup import paths as cgroup_paths
from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

# fact -> its unit, the file on version 1 ("8:0 1000") and the key in io.max on version 2 ("8:0 riops=1000 wiops=max")
_CAPS: tuple[tuple[FactSpec, str, str], ...] = tuple(
    (
        FactSpec(
            name=f"cgroup.{name}_max", type=int, unit=unit, meaning=f"cap on {meaning} a second", nature=Nature.SETTING
        ),
        f"blkio.throttle.{way}_{kind}_device",
        key,
    )
    for name, unit, meaning, way, kind, key in (
        ("read_iops", Unit.IOPS, "reads", "read", "iops", "riops"),
        ("write_iops", Unit.IOPS, "writes", "write", "iops", "wiops"),
        ("read_bytes_per_s", Unit.BYTES_PER_SECOND, "bytes read", "read", "bps", "rbps"),
        ("write_bytes_per_s", Unit.BYTES_PER_SECOND, "bytes written", "write", "bps", "wbps"),
    )
)
DIRECTORY = FactSpec(
    name="cgroup.io_directory",
    type=str,
    meaning="directory of the group that holds the caps on I/O, in the hierarchy of that controller",
    nature=Nature.IDENTITY,
)
CATALOGUE: tuple[FactSpec, ...] = (*(spec for spec, _, _ in _CAPS), DIRECTORY)
PATTERNS: tuple[str, ...] = cgroup.PATTERNS


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The caps of this tree's group."""
    limited = next((fact for fact in cgroup.facts(tree) if fact.name == cgroup.IO_LIMITED.name), None)
    reason = "no such cap is set" if isinstance(limited, Fact) else "the group's directory was not read"
    holders: list[str] = []
    for spec, file, key in _CAPS:
        found = [*_caps(tree, "blkio", file, ""), *_caps(tree, "io", "io.max", key)]
        number, source = min(found, default=(None, ""))
        holders += [source] if number is not None else []
        yield spec.given(number, source=source, reason=reason)
    holder = dirname(holders[0]) if holders else None
    yield DIRECTORY.given(holder, source=holders[0] if holders else "", reason=reason)


def _caps(tree: Tree, controller: str, file: str, key: str) -> Iterator[tuple[int, str]]:
    """Every cap with the file it was found in; a line is a device and either a number or pairs."""
    for directory in cgroup_paths.directories(tree, controller):
        source = f"{directory}/{file}"
        for line in (tree.text(source) or "").splitlines():
            for word in line.split()[1:]:
                name, _, value = word.rpartition("=")
                number = reader.number(value) if name == key else None
                if number is not None:
                    yield number, source
