"""Tables that commands write: CSV, JSON or Parquet by the name's ending."""

from pathlib import Path
from typing import TYPE_CHECKING

from perfadvisor.cli.output import write_bytes, write_text
from perfadvisor.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".json", ".parquet")


def require_ending(path: Path) -> None:
    """InputError for a name that says no format; for commands that read first and write last."""
    if path.suffix not in ENDINGS:
        raise InputError(f"{path}: the name should end in {', '.join(ENDINGS)}")


def write_table(path: Path, table: "pd.DataFrame") -> None:
    """Write the rows. InputError where Parquet is asked for and its library is missing."""
    if path.suffix == ".csv":
        write_text(path, csv_text(table))
    elif path.suffix == ".json":
        write_text(path, table.to_json(orient="records", indent=1))
    else:
        write_bytes(path, _parquet(table))


def csv_text(table: "pd.DataFrame") -> str:
    """The table as CSV; no text of it is a formula to a spreadsheet."""
    from perfadvisor.plaintext import spreadsheet_cell

    words = table.select_dtypes(exclude="number").columns
    return table.assign(**{name: table[name].map(spreadsheet_cell) for name in words}).to_csv(index=False)


def _parquet(table: "pd.DataFrame") -> bytes:
    from perfadvisor.extras import how_to_add

    try:
        return table.to_parquet(index=False)
    except ImportError as error:
        raise InputError("writing Parquet needs pyarrow", f"{how_to_add('parquet')}, or write .csv") from error
