"""What `perfadvisor run` does: it begins a run or goes on with one, and tells where the results are."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from perfadvisor.cli import running
from perfadvisor.cli.next_step import tell_next
from perfadvisor.cli.output import write_text
from perfadvisor.cli.own_option import TypedWork
from perfadvisor.errors import InputError
from perfadvisor.runner import RunOutcome, measure, resume
from perfadvisor.runner.progress import Progress


def begin(
    *,
    names: tuple[str, ...],
    environments: tuple[str, ...],
    named: Path | None,
    like: Path | None,
    own: tuple[Path, ...],
    out: Path | None,
    directory: Path | None,
    domain: str | None,
    work: TypedWork,
    **plain: Any,  # noqa: ANN401 - what running.request takes as it was given
) -> RunOutcome:
    """A new run in a directory of its own."""
    folder = out or Path(time.strftime("perfadvisor-%Y%m%d-%H%M%S"))
    with _watched() as watch:
        asked = running.request(
            (*names, *running.workloads_of(like, own)) or (() if work.commands else ("quick",)),
            running.specs(environments, named),
            out=folder,
            directory=directory or Path(),
            domain=domain or "",
            own=own,
            work=work,
            **plain,
        )
        return running.kept(folder, lambda: measure(asked, watch))


def go_on(folder: Path, given: Iterable[str], work: TypedWork) -> RunOutcome:
    """The rest of an interrupted run. InputError for options beside: the plan is made already."""
    with _watched() as watch:
        if wrong := sorted(given):
            raise InputError(f"--resume goes on as the run began: it takes no {', '.join(wrong)}")
        return running.kept(folder, lambda: resume(folder, watch, running.typed, work.hooks()))


def finish(outcome: RunOutcome, page: Path | None, *, redact: bool = False) -> None:
    """Write the page and the redacted copy, and name what was measured; the directory of the run goes to standard
    output. A page beside a copy is made of the copy."""
    click.echo(f"{outcome.measured} of {outcome.planned} trials measured", err=True)
    shown = _redacted(outcome.path) if redact else outcome.path
    if page is not None:
        _report(shown, page)
    else:
        tell_next(f"perfadvisor report {shown} -o report.html")
    click.echo(outcome.path)


def _redacted(run: Path) -> Path:
    from perfadvisor.cli.redact_option import note
    from perfadvisor.redacting import redacted_run

    names = (f"{run.name}-redacted{number}" for number in ("", *(f"-{more}" for more in range(2, 1000))))
    to = next(place for name in names if not (place := run.with_name(name)).exists())
    note(redacted_run(run, to))
    click.echo(f"  to share: {to}", err=True)
    return to


@contextmanager
def _watched() -> Iterator[Progress]:
    """Whatever an earlier command left changed is restored first."""
    running.stop_cleanly()
    running.put_back_leftovers()
    with running.progress(sys.stderr) as watch:
        yield watch


def _report(run: Path, page: Path) -> None:
    from perfadvisor.judge import judge
    from perfadvisor.report.html import render

    write_text(page, render(judge(run)))
    click.echo(f"  the report: {page.absolute().as_uri()}; over ssh: perfadvisor view {run}", err=True)
