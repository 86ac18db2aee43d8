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
@REDACT
def command(
    paths: tuple[Path, ...], output: Path, rules_dirs: tuple[Path, ...], goal: str, waivers: Path | None, redact: bool
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
        write_text(output, _page(read, rules_dirs, goal, waivers))
    click.echo(output)
    if sys.stderr.isatty():
        click.echo(as_typed(f"  open it: {output.absolute().as_uri()}; over ssh: perfadvisor view"), err=True)


def _page(read: ShownInputs, rules_dirs: tuple[Path, ...], goal: str, waivers: Path | None) -> str:
    if len(read.paths) > 1 and all(map(_is_whole, read.paths)):
        from perfadvisor.differing import differing
        from perfadvisor.report.differing.html import render as render_sides

        return render_sides(*differing(read.paths, rules_dirs, goal))
    from perfadvisor.judge import judge
    from perfadvisor.report.html import render
    from perfadvisor.waiving import waived

    first, *more = read.paths
    view, lapsed = waived(judge(first, rules_dirs, goal, more), waivers, rules_dirs)
    for each in lapsed:
        click.echo(f"note: {each}", err=True)
    return render(read.named(view))


def _is_whole(path: Path) -> bool:
    """Whether it is a run or a snapshot: a machine by itself, and no part of one as saved outputs are."""
    return (path / "run.json").is_file() or path.name.endswith((".tar.gz", ".tgz"))
