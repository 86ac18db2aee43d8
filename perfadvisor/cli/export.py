"""`perfadvisor export`: a run's figures for notebooks and spreadsheets, and copies that can be shared."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from perfadvisor.cli.options import out
from perfadvisor.cli.redact_option import REDACT

if TYPE_CHECKING:
    from perfadvisor.model.run import Run


@click.command(short_help="Write a run's figures as CSV, JSON or Parquet.")
@click.argument("run", metavar="[RUN]", required=False, type=click.Path(path_type=Path))
@out("Write this table, FILE.csv, .json or .parquet; with --redact also a run's directory or an archive.")
@click.option("--for-gate", is_flag=True, help="Write only what `perfadvisor gate` judges.")
@REDACT
def command(run: Path | None, output: Path, for_gate: bool, redact: bool) -> None:
    """Write every sample of every trial as one long table, a row per sample, with its trust mark.

    With --for-gate a CSV is what `perfadvisor gate --baseline FILE.csv` reads. Without RUN: the newest run here.
    """
    from perfadvisor.cli.last_run import given_or_last
    from perfadvisor.cli.redact_option import inputs
    from perfadvisor.cli.table_file import ENDINGS, require_ending

    (path,) = given_or_last((run,) if run else ())
    if redact and output.suffix not in ENDINGS:
        _copy(path, output)
        return
    require_ending(output)
    with inputs((path,), redact) as read:
        _table(read.paths[0], output, for_gate)


def _copy(path: Path, output: Path) -> None:
    """A redacted copy of a run's directory or of a snapshot."""
    from perfadvisor.bundle.folder import refuse_used
    from perfadvisor.bundle.reading import is_run
    from perfadvisor.cli.redact_option import note
    from perfadvisor.redacting import redacted_archive, redacted_run

    if is_run(path):
        refuse_used(output)
        note(redacted_run(path, output))
    else:
        note(redacted_archive(path, output))
    click.echo(output)


def _table(run: Path, output: Path, for_gate: bool) -> None:
    from perfadvisor.cli.table_file import write_table
    from perfadvisor.errors import InputError
    from perfadvisor.judge import judge
    from perfadvisor.report.frame import frame

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
