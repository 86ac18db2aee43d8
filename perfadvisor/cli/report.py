"""`perfadvisor report`: one self-contained page."""

import sys
from pathlib import Path

import click

from perfadvisor.cli.options import out
from perfadvisor.cli.redact_option import REDACT, ShownInputs
from perfadvisor.cli.waivers_option import WAIVERS
from perfadvisor.commands import as_typed


@click.command(short_help="Write a run or snapshot as one self-contained HTML page.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@out("Write this page (example: report.html).", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--rules", "rules_dirs", type=click.Path(path_type=Path), multiple=True, help="Also load rules from this directory."
)
@WAIVERS
@click.option("--goal", default="", help="Hide advice against this goal of the machine (example: throughput, latency).")
@click.option(
    "--by",
    type=click.Choice(["host", "env", "time"]),
    help="Put these side by side: each host's latest run, the environments, or the runs in order of time.",
)
@REDACT
def command(
    paths: tuple[Path, ...],
    output: Path,
    rules_dirs: tuple[Path, ...],
    goal: str,
    waivers: Path | None,
    by: str | None,
    redact: bool,
) -> None:
    """Write a run, a snapshot, a copy of /sys and /proc or saved outputs as one HTML page that needs nothing else.

    Several runs or snapshots stand side by side: what differs in settings, results and findings. Without PATH: the
    newest run here.
    """
    from perfadvisor.cli.last_run import given_or_last
    from perfadvisor.cli.output import write_text
    from perfadvisor.cli.redact_option import inputs

    paths = given_or_last(paths)
    with inputs(paths, redact) as read:
        write_text(output, _page(read, rules_dirs, goal, waivers, by))
    click.echo(output)
    if sys.stderr.isatty():
        click.echo(as_typed(f"  open it: {output.absolute().as_uri()}; over ssh: perfadvisor view"), err=True)


def _page(read: ShownInputs, rules_dirs: tuple[Path, ...], goal: str, waivers: Path | None, by: str | None) -> str:
    if by or len(read.paths) > 1:
        from perfadvisor.differing import By, differing, is_whole
        from perfadvisor.report.differing.html import render as render_sides

        if by or all(map(is_whole, read.paths)):
            found, views = differing(read.paths, rules_dirs, goal, By(by or By.PATH), waivers)
            _note(found.notes)
            return render_sides(found, views)
    from perfadvisor.judge import judge
    from perfadvisor.report.html import render
    from perfadvisor.waiving import waived

    first, *more = read.paths
    view, lapsed = waived(judge(first, rules_dirs, goal, more), waivers, rules_dirs)
    _note(lapsed)
    return render(read.named(view))


def _note(notes: tuple[str, ...]) -> None:
    for each in notes:
        click.echo(f"note: {each}", err=True)
