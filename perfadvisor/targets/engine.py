"""What a tool's trial of an engine says: whether the kernel, or a filter in front of it, forbids it."""

from perfadvisor.targets.base import Completed

PROBE_S = 20.0


def is_refused(engine: str, done: Completed) -> bool:
    """Whether the tool failed and named the engine: whatever else is wrong shows in the trials themselves."""
    said = (done.stderr + done.stdout).decode("utf-8", "replace")
    return done.returncode != 0 and engine in said


def refused_by_the_kernel(engine: str, done: Completed) -> str:
    """Why it cannot be used on a machine as it is, "" where it can."""
    if not is_refused(engine, done):
        return ""
    return f"this machine does not allow {engine} (next: sysctl kernel.io_uring_disabled=0)"
