"""fio: storage of every kind, DMA into chosen buffers, and request and response over the network."""

from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools.context import Context
from perfadvisor.tools.defaults import needs_function
from perfadvisor.tools.fio_engine import engine, probe, with_common_engine
from perfadvisor.tools.fio_jobs import huge_pages, layout_argv, server_argv, trial_argv
from perfadvisor.tools.fio_parameters import METRICS, PARAMETERS
from perfadvisor.tools.fio_parse import parse
from perfadvisor.tools.program import Program

__all__ = [
    "METRICS", "PARAMETERS", "PROGRAM", "command", "engine", "huge_pages", "needs_function", "parse", "prepare",
    "probe", "server", "with_common_engine",
]  # fmt: skip

PROGRAM = Program(name="fio", package="fio", measures="storage")


def command(workload: Workload, trial: Trial, context: Context) -> tuple[str, ...]:
    """The argv of one trial."""
    return trial_argv(workload, trial, context)


def prepare(workload: Workload, context: Context) -> tuple[str, ...] | None:
    """The argv that lays the data file out, None where the workload reads none."""
    return layout_argv(workload, context)


def server(workload: Workload, context: Context) -> tuple[str, ...] | None:
    """The argv of the far end, None where the workload has none."""
    return server_argv(workload, context)
