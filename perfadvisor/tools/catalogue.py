"""Every measuring tool perfadvisor knows: one module and one line each."""

from typing import Protocol

from perfadvisor.model.result import Output
from perfadvisor.model.workload import Parameters as Given
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools import dmabench, fio, iperf3
from perfadvisor.tools.context import Context
from perfadvisor.tools.own import command as own_command
from perfadvisor.tools.parameters import Parameters
from perfadvisor.tools.program import Program


class Tool(Protocol):
    """What a tool's module offers. All of it is pure: argv out, bytes in. What it has no need of it imports from
    `perfadvisor.tools.defaults`; a type checker refuses a module that lacks something."""

    @property
    def PROGRAM(self) -> Program:
        """What must be on a machine to run it."""
        ...

    @property
    def PARAMETERS(self) -> Parameters:
        """What a workload may ask for."""
        ...

    @property
    def METRICS(self) -> tuple[str, ...]:
        """The samples that `parse` can give of one configuration; () for a tool whose workloads name them, of which the
        time it takes is one."""
        ...

    def command(self, workload: Workload, trial: Trial, context: Context) -> tuple[str, ...]:
        """The argv of one trial."""
        ...

    def prepare(self, workload: Workload, context: Context) -> tuple[str, ...] | None:
        """The command that has to have run once before the trials, None where none has to."""
        ...

    def server(self, workload: Workload, context: Context) -> tuple[str, ...] | None:
        """The command that has to be running at the far end meanwhile, None where none has to."""
        ...

    def parse(self, stdout: bytes, stderr: bytes = b"", returncode: int = 0, parameters: Given | None = None) -> Output:
        """What came out; `parameters` are those of the trial."""
        ...

    def huge_pages(self, parameters: Given) -> tuple[int, int]:
        """(page size in bytes, how many reserved ones a trial needs); (0, 0) where it needs none."""
        ...

    def needs_function(self, parameters: Given) -> bool:
        """Whether a device must be reached through VFIO that the workload does not name itself."""
        ...

    def engine(self, parameters: Given) -> str:
        """The interface of the kernel that these parameters use and that some environments forbid, "" for none."""
        ...

    def probe(self, engine: str) -> tuple[str, ...]:
        """Arguments of the program that try this engine, () where there is nothing to try."""
        ...

    def with_common_engine(self, parameters: Given) -> Given:
        """The same work with an engine that every environment has; as it is where there is none."""
        ...


TOOLS: dict[str, Tool] = {
    "dmabench": dmabench,
    "fio": fio,
    "iperf3": iperf3,
    own_command.NAME: own_command,
}
