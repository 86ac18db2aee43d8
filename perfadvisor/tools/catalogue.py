"""Every measuring tool perfadvisor knows: one module and one line each."""

from typing import Protocol

from perfadvisor.model.result import Output
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools import dmabench, fio, iperf3
from perfadvisor.tools.context import Context
from perfadvisor.tools.parameters import Parameters


class Tool(Protocol):
    """What a tool's module offers. All of it is pure: argv out, bytes in.

    `PROGRAM` is what must be on the PATH and `PACKAGE` the Debian package that brings it; `METRICS` are the samples
    that `parse` can give of one configuration; `prepare` is the command that has to have run once before the trials,
    and `server` the one that has to be running meanwhile, None where none."""

    @property
    def PROGRAM(self) -> str: ...

    @property
    def PACKAGE(self) -> str: ...

    @property
    def PARAMETERS(self) -> Parameters: ...

    @property
    def METRICS(self) -> tuple[str, ...]: ...

    def command(self, workload: Workload, trial: Trial, context: Context) -> tuple[str, ...]: ...

    def prepare(self, workload: Workload, context: Context) -> tuple[str, ...] | None: ...

    def server(self, workload: Workload, context: Context) -> tuple[str, ...] | None: ...

    def parse(self, stdout: bytes, stderr: bytes = b"", returncode: int = 0) -> Output: ...


TOOLS: dict[str, Tool] = {"dmabench": dmabench, "fio": fio, "iperf3": iperf3}
