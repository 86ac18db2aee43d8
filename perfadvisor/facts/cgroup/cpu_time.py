"""CPU time of a control group: what it used, and what its quota kept from it while it had work."""

from perfadvisor.facts.cgroup import paths
from perfadvisor.facts.reading.reader import fields, integer, number
from perfadvisor.model.tree import Tree

NS_PER_US = 1000
# Of version 1, where a controller of its own counts what is used, often mounted together with the quota's.
USAGE = "cpuacct.usage"
QUOTA = "cpu.cfs_quota_us"


def used_ns(tree: Tree, directory: str) -> int | None:
    """Since the group exists, with the groups below it, in ns, or the most that it can be; `directory` is that of its
    cpu controller."""
    microseconds = number(_stat(tree, directory).get("usage_usec"))
    if microseconds is not None:
        return microseconds * NS_PER_US
    used = integer(tree, f"{_accounting(tree, directory)}/{USAGE}")
    return _most(tree, directory) if used is None else used


def _most(tree: Tree, directory: str) -> int | None:
    """Where the hierarchy that counts has no such group (version 1): no more than the quota in each period, so that the
    share that the quota took is at least what follows of it."""
    quota, periods = integer(tree, f"{directory}/{QUOTA}"), number(_stat(tree, directory).get("nr_periods"))
    return None if quota is None or quota < 0 or periods is None else quota * periods * NS_PER_US


def stopped_ns(tree: Tree, directory: str) -> int | None:
    """How long its threads were stopped by its quota, summed over CPUs; version 1 counts in ns, version 2 in us."""
    counts = _stat(tree, directory)
    microseconds = number(counts.get("throttled_usec"))
    return number(counts.get("throttled_time")) if microseconds is None else microseconds * NS_PER_US


def throttled_share(stopped: float | None, used: float | None) -> float | None:
    """Of the time it used or would have used, the part that its quota took. Both sum over CPUs; periods in which it was
    stopped do not say how long."""
    if stopped == 0:
        return 0.0
    return None if stopped is None or used is None else stopped / (stopped + used)


def _stat(tree: Tree, directory: str) -> dict[str, str]:
    return dict(fields(tree.text(f"{directory}/cpu.stat"), " "))


def _accounting(tree: Tree, directory: str) -> str:
    """The same group's directory of the cpuacct controller."""
    groups = {name: member.path for member in paths.memberships(tree) for name in member.controllers}
    quota, usage = paths.directories(tree, "cpu"), paths.directories(tree, "cpuacct")
    same = groups.get("cpu") == groups.get("cpuacct") and len(quota) == len(usage)
    return usage[quota.index(directory)] if same and directory in quota else directory
