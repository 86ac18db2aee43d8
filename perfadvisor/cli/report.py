"""`perfadvisor report`: one self-contained page."""

from pathlib import Path

import click


@click.command(short_help="Write a run or snapshot as one self-contained HTML page.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Write this page (example: report.html).",
)
@click.option(
    "--rules", "rules_dirs", type=click.Path(path_type=Path), multiple=True, help="Also load rules from this directory."
)
@click.option("--goal", default="", help="Hide advice against this goal of the machine (example: throughput, latency).")
def command(paths: tuple[Path, ...], output: Path, rules_dirs: tuple[Path, ...], goal: str) -> None:
    """Write a run, a snapshot, a copy of /sys and /proc or saved outputs as one HTML page that needs nothing else."""
    from perfadvisor.cli.output import write_text
    from perfadvisor.judge import judge
    from perfadvisor.report.html import render

    first, *more = paths
    write_text(output, render(judge(first, rules_dirs, goal, more)))
    click.echo(output)
