"""`perfadvisor sweep`: one workload over several values of one parameter."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from perfadvisor.cli.changes_option import TypedChanges, changes_options
from perfadvisor.cli.next_step import tell_next

if TYPE_CHECKING:
    from perfadvisor.runner import Request

RUNTIME, RAMP, REPEATS = "4s", "1s", 3


@click.command(short_help="Measure one workload over several values of one parameter: the curve and its knee.")
@click.argument("workload")
@click.option(
    "--over",
    required=True,
    metavar="NAME=VALUES",
    help="Measure it with each value; A..B doubles from A to B (example: queue_depth=1..256).",
)
@click.option(
    "--slo",
    metavar="PERCENTILE=TIME",
    help="Search for the largest value whose latency stays within this (example: p99=500us).",
)
@click.option("--env", "environments", multiple=True, metavar="SPEC", help="Measure there (default: local).")
@click.option("--budget", metavar="TIME", help="Fit all trials into this time (example: 5m).")
@click.option(
    "--out",
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Create this directory for the results (default: perfadvisor-DATE-TIME).",
)
@click.option(
    "--report",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the report as this HTML page.",
)
@click.option(
    "--repeats",
    type=click.IntRange(1, 100),
    help="Run each value this often (default: 3; 1 with --slo, which repeats what it answers).",
)
@click.option("--seed", type=click.IntRange(0), help="Shuffle the trials with this seed.")
@click.option("--dir", "directory", type=click.Path(path_type=Path), metavar="TESTDIR", help="Write test files here.")
@click.option("--device", default="", metavar="DEV", help="Use this raw block device instead of a test file.")
@click.option("--peer", default="", metavar="SPEC", help="Run network tests against this.")
@click.option(
    "--workloads",
    "own",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also load workloads from here.",
)
@changes_options
def command(
    workload: str,
    over: str,
    slo: str | None,
    environments: tuple[str, ...],
    budget: str | None,
    out: Path | None,
    page: Path | None,
    repeats: int | None,
    seed: int | None,
    directory: Path | None,
    device: str,
    peer: str,
    own: tuple[Path, ...],
    changes: TypedChanges,
) -> None:
    """Measure WORKLOAD with each value in a seeded order: throughput and latency of each, and the knee of the curve.

    Each trial measures for 4 s after 1 s, unless --runtime and --ramp say otherwise. With --slo, values between those
    that were named are measured, too, until the largest one within the target is found and confirmed by five runs.
    """
    from perfadvisor.cli import running
    from perfadvisor.cli.output import require_folder
    from perfadvisor.runner import measure

    require_folder(page)
    running.stop_cleanly()
    running.put_back_leftovers()
    folder = out or Path(time.strftime("perfadvisor-%Y%m%d-%H%M%S"))
    timed = changes._replace(runtime=changes.runtime or RUNTIME, ramp=changes.ramp or RAMP)
    asked = running.request(
        (workload,),
        running.specs(environments, None),
        budget=budget,
        out=folder,
        repeats=repeats or (1 if slo else REPEATS),
        precision=None,
        seed=seed,
        directory=directory or Path(),
        device=device,
        peer=peer,
        vfio=(),
        domain="",
        own=own,
        changes=timed,
    )
    swept = _swept(asked, over, slo)
    with running.progress(sys.stderr) as watch:
        outcome = running.kept(folder, lambda: measure(swept, watch))
    _show(outcome.path, page)


def _swept(asked: "Request", over: str, slo: str | None) -> "Request":
    """The same request with the workload's variants, and the search for the target."""
    from perfadvisor.errors import InputError
    from perfadvisor.runner.more.search import Search
    from perfadvisor.sweeping import read_sweep, read_target

    if len(asked.workloads) != 1:
        raise InputError("a sweep takes one workload, not a suite or a pattern", "perfadvisor workloads list")
    if slo and len(asked.environments) != 1:
        raise InputError("--slo searches in one environment", "perfadvisor sweep ... --env SPEC")
    (workload,) = asked.workloads
    sweep = read_sweep(over, workload)
    target = read_target(slo, workload) if slo else None
    search = (Search(workload=workload, sweep=sweep, target=target),) if target else ()
    return replace(asked, workloads=sweep.of(workload), policies=search)


def _show(run: Path, page: Path | None) -> None:
    from perfadvisor.cli.output import write_text
    from perfadvisor.judge import judge
    from perfadvisor.report.curves_text import curves_text
    from perfadvisor.report.html import render

    view = judge(run)
    click.echo(curves_text(view))
    if page is not None:
        write_text(page, render(view))
        click.echo(f"  the report: {page.absolute().as_uri()}", err=True)
    else:
        tell_next(f"perfadvisor report {run} -o report.html")
