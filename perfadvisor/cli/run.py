"""`perfadvisor run`: measure."""

import sys
import time
from pathlib import Path

import click

from perfadvisor.cli.changes_option import TypedChanges, changes_options


@click.command(short_help="Measure: storage, network and memory, several fresh runs of each.")
@click.argument("names", metavar="[SUITE|WORKLOAD]...", nargs=-1)
@click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="SPEC",
    help="Measure there; repeat it to compare (default: local; example: vm:memory=2G).",
)
@click.option(
    "--environments",
    "named",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read named environments from this YAML file.",
)
@click.option("--budget", metavar="TIME", help="Fit all trials into this time (example: 90s, 5m).")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR",
    help="Create this directory for the results (default: perfadvisor-DATE-TIME).",
)  # fmt: skip
@click.option("--report", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Also write the report as this HTML page (example: report.html).")  # fmt: skip
@click.option(
    "--wait-quiet",
    metavar="TIME",
    is_flag=False,
    flag_value="5m",
    default=None,
    help="Wait until other load ends before the first trial, at most this long (default: 5m).",
)
@click.option(
    "--resume", "unfinished", type=click.Path(path_type=Path), metavar="DIR", help="Finish this interrupted run."
)
@click.option("--like", type=click.Path(path_type=Path), metavar="RUN", help="Measure the workloads of this run again.")
@click.option(
    "--repeats",
    type=click.IntRange(1, 1000),
    help="Run each workload this often as a new process (default: the suite's).",
)
@click.option(
    "--precision",
    metavar="SHARE",
    help="Repeat each workload until its headline is known within this share of itself (example: 2%).",
)
@click.option(
    "--seed", type=click.IntRange(0), help="Shuffle the trials with this seed; the same seed gives the same order."
)
@click.option("--dir", "directory", type=click.Path(path_type=Path), metavar="TESTDIR", help="Write test files here.")
@click.option(
    "--device",
    default="",
    metavar="DEV",
    help="Use this raw block device instead of a test file (example: /dev/nvme1n1).",
)
@click.option(
    "--vfio", multiple=True, metavar="BDF", help="Temporarily bind this PCI device to vfio-pci for DMA mapping tests."
)
@click.option(
    "--domain",
    type=click.Choice(("identity", "DMA", "DMA-FQ")),
    help="Set the IOMMU translation of --device for this run.",
)
@click.option(
    "--peer", default="", metavar="SPEC", help="Run network tests against this: ssh:USER@HOST or local:ADDRESS."
)
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
    names: tuple[str, ...],
    environments: tuple[str, ...],
    named: Path | None,
    budget: str | None,
    out: Path | None,
    page: Path | None,
    wait_quiet: str | None,
    unfinished: Path | None,
    like: Path | None,
    repeats: int | None,
    precision: str | None,
    seed: int | None,
    directory: Path | None,
    device: str,
    peer: str,
    vfio: tuple[str, ...],
    domain: str | None,
    own: tuple[Path, ...],
    changes: TypedChanges,
) -> None:
    """Measure the suites or workloads named (default: quick), and keep the results in a new directory.

    Nothing on the machine stays changed: test files, huge pages and namespaces are removed and devices rebound to
    their drivers, also after a kill. --resume DIR finishes an interrupted run of the same user. --like RUN
    takes only the names of the workloads from any run: parameters come from the workload files here, environments
    from --env.
    """
    from perfadvisor.cli import running
    from perfadvisor.cli.output import require_folder
    from perfadvisor.runner import measure, resume

    require_folder(page)
    running.stop_cleanly()
    running.put_back_leftovers()
    with running.progress(sys.stderr) as watch:
        if unfinished is not None:
            running.refuse_with_resume(
                workloads=names, out=out, budget=budget, repeats=repeats, env=environments, vfio=vfio, domain=domain,
                like=like, wait_quiet=wait_quiet, precision=precision, **changes.given(),
            )  # fmt: skip
            folder = unfinished
            outcome = running.kept(folder, lambda: resume(folder, watch, running.typed))
        else:
            folder = out or Path(time.strftime("perfadvisor-%Y%m%d-%H%M%S"))
            asked = running.request(
                (*names, *running.workloads_of(like, own)) or ("quick",), running.specs(environments, named),
                budget=budget, wait_quiet=wait_quiet, out=folder, repeats=repeats, precision=precision,
                seed=seed, directory=directory or Path(), device=device, peer=peer, vfio=vfio, domain=domain or "",
                own=own, changes=changes,
            )  # fmt: skip
            outcome = running.kept(folder, lambda: measure(asked, watch))
    click.echo(f"{outcome.measured} of {outcome.planned} trials measured", err=True)
    if page is not None:
        _report(outcome.path, page)
    else:
        click.echo(f"  next: perfadvisor report {outcome.path} -o report.html", err=True)
    click.echo(outcome.path)


def _report(run: Path, page: Path) -> None:
    from perfadvisor.cli.output import write_text
    from perfadvisor.judge import judge
    from perfadvisor.report.html import render

    write_text(page, render(judge(run)))
    click.echo(f"  the report: {page.absolute().as_uri()}", err=True)
