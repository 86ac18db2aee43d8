"""`perfadvisor import`: fio and iperf3 results people already have, as a run."""

import sys
from pathlib import Path

import click

from perfadvisor.cli.next_step import tell_next
from perfadvisor.cli.options import out
from perfadvisor.plaintext import one_line


@click.command(short_help="Make a run of fio and iperf3 JSON files.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@out("Create this directory for the run.")
@click.option(
    "--snapshot", type=click.Path(path_type=Path), help="Add this snapshot of the machine, to judge settings as well."
)
def command(files: tuple[Path, ...], output: Path, snapshot: Path | None) -> None:
    """Make a run of results that fio (--output-format=json or json+) and iperf3 (-J) wrote, to be judged, reported and
    gated like any other. Files of the same configuration become repeats of one workload."""
    from perfadvisor.importer import import_files

    run = import_files(files, output, snapshot, tuple(sys.argv))
    for name in run.workloads:
        count = sum(1 for result in run.results if result.trial.workload == name)
        click.echo(f"{one_line(name)}: {count} {'repeat' if count == 1 else 'repeats'}")
    tell_next(f"perfadvisor report {output} -o report.html")
    click.echo(output)
