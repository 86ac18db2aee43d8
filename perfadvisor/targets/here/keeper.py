"""The process between perfadvisor and every tool it starts, so that no tool outlives perfadvisor, however that ends.

Run as a script with the standard library alone: `python -I -S keeper.py LIFELINE STATUS -- ARGV...`. LIFELINE is the
reading end of a pipe that only perfadvisor holds open: the kernel closes it when perfadvisor dies, also by SIGKILL, and
perfadvisor closes it to stop the tool. The keeper then kills everything below itself. It is the "subreaper" of what it
starts (prctl(2), PR_SET_CHILD_SUBREAPER), so children that forked, left their session or lost their parent, as fio's
jobs do, stay below it. A parent-death signal would reach only the first of them. While the tool runs the keeper sleeps.

STATUS is the writing end of a pipe on which it says the tool's process id. Exit code: the tool's own, also by signal.
"""

# ruff: noqa: PTH123, PTH208 (text paths: pathlib would double the start-up time)
import contextlib
import ctypes
import os
import resource
import select
import signal
import sys
import time

PR_SET_CHILD_SUBREAPER = 36  # include/uapi/linux/prctl.h
NOT_STARTED = 127
GIVE_UP_S = 10.0  # a task that even SIGKILL does not end sits in the kernel; waiting longer does not help


def main(arguments: list[str]) -> int:
    """Start the tool, wait for it or for perfadvisor's death, leave nothing below; returns the tool's wait status."""
    lifeline, status, argv = int(arguments[0]), int(arguments[1]), arguments[3:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    awake = _wake_on_child_exit()
    for descriptor in (lifeline, status):
        os.set_inheritable(descriptor, False)
    if select.select([lifeline], [], [], 0)[0]:
        return NOT_STARTED << 8
    tool = _start(argv, status)
    result = _wait(tool, lifeline, awake) if tool else NOT_STARTED << 8
    end_descendants()
    return result


def _wake_on_child_exit() -> int:
    """The reading end of a pipe that gets a byte with every SIGCHLD: works on kernels without pidfd."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _start(argv: list[str], status: int) -> int:
    try:
        # Python ignores these two; a tool expects them as the kernel gives them.
        tool = os.posix_spawnp(argv[0], argv, os.environ, setsigdef=[signal.SIGPIPE, signal.SIGXFSZ])
    except OSError as error:
        print(f"{argv[0]}: {error.strerror}", file=sys.stderr)
        return 0
    with contextlib.suppress(OSError):  # perfadvisor is gone already: the lifeline shows it next
        os.write(status, b"%d\n" % tool)
    return tool


def _wait(tool: int, lifeline: int, awake: int) -> int:
    """The tool's wait status; SIGKILL's where the lifeline ended first."""
    while True:
        ended = _reap(tool)
        if ended is not None:
            return ended
        ready = select.select([lifeline, awake], [], [])[0]
        if lifeline in ready:
            return int(signal.SIGKILL)
        os.read(awake, 4096)


def _reap(tool: int) -> int | None:
    """Collect every child that has ended, orphans included; the tool's wait status if it is among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == tool:
            found = status
        if pid == 0:
            return found


def end_descendants() -> None:
    """SIGKILL to everything below this process until nothing is left; what forks meanwhile is found next time round."""
    deadline = time.monotonic() + GIVE_UP_S
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        for pid in descendants(os.getpid()):
            with contextlib.suppress(OSError):  # it ended by itself, or runs as another user
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def descendants(ancestor: int) -> list[int]:
    """The process ids below `ancestor`, from the parent field of every /proc/PID/stat (proc(5))."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        parent = _parent(name) if name.isdigit() else None
        if parent is not None:
            children.setdefault(parent, []).append(int(name))
    found, todo = [], [ancestor]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def _parent(pid: str) -> int | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def _exit_like(status: int) -> None:
    if os.WIFSIGNALED(status):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) if not os.WIFSIGNALED(status) else 128)


if __name__ == "__main__":
    _exit_like(main(sys.argv[1:]))
