"""The type of an option that takes a path: `--help` never makes one, so pathlib is not imported for it."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path


class PathType(click.Path):
    """As click.Path(path_type=pathlib.Path)."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "Path":
        from pathlib import Path  # with what it imports a fourteenth of the time that `--help` takes

        return Path(super().convert(value, param, ctx))  # type: ignore[arg-type]
