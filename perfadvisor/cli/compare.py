"""`perfadvisor compare`: two runs, cell by cell."""

from pathlib import Path

import click

from perfadvisor.cli.options import out


@click.command(short_help="Compare two runs, cell by cell.")
@click.argument("first", metavar="RUN|CSV")
@click.argument("second", metavar="RUN|CSV")
@click.option("--db", default="", metavar="URL|FILE", envvar="PERFADVISOR_HISTORY", help="Where history:REF looks.")
@click.option("--even-invalid", is_flag=True, help="Also compare INVALID results, marked as such.")
@out("Also write a table: FILE.csv, .json or .parquet", required=False)
def command(first: str, second: str, db: str, even_invalid: bool, output: Path | None) -> None:
    """Put two runs side by side: ratio of each metric and its 95 % interval. It judges nothing; `gate` does.

    The runs may come from different machines or kinds of environment. Runs of different sessions differ by more than
    the interval says: it only knows how the fresh runs within each of them vary.
    """
    from perfadvisor.analyse.gate.ordering import order_by_time
    from perfadvisor.analyse.gate.side_by_side import left_out, side_by_side
    from perfadvisor.cli.table_file import require_ending, write_table
    from perfadvisor.gating.sides import read_input
    from perfadvisor.model.gate import Order
    from perfadvisor.report.compare_frame import compare_frame
    from perfadvisor.report.compare_text import compare_text

    if output is not None:
        require_ending(output)
    a, b = read_input(first, db).side, read_input(second, db).side
    found = side_by_side(a, b, order_by_time(a, b) or Order.MIXED, even_invalid=even_invalid)
    if output is not None:
        write_table(output, compare_frame(found))
    click.echo(compare_text(first, second, found, left_out(a, b)))
