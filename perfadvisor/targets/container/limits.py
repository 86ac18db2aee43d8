"""Whether a container got the limits that were declared for it, read back from its control groups.

An engine that cannot set a limit may warn and go on: rootless podman on version 1 exits with 0 and runs unlimited.
"""

import os
from collections.abc import Iterator

from perfadvisor.facts.cgroup import cgroup
from perfadvisor.facts.cgroup import paths as cgroup_paths
from perfadvisor.facts.reading import cpulist, reader
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree
from perfadvisor.targets.container.spec import Declared

TOLERANCE = 1.01
_V1_RATES = {
    "device-read-iops": "blkio.throttle.read_iops_device",
    "device-write-iops": "blkio.throttle.write_iops_device",
    "device-read-bps": "blkio.throttle.read_bps_device",
    "device-write-bps": "blkio.throttle.write_bps_device",
}
_V2_RATES = {
    "device-read-iops": "riops",
    "device-write-iops": "wiops",
    "device-read-bps": "rbps",
    "device-write-bps": "wbps",
}


def ignored(declared: Declared, tree: Tree) -> Iterator[str]:
    """Every declared limit that is not in force, in words; `tree` holds the container's groups as its host sees."""
    facts = FactTable(cgroup.facts(tree))
    quota, cpus = facts.value("cgroup.cpu_quota_cpus"), declared.cpus
    if cpus is not None and not (isinstance(quota, float) and quota <= cpus * TOLERANCE):
        yield f"cpus={cpus:g} (its group has {_said(quota)})"
    cpuset = facts.value("cgroup.cpuset")
    if declared.cpuset and set(cpulist.parse(str(cpuset or ""))) != set(cpulist.parse(declared.cpuset)):
        yield f"cpuset={declared.cpuset} (its group has {_said(cpuset)})"
    memory, most = facts.value("cgroup.memory_max_bytes"), declared.memory_bytes
    if most is not None and not (isinstance(memory, int) and memory <= most):
        yield f"memory={most} (its group has {_said(memory)})"
    for option, device, number in declared.rates:
        found = rate(tree, option, _device_number(device))
        if found != number:
            yield f"{option}={device}:{number} (its group has {_said(found)})"


def _said(value: object) -> str:
    return "no limit" if value is None else str(value)


def _device_number(device: str) -> str:
    try:
        number = os.stat(device).st_rdev  # noqa: PTH116 (the device may be anything that was declared)
    except OSError:
        return ""
    return f"{os.major(number)}:{os.minor(number)}"


def rate(tree: Tree, option: str, number: str) -> int | None:
    """The cap of this kind on a device ("254:0") in the container's own group: "254:0 1000" on version 1, "254:0
    riops=1000 wiops=max" on version 2 (Documentation/admin-guide/cgroup-v2.rst)."""
    for controller, file in (("blkio", _V1_RATES[option]), ("io", "io.max")):
        own = cgroup_paths.directories(tree, controller)[:1]
        for line in (tree.text(f"{own[0]}/{file}") or "").splitlines() if own else ():
            words = line.split()
            if words[0] == number:
                return _cap(words[1:], _V2_RATES[option])
    return None


def _cap(words: list[str], key: str) -> int | None:
    for word in words:
        name, _, value = word.rpartition("=")
        if name in ("", key):
            return reader.number(value)
    return None
