"""`perfadvisor restore`: restore what an interrupted command changed."""

import click


@click.command(short_help="Restore whatever an interrupted command changed.")
def command() -> None:
    """Restore test files, settings and bindings that a killed command left behind.

    Every other command that measures does this too before it starts; commands that still run are left alone.
    """
    from perfadvisor.errors import MeasureError
    from perfadvisor.targets.changing import journal

    done, failed = journal.restore()
    for what in done:
        click.echo(f"restored: {what}")
    if failed:
        raise MeasureError(f"could not be restored: {'; '.join(failed)}", f"the records stay in {journal.directory()}")
    if not done:
        click.echo("nothing to restore")
