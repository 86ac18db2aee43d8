"""What to do next, as the last line on stderr."""

import click

from perfadvisor.commands import as_typed
from perfadvisor.plaintext import harmless


def tell_next(hint: str) -> None:
    """Print the hint, its commands as they can be typed here."""
    click.echo(f"  next: {harmless(as_typed(hint))}", err=True)
