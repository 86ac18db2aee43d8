"""This machine."""

import errno
from collections.abc import Callable, Sequence

from perfadvisor.errors import MeasureError
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.specs.parse import read_spec
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, Completed, NetworkEnds, Target, VfioFunction
from perfadvisor.targets.engine import PROBE_S, refused_by_the_kernel
from perfadvisor.targets.here import process
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.here.dmabench_build import own_program
from perfadvisor.targets.here.network import local_link
from perfadvisor.targets.here.presence import Presence


class LocalTarget(Target):
    """The machine perfadvisor runs on."""

    def __init__(self, spec: Spec | None = None) -> None:
        self._spec = spec or read_spec("local")

    @property
    def spec(self) -> Spec:
        """`local`, maybe with a name."""
        return self._spec

    def run(self, command: Command) -> Completed:
        """Run to the end or the time-out. MeasureError where the program is not installed."""
        return process.run(command)

    def serve(self, command: Command) -> process.LocalServer:
        """Start a program that runs beside the others."""
        return process.serve(command)

    def tree(self, patterns: Sequence[str]) -> Tree:
        """What the patterns name, read now."""
        return capture(patterns, run=_run_if_installed)

    def close(self) -> None:
        """Nothing is held open."""

    def program(self, tool: str) -> str:
        """The path of what perfadvisor brings itself, built now if need be."""
        return own_program(tool)

    def forbids(self, engine: str, probe: Sequence[str]) -> str:
        """What the kernel itself refuses."""
        return refused_by_the_kernel(engine, process.run(Command(argv=tuple(probe), timeout_s=PROBE_S)))

    def function(self, lent: VfioFunction | None) -> VfioFunction:
        """What was bound for the run."""
        if lent is None:
            hint = "as root: perfadvisor run mapping --vfio BDF; perfadvisor doctor names some"
            raise MeasureError("no device is bound to vfio-pci for it", hint)
        return lent

    def presence(self, path: IoPath) -> Callable[[], str]:
        """The devices as this machine's sysfs has them."""
        return Presence(path).why_gone

    def link(self) -> NetworkEnds:
        """Both ends here, in network namespaces of their own."""
        return local_link()


def _run_if_installed(command: Command) -> Completed:
    """For reading: a program that is not here is one more thing that cannot be read."""
    if not process.installed(command.argv[0]):
        raise FileNotFoundError(errno.ENOENT, f"{command.argv[0]} is not installed")
    return process.run(command)
