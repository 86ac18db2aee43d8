"""`perfadvisor export`: a run's figures for notebooks and spreadsheets."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".json", ".parquet")


@click.command(short_help="Write a run's figures as CSV, JSON or Parquet.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="FILE.csv, .json or .parquet")
@click.option("--for-gate", is_flag=True, help="Only figures with a direction, as `perfadvisor gate` wants them.")
def command(run: Path, output: Path, for_gate: bool) -> None:
    """Write every sample of every trial as one long table, a row per sample, with its trust mark.

    With --for-gate a CSV is what `perfadvisor gate --baseline FILE.csv` reads.
    """
    from perfadvisor.cli.output import write_bytes, write_text
    from perfadvisor.errors import InputError
    from perfadvisor.judge import judge
    from perfadvisor.report.frame import frame

    if output.suffix not in ENDINGS:
        raise InputError(f"{output}: the name should end in {', '.join(ENDINGS)}")
    view = judge(run)
    if view.run is None:
        raise InputError(f"{run} holds no trials", "export takes a folder made by `perfadvisor run` or `import`")
    table = frame(view.run, view.cells)
    if for_gate:
        table = table[(table["better"] != "") | (table["trust"] == "NOT_MEASURED")]
    if output.suffix == ".csv":
        write_text(output, csv_text(table))
    elif output.suffix == ".json":
        write_text(output, table.to_json(orient="records", indent=1))
    else:
        write_bytes(output, _parquet(table))
    click.echo(f"{output}: {len(table)} rows")


def csv_text(table: "pd.DataFrame") -> str:
    """The table as CSV; no text of it is a formula to a spreadsheet."""
    from perfadvisor.plaintext import spreadsheet_cell

    words = table.select_dtypes(exclude="number").columns
    return table.assign(**{name: table[name].map(spreadsheet_cell) for name in words}).to_csv(index=False)


def _parquet(table: "pd.DataFrame") -> bytes:
    from perfadvisor.errors import InputError
    from perfadvisor.extras import how_to_add

    try:
        return table.to_parquet(index=False)
    except ImportError as error:
        raise InputError("writing Parquet needs pyarrow", f"{how_to_add('parquet')}, or write .csv") from error
