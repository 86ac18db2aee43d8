"""Containers of docker and podman; the options are named as the engines' own are."""

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.option import DeviceUse, MainArgument, Option
from perfadvisor.specs.readers import (
    CPUS,
    DEVICE,
    INTERFACE,
    NAME,
    ON_OFF,
    PCI_FUNCTION,
    RATE,
    WORD,
    matching,
    number,
    size,
)
from perfadvisor.specs.spec import Spec

IMAGE = MainArgument(
    key="image",
    reader=matching("the name of an image", r"[^-,@=\s][^,=\s]*"),
    example="debian:12",
    meaning="an image with a POSIX shell and the tools to measure with; without one, this host's own tools",
)
CONTAINER = MainArgument(
    key="container",
    prefix="@",
    reader=matching("the name of a container", NAME),
    example="@web-1",
    meaning="a running container, used as it is and left as it was",
)

CPU_QUOTA = Option(
    name="cpus",
    reader=number(0.01, 4096),
    unit="CPUs",
    example="0.5",
    default="no limit",
    meaning="CPU time, as the engines' `--cpus`",
)
CPUSET = Option(
    name="cpuset", reader=CPUS, example="0-3+8", default="all", meaning="the CPUs it may run on, as `--cpuset-cpus`"
)
MEMORY = Option(
    name="memory",
    reader=size(1 << 20, "1m"),
    unit="bytes",
    example="2g",
    default="no limit",
    meaning="its memory, as `--memory`",
)
NETWORK = Option(
    name="network", reader=WORD, example="host", default="none", meaning="`none`, `host`, or the name of a network"
)
PRIVILEGED = Option(name="privileged", reader=ON_OFF, example="on", default="off", meaning="as `--privileged`")
SECCOMP = Option(
    name="seccomp",
    reader=matching("unconfined or an absolute path", r"unconfined|/[^,]+"),
    example="unconfined",
    default="the engine's profile",
    meaning="`unconfined`, or the path of a seccomp profile",
)
DEVICES = Option(
    name="device", reader=DEVICE, example="/dev/nvme0n1", default="none", many=True, meaning="as `--device`"
)
VFIO = Option(
    name="vfio",
    reader=PCI_FUNCTION,
    example="0000:03:00.0",
    default="none",
    many=True,
    taken=DeviceUse.FOR_THE_RUN,
    meaning="a PCI function whose whole IOMMU group the container gets",
)
VF = Option(
    name="vf",
    reader=PCI_FUNCTION,
    example="0000:01:00.0",
    default="none",
    many=True,
    taken=DeviceUse.FOR_THE_RUN,
    meaning="a NIC that makes a virtual function for the container",
)
ADDRESS = Option(
    name="address",
    reader=INTERFACE,
    example="192.0.2.1/24",
    default="none",
    meaning="the address of the one virtual function in the container",
)


def _cap(name: str, what: str, unit: str, example: str) -> Option[tuple[str, int]]:
    return Option(
        name=name,
        reader=RATE,
        unit=unit,
        example=example,
        default="no limit",
        many=True,
        group="blkio",
        meaning=f"a limit on {what} of a whole disk, as `--{name}`",
    )


RATES = (
    _cap("device-read-iops", "reads", "operations/s", "/dev/nvme0n1:5000"),
    _cap("device-write-iops", "writes", "operations/s", "/dev/nvme0n1:5000"),
    _cap("device-read-bps", "bytes read", "bytes/s", "/dev/nvme0n1:100m"),
    _cap("device-write-bps", "bytes written", "bytes/s", "/dev/nvme0n1:100m"),
)
OPTIONS = (CPU_QUOTA, CPUSET, MEMORY, *RATES, NETWORK, PRIVILEGED, SECCOMP, DEVICES, VFIO, VF, ADDRESS)


def clash(spec: Spec) -> str:
    """A running container keeps what it has; a virtual function moves into a network of the container's own, and one
    address fits one of them."""
    if spec.get(CONTAINER) and any(option.name in spec.values for option in OPTIONS):
        return "a running container keeps its limits: declare them for an image instead"
    if spec.all_of(VF) and spec.get(NETWORK) == "host":
        return "vf= needs a network of the container's own: leave network=host out"
    if spec.get(ADDRESS) and len(spec.all_of(VF)) != 1:
        return "address= is that of one virtual function: give one vf= with it"
    return ""


def _engine(name: str) -> EnvironmentOptions:
    return EnvironmentOptions(
        name=name,
        meaning=f"a container of {name}, made for the run or running already",
        places=(IMAGE, CONTAINER),
        opener=f"perfadvisor.targets.container.container:open_{name}",
        options=OPTIONS,
        on_our_disk=True,
        clash=clash,
    )


DOCKER, PODMAN = _engine("docker"), _engine("podman")
