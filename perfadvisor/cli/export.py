"""`perfadvisor export`: a run's figures for notebooks and spreadsheets."""

from pathlib import Path

import click


@click.command(short_help="Write a run's figures as CSV, JSON or Parquet.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="FILE.csv, .json or .parquet")
@click.option("--for-gate", is_flag=True, help="Only figures with a direction, as `perfadvisor gate` wants them.")
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
        raise InputError(f"{run} holds no trials", "export takes a folder made by `perfadvisor run` or `import`")
    table = frame(view.run, view.cells)
    if for_gate:
        table = table[(table["better"] != "") | (table["trust"] == "NOT_MEASURED")]
    write_table(output, table)
    click.echo(f"{output}: {len(table)} rows")
