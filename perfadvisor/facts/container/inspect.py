"""What `docker inspect` and `podman inspect` say of containers and images, as facts.

Both print the same shape with their own spellings: `ID` or `Id`, `CpuSetCpus` or `CpusetCpus`, limits that are null.
0 and -1 are "no limit" there (docker's API reference, HostConfig).
"""

import re
from collections.abc import Iterator
from typing import Any

from perfadvisor.facts.container.spec import BY_NAME, CONTAINER
from perfadvisor.facts.guest.host import NOWHERE, Host
from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.reading.reader import LARGEST
from perfadvisor.model.fact import Absent, Fact, Scalar

Values = dict[str, Scalar | None]

VFIO = "/dev/vfio"
_BRIDGED = frozenset({"bridge", "default", "slirp4netns", "pasta"})
_NO_LIMIT = "no limit is set"
_CAPS = {
    "container.read_bytes_per_s_max": "ReadBps",
    "container.write_bytes_per_s_max": "WriteBps",
    "container.read_iops_max": "ReadIOps",
    "container.write_iops_max": "WriteIOps",
}
# Names the kernel gives partitions: a number behind a disk's letters, "p" and one behind a disk that ends in a digit.
_PARTITION = re.compile(r"/(?:(?:sd|vd|hd|xvd)[a-z]+[0-9]+|(?:nvme[0-9]+n|mmcblk|nbd|loop|md)[0-9]+p[0-9]+)\Z")
_REASONS = {
    **dict.fromkeys(
        (
            "container.cpu_quota_cpus",
            "container.memory_max_bytes",
            "container.pids_limit",
            "container.capped_devices",
            *_CAPS,
        ),
        _NO_LIMIT,
    ),
    "container.cpuset": "every CPU",
    "container.cpuset_mems": "every node",
    "container.memlock_bytes": "none is given, so it has the engine's own",
    "container.hugepage_limit_bytes": "the engine sets none",
    "container.cpu_nodes": "the NUMA nodes of the host are not known",
    "container.cpu_node_count": "the NUMA nodes of the host are not known",
    "container.memory_on_cpu_nodes": "the NUMA nodes of the host are not known, or no CPUs are chosen",
}


def is_image(entry: dict[str, Any]) -> bool:
    """Whether this describes an image, not a container."""
    return "HostConfig" not in entry and ("RepoTags" in entry or "RootFS" in entry or "Architecture" in entry)


def image(entry: dict[str, Any], source: str) -> Iterator[Fact | Absent]:
    """The facts of an image: there is nothing in it to tune."""
    identity = _identity(entry)
    yield BY_NAME["image.id"].fact(identity, source=source, subject=identity)


def container(entry: dict[str, Any], source: str, host: Host = NOWHERE) -> Iterator[Fact | Absent]:
    """Every fact of one container; `host` is the machine it runs on, where it is known."""
    config = _mapping(entry.get("HostConfig"))
    values = {**_what(entry, config), **_limits(config), **_access(entry, config), **_nodes(config, host)}
    subject = _text(entry.get("Name")).removeprefix("/") or _identity(entry) or "container"
    for spec in CONTAINER:
        reason = _REASONS.get(spec.name, "the engine does not say")
        yield spec.given(values.get(spec.name), source=source, subject=subject, reason=reason)


def _what(entry: dict[str, Any], config: dict[str, Any]) -> Values:
    state, network = _mapping(entry.get("State")), _text(config.get("NetworkMode"))
    podman = any(key in entry for key in ("OCIConfigPath", "ImageName", "ConmonPidFile", "BoundingCaps"))
    mounts = entry.get("Mounts")
    return {
        "container.id": _identity(entry) or None,
        "container.engine": "podman" if podman else "docker",
        "container.running": state.get("Running") if isinstance(state.get("Running"), bool) else None,
        "container.runtime": _text(config.get("Runtime")) or None,
        "container.cgroup_manager": _text(config.get("CgroupManager")) or None,
        "container.network_mode": network or None,
        "container.is_bridged": network in _BRIDGED or (network not in ("host", "none", "") and ":" not in network),
        "container.root_file_system": _text(_mapping(entry.get("GraphDriver")).get("Name") or entry.get("Driver"))
        or None,
        "container.volume_count": len(mounts) if isinstance(mounts, list) else 0,
        "container.ipc_mode": _text(config.get("IpcMode")) or None,
        "container.pid_mode": _text(config.get("PidMode")) or None,
    }


