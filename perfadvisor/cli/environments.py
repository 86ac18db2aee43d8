"""`perfadvisor environments`: where can be measured, and how that is written."""

import click

from perfadvisor.cli.options import form


@click.group(short_help="List and show the kinds of environment that --env takes.")
def command() -> None:
    """List and show the kinds of environment that --env and an environments file take, with their options."""


@command.command("list")
@form("text", "json")
def list_all(form: str) -> None:
    """List every kind, and how it is written."""
    from perfadvisor.specs.kinds import KINDS

    if form == "json":
        import json

        rows = [{"name": one.name, "meaning": one.meaning, "usage": one.usage} for one in KINDS.values()]
        click.echo(json.dumps(rows, indent=2))
        return

    width = max(map(len, KINDS))
    for kind in KINDS.values():
        click.echo(f"{kind.name:<{width}}  {kind.meaning}")
        if kind.opener:
            click.echo(f"{'':<{width}}  --env {kind.usage}")


@command.command("show")
@click.argument("name", metavar="KIND")
def show(name: str) -> None:
    """Show what may stand behind the colon of one kind, and its options."""
    from perfadvisor.errors import InputError
    from perfadvisor.specs.kinds import KINDS
    from perfadvisor.specs.parse import nearest
    from perfadvisor.specs.tables import plain

    kind = KINDS.get(name)
    if kind is None:
        raise InputError(f"no kind of environment {name!r}", nearest(name, KINDS, "perfadvisor environments list"))
    click.secho(kind.name, bold=True)
    click.echo(f"  {kind.meaning}")
    for line in plain(kind):
        click.echo(line)


@command.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of an environments file, for editors."""
    import json

    from perfadvisor.specs.schema import schema

    click.echo(json.dumps(schema(), indent=2))
