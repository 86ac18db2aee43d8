"""What `perfadvisor history` does once its options are read."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click
from sqlalchemy import select

from perfadvisor.analyse.gate.history import AlertPolicy, changes_of, check
from perfadvisor.cli.output import write_text
from perfadvisor.cli.policy_option import policy_of
from perfadvisor.errors import InputError
from perfadvisor.formatting import when
from perfadvisor.gating.history_input import from_csv, from_file, from_run
from perfadvisor.model.history import Series
from perfadvisor.plaintext import one_line
from perfadvisor.report.history_text import change_line, history_text
from perfadvisor.store import checked
from perfadvisor.store.alerts import remember
from perfadvisor.store.database import Database
from perfadvisor.store.ingest import ingest
from perfadvisor.store.place import note_on_earlier
from perfadvisor.store.query import Listed, all_series, listed, reported
from perfadvisor.store.schema import RUNS


def ingest_all(*, runs: tuple[Path, ...], csv_files: tuple[Path, ...], commit: str, db: str) -> str:
    """Store everything in one transaction, some thousand results at a time; what to print."""
    if not runs and not csv_files:
        raise InputError("nothing to ingest", "name directories of runs, files that a benchmark wrote, or --csv FILE")
    measured = [from_file(path, commit) if path.is_file() else from_run(path, commit) for path in runs]
    database = Database(db)
    if note := note_on_earlier(db):
        click.echo(f"note: {note}", err=True)
    with database.writing() as connection:
        batches = chain(measured, *(from_csv(path) for path in csv_files))
        done = [ingest(connection, batch.runs, batch.points) for batch in batches]
    new, known = sum(one.new for one in done), sum(one.known for one in done)
    left_out = [f"left out: {said}" for one in measured for said in one.left_out]
    return "\n".join([*left_out, f"{new} results added, {known} known before ({database.name})"])


def list_all(*, runs: bool, db: str) -> str:
    """The series or runs, a line each."""
    with Database(db).reading() as connection:
        if runs:
            rows = connection.execute(select(RUNS).order_by(RUNS.c.started))
            said = [_run_line(row.id, row.started, row.commit_id) for row in rows]
        else:
            said = [_line(one) for one in listed(connection)]
    return "\n".join(map(one_line, said))


def _run_line(id: object, started: object, commit: object) -> str:
    return f"{checked.text(id)}  {when(checked.number(started))}  {checked.text(commit) or 'no commit'}"


def _line(one: Listed) -> str:
    count = f"{one.points} point{'s' if one.points != 1 else ''}"
    return f"{one.key.name}  {count}  {when(one.first)} to {when(one.last)}  {one.key.fingerprint}".rstrip()


def show_one(*, series: str, last: int, db: str) -> str:
    """The last points of every series of this name, a line each, changes between them."""
    with Database(db).reading() as connection:
        found = _named(all_series(connection, series), series)
    return "\n\n".join(_shown(one, last) for one in found)


def _named(found: Iterator[Series], name: str) -> tuple[Series, ...]:
    series = tuple(found)
    if name and not series:
        raise InputError(f"no series {name!r} in the history", "perfadvisor history list")
    return series


def _shown(series: Series, last: int) -> str:
    changes = {change.index: change for change in changes_of(series, AlertPolicy())}
    lines = [f"{series.key.name}  {series.unit}  {series.key.fingerprint}".rstrip()]
    for i in range(max(len(series.values) - last, 0), len(series.values)):
        if i in changes:
            lines.append(f"  -- {change_line(changes[i])}")
        lines.append(f"  {i:6d}  {when(series.times[i])}  {series.values[i]:.6g}  {series.commits[i][:12]}".rstrip())
    return "\n".join(map(one_line, lines))


def check_all(
    *,
    series: str,
    policy: Path | None,
    as_json: bool,
    html: Path | None,
    commit_url: str,
    once: bool,
    allow_undecided: bool,
    db: str,
) -> tuple[str, int]:
    """What to print, and the exit code."""
    _check_address(commit_url)
    rules = policy_of(policy)
    database = Database(db)
    with database.reading() as connection:
        found = _named(all_series(connection, series), series)
        known = reported(connection) if once else frozenset()
    wanted = AlertPolicy(
        margin_of=rules.margin_of,
        recent=rules.history.recent,
        known=known,
        acknowledged=rules.acknowledgements(datetime.now(UTC).date()),
    )
    report = check(found, wanted, allow_undecided=allow_undecided)
    if once and report.events:
        with database.writing() as connection:
            remember(connection, (c for event in report.events for c in event.changes), time.time())
    if html is not None:
        from perfadvisor.report.history_html import history_html

        write_text(html, history_html(found, report, commit_url))
    if as_json:
        from perfadvisor.report.history_json import history_json

        return history_json(report), report.exit_code
    return history_text(report), report.exit_code


def _check_address(commit_url: str) -> None:
    """InputError for what is not a web address with a place for the commit's id."""
    if not commit_url:
        return
    from perfadvisor.report.history_html import COMMIT

    if not (commit_url.startswith(("https://", "http://")) and COMMIT in commit_url):
        raise InputError(
            f"--commit-url {commit_url}: not a web address with {COMMIT} in it",
            "example: --commit-url 'https://example.org/project/commit/{commit}'",
        )
