"""Where fresh runs come from: a benchmark's own command in a checkout, or one of our workloads in an environment."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from perfadvisor.errors import InputError
from perfadvisor.gating.command import measure_command
from perfadvisor.model.gate import Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Either `workload` (with `own` directories of workloads and a `directory` for its test file) or `cmd` (each call
    at most `timeout` seconds)."""

    workload: str | None
    cmd: str | None
    own: tuple[Path, ...]
    directory: Path
    timeout: float

    @contextmanager
    def measuring(self, places: Sequence[str]) -> Iterator[Callable[[str], Side]]:
        """What measures one fresh run at one of the places: checkouts for a command, environments for a workload."""
        if bool(self.workload) == bool(self.cmd):
            raise click.UsageError("give either a WORKLOAD or --cmd")
        if self.cmd:
            command, folders = self.cmd, {place: _folder(place) for place in places}
            yield lambda place: measure_command(command, folders[place], self.timeout)
            return
        from perfadvisor.cli.running import put_back_leftovers
        from perfadvisor.gating.workload import measuring

        put_back_leftovers()
        with measuring(str(self.workload), places, self.own, self.directory) as measure:
            yield measure


def _folder(place: str) -> Path:
    path = Path(place)
    if not path.is_dir():
        raise InputError(f"{place} is not a directory", "a command runs in a checkout: name its directory")
    return path
