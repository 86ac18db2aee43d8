"""`perfadvisor completion`: what a shell needs to complete commands and options."""

import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_PERFADVISOR_COMPLETE"  # as click derives it from the program's name


@click.command(short_help="Print what a shell needs to complete commands and options.")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion of this shell."""
    from click.shell_completion import get_completion_class

    from perfadvisor.cli import group

    found = get_completion_class(shell)
    assert found is not None, "click knows these shells"
    click.echo(found(group, {}, "perfadvisor", VARIABLE).source())