def _limits(config: dict[str, Any]) -> Values:
    caps = {fact: _caps(config, way) for fact, way in _CAPS.items()}
    devices = sorted({path for rates in caps.values() for path in rates})
    return {
        **{fact: min(rates.values(), default=None) for fact, rates in caps.items()},
        "container.cpu_quota_cpus": _quota(config),
        "container.cpu_shares": _number(config.get("CpuShares")),
        "container.cpuset": _text(config.get("CpusetCpus") or config.get("CpuSetCpus")) or None,
        "container.cpuset_mems": _text(config.get("CpusetMems") or config.get("CpuSetMems")) or None,
        "container.memory_max_bytes": _positive(config.get("Memory")),
        "container.shm_bytes": _positive(config.get("ShmSize")),
        "container.pids_limit": _positive(config.get("PidsLimit")),
        "container.io_limited": bool(devices),
        "container.capped_devices": ", ".join(devices) or None,
        "container.capped_partitions": ", ".join(path for path in devices if _PARTITION.search(path)),
    }


def _caps(config: dict[str, Any], way: str) -> dict[str, int]:
    """Device -> its cap; a rate of 0 is none."""
    entries = map(_mapping, _list(config.get(f"BlkioDevice{way}")))
    return {_text(entry.get("Path")): rate for entry in entries if (rate := _positive(entry.get("Rate")))}


def _quota(config: dict[str, Any]) -> float | None:
    nano = _positive(config.get("NanoCpus"))
    if nano:
        return nano / 1e9
    quota, period = _positive(config.get("CpuQuota")), _positive(config.get("CpuPeriod"))
    return quota / (period or 100_000) if quota else None


def _access(entry: dict[str, Any], config: dict[str, Any]) -> Values:
    devices = [_text(_mapping(one).get("PathOnHost")) for one in _list(config.get("Devices"))]
    capabilities = [_text(one).removeprefix("CAP_") for one in _list(config.get("CapAdd"))]
    privileged = config.get("Privileged") is True
    memlock, said = _memlock(config)
    effective = [_text(one) for one in _list(entry.get("EffectiveCaps"))]
    return {
        "container.privileged": privileged,
        "container.device_count": len(devices),
        "container.vfio_device_count": sum(path == VFIO or path.startswith(f"{VFIO}/") for path in devices),
        "container.memlock_bytes": memlock,
        "container.memlock_limited": memlock is not None or not said,
        "container.can_lock": privileged
        or bool({"IPC_LOCK", "ALL"} & set(capabilities))
        or "CAP_IPC_LOCK" in effective,
        "container.seccomp": _seccomp(config, privileged=privileged),
    }


def _memlock(config: dict[str, Any]) -> tuple[int | None, bool]:
    """(limit, whether one is given); -1 is none at all. Podman writes RLIMIT_MEMLOCK, docker memlock."""
    for one in map(_mapping, _list(config.get("Ulimits"))):
        if _text(one.get("Name")).upper().removeprefix("RLIMIT_") == "MEMLOCK":
            soft = _number(one.get("Soft"))
            unlimited = soft is not None and (soft < 0 or soft >= LARGEST - 1)
            return (None if unlimited else soft), True
    return None, False


def _seccomp(config: dict[str, Any], *, privileged: bool) -> str | None:
    """Docker filters by default since 1.10, whose containers are the first to say UsernsMode."""
    options = [_text(option) for option in _list(config.get("SecurityOpt"))]
    profile = next((option for option in options if option.startswith("seccomp")), "")
    if "unconfined" in profile or (privileged and not profile):
        return "unconfined"
    if profile:
        return "profile"
    return "default" if "UsernsMode" in config else None


def _nodes(config: dict[str, Any], host: Host) -> Values:
    cpus = frozenset(cpulist.parse(_text(config.get("CpusetCpus") or config.get("CpuSetCpus"))))
    memory = frozenset(cpulist.parse(_text(config.get("CpusetMems") or config.get("CpuSetMems"))))
    nodes = host.nodes_of(cpus) if cpus else None
    return {
        "container.cpus_chosen": bool(cpus),
        "container.mems_chosen": bool(memory),
        "container.cpu_nodes": None if nodes is None else cpulist.format(nodes),
        "container.cpu_node_count": None if nodes is None else len(nodes),
        "container.memory_on_cpu_nodes": None if nodes is None or not memory else memory <= nodes,
    }


def _identity(entry: dict[str, Any]) -> str:
    return _text(entry.get("Id") or entry.get("ID")).removeprefix("sha256:")[:12]


def _mapping(value: Any) -> dict[str, Any]:  # noqa: ANN401 (what JSON holds)
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:  # noqa: ANN401
    return value if type(value) is int and abs(value) <= LARGEST else None


def _positive(value: Any) -> int | None:  # noqa: ANN401
    """A limit: null, 0 and below are none."""
    number = _number(value)
    return number if number is not None and number > 0 else None
