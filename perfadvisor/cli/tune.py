"""`perfadvisor tune`: try what findings advise, measured in turns; keep what helps, and take it back."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perfadvisor.cli.tune_group import TuneGroup

if TYPE_CHECKING:
    from perfadvisor.tuning.model import Tune

NOT_DONE = 3
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(cls=TuneGroup, short_help="Try what findings advise, measured in turns, and keep what helps.")
def command() -> None:
    """Measure the fix of each finding in turns against the machine as it is, and keep what helps.

    `perfadvisor tune RUN|SNAPSHOT|now` tries; the other commands are about what is kept.
    """


@command.command("try", hidden=True)
@click.argument("source", metavar="RUN|SNAPSHOT|now", required=False)
@click.argument("workload", required=False)
@click.option("--cmd", help="Measure this command instead of workloads.")
@click.option("--dry-run", is_flag=True, help="Print what would be tried, and stop.")
@click.option("--only", multiple=True, metavar="RULE", help="Try the fix of this rule alone; may be repeated.")
@click.option("--yes", is_flag=True, help="Make the changes without asking.")
@click.option("--dir", "directory", type=FOLDER, default=".", help="Where a workload puts its test file.")
@click.option("--peer", default="", help="The far end of network tests, in the words of run --peer.")
@click.option(
    "--seconds", type=click.FloatRange(min=0.5), help="How long each run measures; by default as its workload."
)
@click.option("--pairs", type=click.IntRange(5, 300), default=27, show_default=True,
              help="The most pairs for each fix.")  # fmt: skip
@click.option("--budget", help="Stop measuring one fix after this long, such as 10m.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    help="Seconds one call of a command may take.",
)
@click.option("--rules", type=FOLDER, multiple=True, help="Also load rules from this directory.")
@click.option("--policy", type=FILE, help="YAML file with margins and primary metrics, as for the gate.")
@click.option("--html", type=FILE, help="Write the result as a page.")
@click.option("--json", "json_file", type=FILE, help="Write the result as JSON.")
@click.option("--resume", is_flag=True, help="Go on with the tune that was interrupted.")
@click.pass_context
def try_(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Measure the fix of each finding against the machine as it is, and keep those that help.

    A fix is kept where it gains more than the margin and no guard (p99, CPU time per operation, the opposite goal)
    loses or is undecided. At the end all that helped is measured against none, and that gain is the one to quote.

    Exit codes: 0 everything was tried, 2 usage or input error, 3 something was not tried, or nothing was permitted.
    """
    from perfadvisor.cli.tune_body import tune_now

    context.exit(tune_now(**options))


@command.command()
def status() -> None:
    """Show what is kept, and whether it still holds."""
    from perfadvisor.tuning.kept import status as standing
    from perfadvisor.tuning.text import statuses

    click.echo(statuses(standing()), nl=False)


@command.command()
@click.option("--export", type=FILE, help="Write them as JSON lines without names of this machine and its devices.")
def gains(export: Path | None) -> None:
    """Show what fixes gave on this machine so far. The file is local; nothing is sent anywhere."""
    from perfadvisor.cli.output import write_text
    from perfadvisor.store.gains import exported, load, place
    from perfadvisor.tuning.text import remembered

    found = load(Path())
    click.echo(remembered(found) or f"no gain is recorded in {place()}")
    if export:
        write_text(export, exported(found))


@command.command()
def keep() -> None:
    """Write the files that make what is kept last over a restart."""
    from perfadvisor.tuning.keep import keep as lasting
    from perfadvisor.tuning.record import alone

    done = False
    with alone():
        for line in lasting():
            click.echo(line)
            done = True
    if not done:
        click.echo("nothing is kept")


@command.command("continue")
def continue_() -> None:
    """Measure the fixes that waited for a restart, against what was measured before it."""
    from perfadvisor.cli.tune_body import after_restart

    after_restart()


@command.command()
@click.argument("names", metavar="[RULE]...", nargs=-1)
def rollback(names: tuple[str, ...]) -> None:
    """Take back what is kept: all of it, or the fixes of these rules. Also after a restart."""
    from perfadvisor.cli.running import put_back_leftovers
    from perfadvisor.tuning.kept import roll_back
    from perfadvisor.tuning.record import alone

    put_back_leftovers()
    done = False
    with alone():
        for line in roll_back(names):
            click.echo(line)
            done = True
    if not done:
        click.echo("nothing is kept")


@command.command()
@click.option("--html", type=FILE, help="Write the page here.")
def show(html: Path | None) -> None:
    """Show the latest tune's result again."""
    from perfadvisor.errors import InputError
    from perfadvisor.tuning.record import load_all

    found = load_all()
    if not found:
        raise InputError("no tune was made here", "perfadvisor tune now --dry-run")
    told(found[-1], html, None)


def told(tune: "Tune", html: Path | None, json_file: Path | None) -> None:
    """Print the result, and write what was asked for."""
    from perfadvisor.cli.output import write_text
    from perfadvisor.tuning.text import result

    click.echo(result(tune), nl=False)
    if html:
        from perfadvisor.tuning.page import page

        write_text(html, page(tune))
    if json_file:
        from perfadvisor.tuning.record import as_json

        write_text(json_file, as_json(tune))


def agreed(question: str, *, yes: bool) -> bool:
    """Whether the user agreed, by option or at the terminal."""
    if yes or (sys.stdin.isatty() and click.confirm(question)):
        return True
    click.echo("not done: not confirmed; use --yes to confirm", err=True)
    return False
