"""`perfadvisor export`: a run's figures for notebooks and spreadsheets."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from perfadvisor.model.run import Run


@click.command(short_help="Write a run's figures as CSV, JSON or Parquet.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Write this table: FILE.csv, .json or .parquet",
)
@click.option("--for-gate", is_flag=True, help="Write only what `perfadvisor gate` judges.")
def command(run: Path, output: Path, for_gate: bool) -> None:
    """Write every sample of every trial as one long table, a row per sample, with its trust mark.

    With --for-gate a CSV is what `perfadvisor gate --baseline FILE.csv` reads.
    """
    from perfadvisor.cli.table_file import require_ending, write_table
    from perfadvisor.errors import InputError
    from perfadvisor.judge import judge
    from perfadvisor.report.frame import frame

    require_ending(output)
    view = judge(run)
    if view.run is None:
        raise InputError(f"{run} holds no trials", "export takes a directory made by `perfadvisor run` or `import`")
    table = frame(view.run, view.cells)
    if for_gate:
        judged = [_is_judged(view.run, *one) for one in zip(table["workload"], table["metric"], strict=True)]
        table = table[judged]
        table = table[(table["better"] != "") | (table["trust"] == "NOT_MEASURED")]
    write_table(output, table)
    click.echo(f"{output}: {len(table)} rows")


def _is_judged(run: "Run", workload: str, metric: str) -> bool:
    """As for a run's directory: only the metrics a workload names to be judged by; all of them where it names none."""
    wanted = run.workloads[workload].metrics
    return not wanted or metric in wanted
