"""A program left running in a guest through its agent."""

from collections.abc import Callable
from dataclasses import replace

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command, Completed

# The program goes to the background with its output in files; its process id is what is answered.
START = 'out=$(mktemp -d /run/perfadvisor.XXXXXX); "$@" >$out/stdout 2>$out/stderr </dev/null & echo $! $out'
ERRORS = "cat $0/stderr; rm -r $0"


class GuestServer:
    """`run` runs a command in the guest."""

    def __init__(self, command: Command, run: Callable[[Command], Completed]) -> None:
        started = run(
            Command(argv=("sh", "-c", START, "sh", *command.argv), timeout_s=30.0, environment=command.environment)
        )
        words = started.stdout.decode("utf-8", "replace").split()
        if len(words) != 2:
            raise MeasureError(f"{command.argv[0]} could not be started in the guest")
        self._pid, self._output = words
        self._command, self._run = command, run

    def stop(self) -> Completed:
        """End it, and say what it complained of."""
        self._run(Command(argv=("kill", "-9", self._pid), timeout_s=30.0))
        said = self._run(Command(argv=("sh", "-c", ERRORS, self._output), timeout_s=30.0))
        return replace(said, command=self._command, stderr=said.stdout, stdout=b"")
