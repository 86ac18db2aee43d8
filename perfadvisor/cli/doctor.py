"""`perfadvisor doctor`: one screen of what works here and what unlocks the rest."""

from pathlib import Path

import click

MARKS = {"yes": ("ok", "green"), "partly": ("part", "yellow"), "no": ("no", "red")}


@click.command(short_help="What can be measured and read here.")
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path, exists=True), default=Path(), help="Test files go here."
)
def command(directory: Path) -> None:
    """Say in one screen what can be measured and read here, what cannot, and the command that unlocks each."""
    from perfadvisor.doctor import environments, measuring, reading
    from perfadvisor.facts import catalogue
    from perfadvisor.targets.local import LocalTarget

    tree = LocalTarget().tree(catalogue.PATTERNS)
    found = [
        *measuring.checks(directory.resolve()),
        *reading.checks(tree, catalogue.read(tree)),
        *environments.checks(),
    ]
    area = ""
    for check in found:
        if check.area != area:
            area = check.area
            click.secho(f"\n{area}", bold=True)
        word, colour = MARKS[check.state]
        click.echo(f"  {click.style(f'{word:<4}', fg=colour)} {check.what:<14} {check.detail}")
        if check.unlock:
            click.echo(f"       {'':<14} unlock: {check.unlock}")
    click.echo("\nNext: perfadvisor run quick")
