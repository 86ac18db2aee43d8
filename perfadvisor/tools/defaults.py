"""What most tools have no need of: a tool's module imports these under their own names."""

from perfadvisor.model.workload import Parameters, Workload
from perfadvisor.tools.context import Context


def prepare(workload: Workload, context: Context) -> tuple[str, ...] | None:
    """Nothing has to be there before."""
    del workload, context
    return None


def server(workload: Workload, context: Context) -> tuple[str, ...] | None:
    """Nothing has to answer at a far end."""
    del workload, context
    return None


def huge_pages(parameters: Parameters) -> tuple[int, int]:
    """No reserved huge pages: (page size in bytes, how many)."""
    del parameters
    return 0, 0


def needs_function(parameters: Parameters) -> bool:
    """No device that is opened through VFIO."""
    del parameters
    return False


def engine(parameters: Parameters) -> str:
    """No interface of the kernel that environments are known to forbid."""
    del parameters
    return ""


def probe(engine: str) -> tuple[str, ...]:
    """Nothing to try."""
    del engine
    return ()


def with_common_engine(parameters: Parameters) -> Parameters:
    """The same work with an engine that every environment has: as it is."""
    return parameters
