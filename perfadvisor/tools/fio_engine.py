"""The ways fio issues I/O that some environments forbid, and the one that works everywhere."""

from perfadvisor.model.workload import Parameters
from perfadvisor.tools import fio_raw

IO_URING, COMMON = "io_uring", "libaio"
_OF_IO_URING = ("fixed_buffers", "register_files", *fio_raw.OF_IO_URING)


def engine(parameters: Parameters) -> str:
    """`io_uring` where the workload uses it: seccomp profiles of container engines and the sysctl
    kernel.io_uring_disabled forbid it. "" for all else."""
    return IO_URING if parameters.get("engine", IO_URING) == IO_URING else ""


def probe(engine: str) -> tuple[str, ...]:
    """Arguments for fio with which it reads 4 KiB of nothing by this engine, and fails where that is forbidden."""
    words = ("--name=probe", f"--ioengine={engine}", "--rw=read", "--bs=4k", "--size=4k", "--filename=/dev/zero")
    return words if engine else ()


def with_common_engine(parameters: Parameters) -> Parameters:
    """The same I/O through libaio; as it is where it uses what only io_uring has."""
    if not engine(parameters) or any(parameters.get(name) for name in _OF_IO_URING):
        return parameters
    return {**parameters, "engine": COMMON}
