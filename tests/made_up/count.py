"""A made-up tool: seq(1) counts, and the last number is the result."""

from perfadvisor.model.result import Output, Sample
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Parameters, Trial, Workload
from perfadvisor.tools.context import Context
from perfadvisor.tools.defaults import (
    engine,
    huge_pages,
    needs_function,
    prepare,
    probe,
    server,
    with_common_engine,
)
from perfadvisor.tools.parameters import Parameter
from perfadvisor.tools.program import Program

__all__ = [
    "METRICS", "PARAMETERS", "PROGRAM", "command", "engine", "huge_pages", "needs_function", "parse", "prepare",
    "probe", "server", "with_common_engine",
]  # fmt: skip

PROGRAM = Program(name="seq", package="coreutils", measures="counting")
PARAMETERS = {"up_to": Parameter(type=int, meaning="the last number", low=1)}
METRICS = ("counted",)


def command(workload: Workload, trial: Trial, context: Context) -> tuple[str, ...]:
    """The argv of one trial."""
    del trial
    return (context.program or PROGRAM.name, str(workload.parameters["up_to"]))


def parse(stdout: bytes, stderr: bytes = b"", returncode: int = 0, parameters: Parameters | None = None) -> Output:
    """The last number."""
    del parameters
    lines = stdout.split()
    if returncode or not lines:
        return Output(error=stderr.decode() or "it did not count")
    return Output(samples=(Sample(metric="counted", value=float(lines[-1]), unit=Unit.COUNT, better="higher"),))
