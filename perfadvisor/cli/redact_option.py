"""`--redact`: what a command shows of copies that tell no names, addresses and serial numbers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from perfadvisor.report.view import ReportView

REDACT = click.option(
    "--redact", is_flag=True, help="Replace names, addresses and serial numbers, so that the output can be shared."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownInputs:
    """What a command reads: the paths that were given, or redacted copies of them, and what those are called."""

    paths: tuple[Path, ...]
    source: str = ""

    def named(self, view: "ReportView") -> "ReportView":
        """The view as of what was given, and not of a copy that is gone by the time it is read."""
        from dataclasses import replace

        return replace(view, source=self.source) if self.source else view


@contextmanager
def inputs(paths: Sequence[Path], redact: bool) -> Iterator[ShownInputs]:
    """The paths to read; redacted copies of them while the context lasts, and what was replaced on standard error."""
    if not redact:
        yield ShownInputs(paths=tuple(paths))
        return
    from perfadvisor.redacting import redacted_copies

    with redacted_copies(paths) as copies:
        note(copies.counts)
        yield ShownInputs(paths=copies.paths, source=", ".join(copies.names))


def note(counts: Mapping[str, int]) -> None:
    """Report what was replaced."""
    from perfadvisor.redacting import counted

    click.echo(f"redacted: {counted(counts)} replaced; read the result before you share it", err=True)
