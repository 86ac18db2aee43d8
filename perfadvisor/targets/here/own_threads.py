"""The threads of perfadvisor and of everything it started: which of them run, and on which CPUs."""

# ruff: noqa: PTH110, PTH123, PTH208 (text paths: this is read while a trial runs, so it has to be cheap)
import os
from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.targets.here.keeper import descendants

RUNNABLE, STOPPED = "R", "T"
_MOST_PROCESSES = 10_000
FAR_MARK = "PERFADVISOR_TASK"  # what targets/remote puts into the environment of all that it starts


@dataclass(frozen=True, slots=True)
class OwnThread:
    """`state` as in /proc/PID/stat ("R" is running or waiting for a CPU); `cpu` is the one it last ran on."""

    state: str
    cpu: int


def threads(ancestor: int) -> list[OwnThread]:
    """The threads of a process and of all below it. What ends meanwhile is left out."""
    return [thread for _, directory in _tasks(ancestor) for thread in _thread(directory)]


def scheduled(ancestor: int) -> tuple[float, float] | None:
    """Of all threads below a process, without its own: ns on a CPU, and ns runnable but waiting for one, which grow
    with other load and with a CPU quota (Documentation/scheduler/sched-stats.rst). None where there are none."""
    lines = (_line(f"{directory}/schedstat").split() for process, directory in _tasks(ancestor) if process != ancestor)
    times = [(float(line[0]), float(line[1])) for line in lines if len(line) > 1]
    return (sum(cpu for cpu, _ in times), sum(wait for _, wait in times)) if times else None


def cpu_ticks(ancestor: int) -> tuple[float, float]:
    """Clock ticks of user and of system time that a process and all below it have spent, and those that they waited for
    (fields 14 to 17 of /proc/PID/stat, proc(5)): a program that ends between two readings stays in the sum."""
    user = system = 0.0
    for process in processes(ancestor):
        fields = _line(f"/proc/{process}/stat").rpartition(")")[2].split()
        if len(fields) > 14:
            user, system = user + float(fields[11]) + float(fields[13]), system + float(fields[12]) + float(fields[14])
    return user, system


def processes(ancestor: int) -> frozenset[int]:
    """A process and all below it."""
    return frozenset(process for process, _ in _tasks(ancestor))


def _tasks(ancestor: int) -> Iterator[tuple[int, str]]:
    """(process, directory) of each thread of a process and of all below it."""
    todo, seen = [str(ancestor)], 0
    if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):  # CONFIG_PROC_CHILDREN, or a costly look at all
        todo += map(str, descendants(ancestor))
    while todo and seen < _MOST_PROCESSES:
        process, seen = todo.pop(), seen + 1
        for task in _names(f"/proc/{process}/task"):
            yield int(process), f"/proc/{process}/task/{task}"
            todo += _line(f"/proc/{process}/task/{task}/children").split()


def far_ends() -> tuple[int, ...]:
    """The processes that a run of ours started through a shell, such as the far end of a network test on this very
    machine: each is marked in its environment. Of a marked process and its children, the process alone."""
    marked = {int(pid) for pid in _names("/proc") if pid.isdigit() and f"{FAR_MARK}=" in _line(f"/proc/{pid}/environ")}
    return tuple(sorted(pid for pid in marked if not _parent(pid) & marked))


def _parent(process: int) -> set[int]:
    fields = _line(f"/proc/{process}/stat").rpartition(")")[2].split()
    return {int(fields[1])} if len(fields) > 1 else set()


def kernel_threads(prefix: str) -> tuple[str, ...]:
    """The process ids of the kernel's threads of this name, "ksoftirqd/"; none inside a container."""
    return tuple(pid for pid in _names("/proc") if pid.isdigit() and _line(f"/proc/{pid}/comm").startswith(prefix))


def vhost_threads(ancestor: int) -> tuple[str, ...]:
    """Those that move packets for guests of ours: up to Linux 6.3 they are the kernel's children, and named after the
    process they work for (drivers/vhost/vhost.c, vhost_dev_set_owner)."""
    ours = {f"vhost-{process}" for process in processes(ancestor)}
    return tuple(pid for pid in kernel_threads("vhost-") if _line(f"/proc/{pid}/comm").strip() in ours)


def states(pids: tuple[str, ...]) -> list[OwnThread]:
    """The threads with these process ids."""
    return [thread for pid in pids for thread in _thread(f"/proc/{pid}")]


def _thread(directory: str) -> Iterator[OwnThread]:
    """Fields 3 and 39 of stat, counted behind the name, which may hold anything (proc(5))."""
    fields = _line(f"{directory}/stat").rpartition(")")[2].split()
    if len(fields) > 36:
        yield OwnThread(fields[0], int(fields[36]))


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []


def _line(path: str) -> str:
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""
