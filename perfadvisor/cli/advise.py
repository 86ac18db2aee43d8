"""`perfadvisor advise`: the findings in the terminal, as JSON or as a page on stdout."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from perfadvisor.cli.options import form
from perfadvisor.cli.redact_option import REDACT, inputs
from perfadvisor.cli.waivers_option import WAIVERS

if TYPE_CHECKING:
    from perfadvisor.report.view import ReportView

SEVERITIES = ("critical", "high", "medium", "low", "info")


@click.command(short_help="Show the findings of a run or snapshot.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@form("text", "json", "html")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 on a finding of this or a higher severity; with 3 where nothing could be judged.",
)
@click.option("--goal", default="", help="Hide advice against this goal of the machine (example: throughput, latency).")
@click.option(
    "--rules", "rules_dirs", type=click.Path(path_type=Path), multiple=True, help="Also load rules from this directory."
)
@click.option(
    "--explain",
    "explained",
    multiple=True,
    metavar="N|ID|all",
    help="Print finding N, the rule ID or everything in full (example: --explain 1).",
)
@WAIVERS
@click.option("-v", "--verbose", is_flag=True, help="List every part of saved outputs with what it was taken for.")
@click.option(
    "--as",
    "kept_as",
    type=click.Choice(["shell", "diff", "ansible", "tuned"]),
    help="Print the fixes that can be planned for this machine, and nothing else, in this form.",
)
@REDACT
def command(
    paths: tuple[Path, ...],
    form: str,
    fail_on: str | None,
    goal: str,
    rules_dirs: tuple[Path, ...],
    verbose: bool,
    kept_as: str | None,
    explained: tuple[str, ...],
    waivers: Path | None,
    redact: bool,
) -> None:
    """Judge what PATH holds, and advise what to do: a run, a snapshot, a copy of /sys and /proc, or saved outputs of
    commands in any order: files, directories, archives, or - for standard input. Without PATH: the newest run here.
    """
    from perfadvisor.cli.last_run import given_or_last
    from perfadvisor.judge import judge
    from perfadvisor.waiving import waived

    with inputs(given_or_last(paths), redact) as read:
        first, *more = read.paths
        view, lapsed = waived(read.named(judge(first, rules_dirs, goal, more)), waivers, rules_dirs)
    for each in lapsed:
        click.echo(f"note: {each}", err=True)
    if kept_as:
        _plans(view, kept_as)
    else:
        _show(view, form, explained, verbose)
    if fail_on:
        _fail(view, fail_on)


def _plans(view: "ReportView", kept_as: str) -> None:
    from perfadvisor.settings.forms import FORMS, NOTHING

    if view.plans:
        click.echo(FORMS[kept_as](view.plans), nl=False)
    else:
        click.echo(f"note: {NOTHING}", err=True)


def _show(view: "ReportView", form: str, explained: tuple[str, ...], verbose: bool) -> None:
    if form == "json":
        from perfadvisor.report.json_view import render

        click.echo(render(view))
    elif form == "html":
        from perfadvisor.report.html import render as render_page

        click.echo(render_page(view))
    else:
        from perfadvisor.cli.paging import show
        from perfadvisor.report.terminal import explain, screen

        if explained:
            show(lambda width: explain.lines(view, explained, width))
        else:
            show(lambda width: screen.lines(view, width, verbose=verbose))


def _fail(view: "ReportView", fail_on: str) -> None:
    from perfadvisor.errors import GateError, MeasureError
    from perfadvisor.formatting import count_of
    from perfadvisor.model.rule import Severity
    from perfadvisor.report.findings import at_or_over
    from perfadvisor.report.judged import Judged, judged, most_wanted

    severe = at_or_over(view.findings, Severity(fail_on))
    if severe:
        rules = list(dict.fromkeys(finding.rule.id for finding in severe))
        found = f"{count_of(len(severe), 'finding')} of {count_of(len(rules), 'rule')}"
        raise GateError(f"{found} at or over {fail_on}: {', '.join(rules)}")
    if judged(view) is Judged.NOTHING:
        wanted = most_wanted(view)
        raise MeasureError("nothing could be judged", wanted.words if wanted else "perfadvisor snapshot")
