"""Options of every command that runs workloads: what to change of them for once."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from perfadvisor.model.workload import Parameters
    from perfadvisor.varying import Changes

MOST_RUNTIME_S, MOST_RAMP_S = 86400.0, 3600.0  # as in a workload's file

Command = Callable[..., None]


class TypedChanges(NamedTuple):
    """The words as they were typed, None or nothing for what was not given."""

    size: str | None = None
    runtime: str | None = None
    ramp: str | None = None
    fio: tuple[str, ...] = ()
    iperf3: tuple[str, ...] = ()

    def read(self) -> "Changes":
        """What they mean. InputError for a word that means nothing."""
        from perfadvisor.varying import Changes

        return Changes(
            size_bytes=_size(self.size),
            runtime_s=_time("--runtime", self.runtime, 0.001, MOST_RUNTIME_S),
            warmup_s=_time("--ramp", self.ramp, 0.0, MOST_RAMP_S),
            fio=_parameters("fio", self.fio),
            iperf3=_parameters("iperf3", self.iperf3),
        )


def _parameters(tool: str, words: tuple[str, ...]) -> "Parameters":
    from perfadvisor.tools.catalogue import TOOLS
    from perfadvisor.tools.typed import read

    return dict(read(f"--{tool}", word, TOOLS[tool].PARAMETERS) for word in words)


def _size(text: str | None) -> int | None:
    from perfadvisor.errors import InputError
    from perfadvisor.specs.readers import bytes_of

    if text is None:
        return None
    try:
        return bytes_of(text)
    except ValueError:
        raise InputError(f"--size {text}: not a size", "write it like 512m, 16g or 1GiB") from None


def _time(option: str, text: str | None, low: float, high: float) -> float | None:
    from perfadvisor.durations import seconds
    from perfadvisor.errors import InputError
    from perfadvisor.formatting import duration

    if text is None:
        return None
    found = seconds(text)
    if not low <= found <= high:
        raise InputError(f"{option} {text}: should be between {low:g} s and {duration(high)}")
    return found


def changes_options(command: Command) -> Command:
    """Add the options; the command gets them as `changes`, a TypedChanges."""

    @wraps(command)
    def with_changes(
        *words: Any,  # noqa: ANN401
        size: str | None,
        runtime: str | None,
        ramp: str | None,
        fio: tuple[str, ...],
        iperf3: tuple[str, ...],
        **options: Any,  # noqa: ANN401
    ) -> None:
        command(*words, changes=TypedChanges(size, runtime, ramp, fio, iperf3), **options)

    for option in reversed(_OPTIONS):
        with_changes = option(with_changes)
    return with_changes


_OPTIONS = (
    click.option(
        "--size",
        metavar="SIZE",
        help="Use this much of the test file or device (default: the workload's, 1g; example: 64g).",
    ),
    click.option(
        "--runtime", metavar="TIME", help="Measure this long in each trial (default: the workload's, 8s; example: 60s)."
    ),
    click.option(
        "--ramp",
        metavar="TIME",
        help="Discard this long before each measurement (default: the workload's, 2s; example: 10s).",
    ),
    click.option(
        "--fio",
        multiple=True,
        metavar="KEY=VALUE",
        help="Give storage workloads this fio option (example: hipri=1). Can be given several times.",
    ),
    click.option(
        "--iperf3",
        multiple=True,
        metavar="KEY=VALUE",
        help="Give iperf3 workloads this option (example: congestion=bbr). Can be given several times.",
    ),
)
