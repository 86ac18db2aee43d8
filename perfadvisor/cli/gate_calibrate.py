"""What `perfadvisor gate calibrate` does once its options are read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from perfadvisor.analyse.calibration import Calibrated, calibrated
from perfadvisor.cli.gate_source import Source
from perfadvisor.errors import InputError
from perfadvisor.gating.calibration_file import write
from perfadvisor.gating.interleave import Gathered
from perfadvisor.gating.policy import Policy
from perfadvisor.gating.rows import read_side
from perfadvisor.model.gate import Side

SEED = 20260101


def calibrate(
    *,
    place: str,
    rows: Path | None,
    pairs: int,
    margin: float | None,
    output: Path | None,
    **source: Any,  # noqa: ANN401 - the fields of Source
) -> int:
    """Measure A/A pairs (or take them from a file), print what they say, refuse a margin below the floor."""
    if margin is not None and not 0 < margin < 0.9:
        raise click.UsageError("--margin is relative: 0.03 for 3 %")
    if rows and (source["workload"] or source["cmd"]):
        raise click.UsageError("--rows holds what was measured: it goes with neither a WORKLOAD nor --cmd")
    side = read_side(rows) if rows else _measured(Source(**source), place, 2 * pairs)
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


def _measured(source: Source, place: str, runs: int) -> Side:
    spec = "local" if source.workload and place == "." else place
    gathered = Gathered(place)
    with source.measuring((spec,)) as measure:
        for number in range(runs):
            click.echo(f"run {number + 1} of {runs}", err=True)
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
