"""What `perfadvisor gate calibrate` does once its options are read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from perfadvisor.analyse.gate.calibration import SIZES, Calibrated, calibrated
from perfadvisor.analyse.gate.margins import percent
from perfadvisor.cli.gate_source import Source
from perfadvisor.cli.output import require_folder, write_text
from perfadvisor.errors import InputError
from perfadvisor.gating.calibration_file import text
from perfadvisor.gating.interleave import SideRuns
from perfadvisor.gating.policy import Policy
from perfadvisor.gating.rows import read_side
from perfadvisor.model.gate import Side
from perfadvisor.plaintext import one_line
from perfadvisor.report.gate_text import table

SEED = 20260101
EXPLAINED = """\
false alarms: of 2,000 relabelled comparisons of equal sides, those that claim a regression
least margin: what a gate of 10 pairs can hold up here; with --calibration, smaller ones are raised to it
seen: the smallest worsening that is found with 80 % power"""


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
    require_folder(output)
    side = read_side(rows) if rows else _measured(Source(**source), place, 2 * pairs)
    policies = {key: Policy().of(runs) for key, runs in side.runs.items()}
    found = [
        calibrated(runs, replace(policies[key], margin=margin or policies[key].margin), SEED)
        for key, runs in sorted(side.runs.items())
    ]
    click.echo(_text(found))
    if output:
        write_text(output, text(found))
    _refuse(found, margin)
    return 0


def _measured(source: Source, place: str, runs: int) -> Side:
    spec = "local" if source.workload and place == "." else place
    gathered = SideRuns(place)
    with source.measuring((spec,)) as measure:
        for number in range(runs):
            click.echo(f"run {number + 1} of {runs}", err=True)
            gathered.add(measure(spec))
    return gathered.side()


def _text(found: list[Calibrated]) -> str:
    sizes = [str(n) for n in SIZES]
    header = ("metric", "false alarms", "at margin", "least margin", f"seen with {', '.join(sizes)} pairs", "measured")
    rows = [
        (
            one.id,
            percent(one.false_alarms),
            percent(one.margin),
            percent(one.least_margin),
            ", ".join(percent(one.detectable[n]) for n in SIZES),
            f"{one.pairs} pairs{', in two groups of values' if one.bimodal else ''}",
        )
        for one in found
    ]
    return "\n".join([*map(one_line, table([header, *rows])), "", EXPLAINED])


def _refuse(found: list[Calibrated], margin: float | None) -> None:
    for one in found:
        if margin is not None and margin < one.least_margin:
            least = percent(one.least_margin)
            raise InputError(
                f"{one.id}: a margin of {percent(margin)} is below what this host can tell apart ({least})",
                "use a wider margin, or make the host or the benchmark quieter",
            )
