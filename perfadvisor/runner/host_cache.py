"""Whether the host of a virtual machine could answer reads of the test file from its own page cache.

How much memory a host has is not visible from a guest, so the guest's own memory stands in for it: a file of twice that
size is taken to be too large to be cached. O_DIRECT passes the guest's page cache only.
"""

from perfadvisor.formatting import setting
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import EnvironmentKind
from perfadvisor.runner.site import Site

GIB = 1 << 30
TIMES = 2  # of what a cache could hold
NO_HYPERVISOR = "none"


def note(size_bytes: int, site: Site) -> tuple[str, ...]:
    """What a reader of the results must know of a test file of this size, nothing where the machine is not a guest, has
    its hardware assigned to it, or was not read."""
    hypervisor, memory = (site.facts.value(name) for name in ("environment.hypervisor", "memory.total_bytes"))
    if hypervisor in (None, NO_HYPERVISOR) or site.environment.kind is EnvironmentKind.PASSTHROUGH_VM:
        return ()
    if not isinstance(memory, int) or size_bytes >= TIMES * memory:
        return ()
    large = -(-TIMES * memory // GIB)
    return (
        f"storage: the test file of {setting(size_bytes, Unit.BYTES)} fits in memory, so the page cache of this "
        f"virtual machine's host may answer reads (--size {large}g is twice the memory of this machine)",
    )
