"""Options that mean the same in every command that has them."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from perfadvisor.cli.path_type import PathType

F = TypeVar("F", bound=Callable[..., Any])


def out(help: str, **more: Any) -> Callable[[F], F]:  # noqa: ANN401 - click's own
    """`-o`, `--out` or `--output`: the file or directory to write, given as `output`."""
    settings: dict[str, Any] = {"type": PathType(), "required": True, "help": help, **more}
    return click.option("-o", "--out", "--output", "output", **settings)


def form(*formats: str) -> Callable[[F], F]:
    """`--format`: the first one unless another is asked for, given as `form`."""
    return click.option("--format", "form", type=click.Choice(formats), default=formats[0], show_default=True)
