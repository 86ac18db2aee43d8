"""What `perfadvisor gate calibrate` does once its options are read."""

from dataclasses import replace
from pathlib import Path

import click

from perfadvisor.analyse.calibration import Calibrated, calibrated
from perfadvisor.calibration_file import write
from perfadvisor.errors import InputError
from perfadvisor.interleave import Gathered, measure_command
from perfadvisor.model.gate import Side
from perfadvisor.policy import Policy

SEED = 20260101


def calibrate(
    *, workload: str | None, cmd: str | None, place: str, rows: Path | None, pairs: int, margin: float | None,
    timeout: float, output: Path | None,
) -> int:  # fmt: skip
    """Measure A/A pairs (or take them from a file), print what they say, refuse a margin below the floor."""
    if sum(map(bool, (workload, cmd, rows))) != 1:
        raise click.UsageError("give one of WORKLOAD, --cmd and --rows")
    if margin is not None and not 0 < margin < 0.9:
        raise click.UsageError("--margin is relative: 0.03 for 3 %")
    side = _side(workload, cmd, place, rows, pairs, timeout)
    policies = {key: Policy().of(runs) for key, runs in side.runs.items()}
    found = [
        calibrated(runs, replace(policies[key], margin=margin or policies[key].margin), SEED)
        for key, runs in sorted(side.runs.items())
    ]
    click.echo(_text(found))
    if output:
        write(output, found)
    _refuse(found, margin)
    return 0


def _side(workload: str | None, cmd: str | None, place: str, rows: Path | None, pairs: int, timeout: float) -> Side:
    from perfadvisor.rows import read_side

    if rows:
        return read_side(rows)
    gathered = Gathered(place)
    if cmd:
        for number in range(2 * pairs):
            click.echo(f"run {number + 1} of {2 * pairs}", err=True)
            gathered.add(measure_command(cmd, Path(place), timeout))
        return gathered.side()
    from perfadvisor.interleave_workload import measuring

    spec = "local" if place == "." else place
    with measuring(str(workload), (spec,)) as measure:
        for number in range(2 * pairs):
            click.echo(f"run {number + 1} of {2 * pairs}", err=True)
            gathered.add(measure(spec))
    return gathered.side()


def _text(found: list[Calibrated]) -> str:
    lines = ["metric: false alarms, least margin, smallest worsening seen with 80 % power at 5, 10, 20 pairs"]
    for one in found:
        seen = ", ".join(f"{one.detectable[n]:.1%}" for n in sorted(one.detectable))
        modes = "; its values fall into two groups" if one.bimodal else ""
        lines.append(
            f"{one.id}: {one.false_alarms:.1%} at a margin of {one.margin:.1%}, {one.least_margin:.1%}, {seen} "
            f"({one.pairs} pairs{modes})"
        )
    return "\n".join(lines)


def _refuse(found: list[Calibrated], margin: float | None) -> None:
    for one in found:
        if margin is not None and margin < one.least_margin:
            raise InputError(
                f"{one.id}: a margin of {margin:.1%} is below what this host can tell apart ({one.least_margin:.1%})",
                "use a wider margin, or make the host or the benchmark quieter",
            )
