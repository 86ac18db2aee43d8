"""The catalogue of containers as their engine describes them, and of what Kubernetes says of nodes and pods.

Subjects: a container's name, for a pod's containers pod/container ("testpod1/app").
"""

from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit

_Type = type[bool] | type[int] | type[float] | type[str]


def _spec(name: str, type: _Type, meaning: str, unit: Unit = Unit.NONE, nature: Nature = Nature.SETTING) -> FactSpec:
    """The subject kind is the part before the dot."""
    return FactSpec(name=name, type=type, unit=unit, subject=name.split(".")[0], meaning=meaning, nature=nature)


CONTAINER = (
    _spec("container.id", str, "its identity, the first 12 digits", nature=Nature.IDENTITY),
    _spec("container.engine", str, "docker, podman, kubernetes", nature=Nature.IDENTITY),
    _spec("container.running", bool, "whether it runs", nature=Nature.MEASURED),
    _spec("container.runtime", str, "what starts it: runc, crun, oci", nature=Nature.IDENTITY),
    _spec("container.cgroup_manager", str, "who makes its control group: systemd, cgroupfs", nature=Nature.IDENTITY),
    _spec("container.network_mode", str, "host, bridge, none, default, a network's name"),
    _spec("container.is_bridged", bool, "whether its traffic passes a bridge and address translation"),
    _spec("container.root_file_system", str, "file system of the writable layer", nature=Nature.IDENTITY),
    _spec("container.volume_count", int, "directories of the host or volumes mounted into it", Unit.COUNT),
    _spec("container.cpu_quota_cpus", float, "CPU time it may use, in CPUs"),
    _spec("container.cpu_shares", int, "weight of its CPU time beside others'; 0 for the default", Unit.COUNT),
    _spec("container.cpus_chosen", bool, "whether it is bound to certain CPUs"),
    _spec("container.mems_chosen", bool, "whether its memory is bound to certain NUMA nodes"),
    _spec("container.cpuset", str, "CPUs it may run on, as a list"),
    _spec("container.cpuset_mems", str, "NUMA nodes it may take memory from, as a list"),
    _spec("container.cpu_nodes", str, "NUMA nodes its CPUs lie on, as a list"),
    _spec("container.cpu_node_count", int, "how many NUMA nodes its CPUs lie on", Unit.COUNT),
    _spec("container.memory_on_cpu_nodes", bool, "whether all its memory must come from the nodes of its CPUs"),
    _spec("container.memory_max_bytes", int, "memory it may use before it is killed", Unit.BYTES),
    _spec("container.shm_bytes", int, "size of its /dev/shm", Unit.BYTES),
    _spec("container.pids_limit", int, "processes it may have", Unit.COUNT),
    _spec("container.io_limited", bool, "whether bytes or operations of a disk are capped"),
    _spec("container.read_iops_max", int, "smallest cap on reads a second of any disk", Unit.COUNT),
    _spec("container.write_iops_max", int, "smallest cap on writes a second of any disk", Unit.COUNT),
    _spec("container.read_bytes_per_s_max", int, "smallest cap on bytes read a second", Unit.BYTES_PER_SECOND),
    _spec("container.write_bytes_per_s_max", int, "smallest cap on bytes written a second", Unit.BYTES_PER_SECOND),
    _spec("container.capped_devices", str, "devices that have a cap, as a list"),
    _spec("container.capped_partitions", str, "those of them that are partitions, by their names; empty for none"),
    _spec("container.hugepage_limit_bytes", int, "memory it may use in huge pages", Unit.BYTES),
    _spec("container.memlock_bytes", int, "memory it may lock", Unit.BYTES),
    _spec("container.memlock_limited", bool, "whether the memory it may lock has a limit"),
    _spec("container.can_lock", bool, "whether it may lock memory beyond the limit (CAP_IPC_LOCK)"),
    _spec("container.privileged", bool, "whether it runs without confinement"),
    _spec("container.device_count", int, "devices of the host given to it", Unit.COUNT),
    _spec("container.vfio_device_count", int, "VFIO groups and the VFIO container given to it", Unit.COUNT),
    _spec("container.seccomp", str, "system calls are filtered by: default, unconfined, profile"),
    _spec("container.ipc_mode", str, "private, host, shareable"),
    _spec("container.pid_mode", str, "private, host"),
    _spec("container.cpu_request_cpus", float, "CPUs a pod asks for", Unit.NONE),
    _spec("container.memory_request_bytes", int, "memory a pod asks for", Unit.BYTES),
    _spec("container.guaranteed", bool, "whether requests equal limits, so that whole CPUs can be its own"),
)

EXTENDED = (
    _spec(
        "container_resource.limit",
        int,
        "an extended resource of a container (a virtual function, a GPU), by container and resource",
    ),
)

IMAGE = (_spec("image.id", str, "its identity, the first 12 digits", nature=Nature.IDENTITY),)

KUBERNETES_NODE = (
    _spec("kubernetes_node.cpus", float, "CPUs of the machine", Unit.NONE, nature=Nature.IDENTITY),
    _spec(
        "kubernetes_node.allocatable_cpus", float, "CPUs that pods may have together", Unit.NONE, nature=Nature.IDENTITY
    ),
    _spec("kubernetes_node.memory_bytes", int, "memory of the machine", Unit.BYTES, nature=Nature.IDENTITY),
    _spec(
        "kubernetes_node.allocatable_memory_bytes",
        int,
        "memory that pods may have together",
        Unit.BYTES,
        nature=Nature.IDENTITY,
    ),
    _spec("kubernetes_node.storage_bytes", int, "ephemeral storage of the machine", Unit.BYTES, nature=Nature.IDENTITY),
    _spec(
        "kubernetes_node.allocatable_storage_bytes",
        int,
        "ephemeral storage for pods",
        Unit.BYTES,
        nature=Nature.IDENTITY,
    ),
    _spec("kubernetes_node.hugepages_2mi_bytes", int, "memory in 2 MiB pages", Unit.BYTES, nature=Nature.IDENTITY),
    _spec(
        "kubernetes_node.allocatable_hugepages_2mi_bytes",
        int,
        "memory in 2 MiB pages for pods",
        Unit.BYTES,
        nature=Nature.IDENTITY,
    ),
    _spec("kubernetes_node.hugepages_1gi_bytes", int, "memory in 1 GiB pages", Unit.BYTES, nature=Nature.IDENTITY),
    _spec(
        "kubernetes_node.allocatable_hugepages_1gi_bytes",
        int,
        "memory in 1 GiB pages for pods",
        Unit.BYTES,
        nature=Nature.IDENTITY,
    ),
    _spec("kubernetes_node.pods", int, "pods the machine may run", Unit.COUNT, nature=Nature.IDENTITY),
    _spec(
        "kubernetes_node.allocatable_pods",
        int,
        "pods that may run beside the system's own",
        Unit.COUNT,
        nature=Nature.IDENTITY,
    ),
)

CATALOGUE: tuple[FactSpec, ...] = CONTAINER + EXTENDED + IMAGE + KUBERNETES_NODE
BY_NAME: dict[str, FactSpec] = {spec.name: spec for spec in CATALOGUE}
