"""What `perfadvisor fleet` does once its options are read."""

import os
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import quote

import click

from perfadvisor.analyse.fleet.rollout import rollout
from perfadvisor.analyse.rules.condition_check import unknown_fact
from perfadvisor.cli.output import require_folder, write_text
from perfadvisor.errors import InputError
from perfadvisor.fleet.ansible import host_labels
from perfadvisor.fleet.baselines import accept_baseline, baseline_text, fleet_drift, read_baseline
from perfadvisor.fleet.comparing import NO_LABELS, comparison
from perfadvisor.fleet.digests import settings_of
from perfadvisor.fleet.judging import judge_fleet
from perfadvisor.fleet.one import HOSTNAME
from perfadvisor.fleet.pair_file import matrices, read_pairs
from perfadvisor.fleet.sources import fleet_digest, host_lines, host_record, host_records, left_since, store_hosts
from perfadvisor.formatting import count_of, figure, when
from perfadvisor.model.fact import Nature, Scalar
from perfadvisor.model.fleet import FleetCell, HostRecord, SettingKey
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.plaintext import one_line
from perfadvisor.report.fleet.json_view import fleet_json
from perfadvisor.report.fleet.text import (
    comparison_text,
    key_text,
    odd_line,
    rollout_text,
    setting_text,
)
from perfadvisor.report.words import metric_words
from perfadvisor.store.database import Database
from perfadvisor.store.machine_query import query_machines
from perfadvisor.store.machine_reading import setting_moves

MOST_BAD = 20  # bundles that are named; `fleet list` names all


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(one_line(line))


def judge_all(
    *, bundles: Sequence[Path], out: Path, rules_dirs: Sequence[Path], scheduler: str, processes: int
) -> None:
    """Judge, and print how many and which are bad."""
    done = judge_fleet(bundles, out, rules_dirs, scheduler=scheduler, processes=processes)
    for host, error in done.bad[:MOST_BAD]:
        click.echo(one_line(f"not judged: {host}: {error}"), err=True)
    if len(done.bad) > MOST_BAD:
        click.echo(f"not judged: {len(done.bad) - MOST_BAD} more (perfadvisor fleet list {out})", err=True)
    parts = [f"{count_of(done.new - len(done.bad), 'bundle')} judged", f"{len(done.bad)} bad"]
    parts += [f"{count_of(done.again, 'host')} judged again by other rules"] if done.again else []
    parts += [f"{done.known} known before"] if done.known else []
    _print([f"{out}: {', '.join(parts)}", f"  next: perfadvisor fleet outliers {out}"])


def _labels(inventory: Sequence[str], label: str) -> Mapping[str, str]:
    """Host -> its cohort by the inventory."""
    if label and not inventory:
        raise InputError(f"--label {label}: no inventory was given", "add -i INVENTORY")
    return host_labels(inventory, label) if label else NO_LABELS


def print_outliers(*, source: str, as_json: bool, inventory: Sequence[str], label: str) -> None:
    """Print the comparison."""
    found = comparison(fleet_digest(source), _labels(inventory, label))
    click.echo(fleet_json(found) if as_json else comparison_text(found))


def write_page(
    *,
    source: str,
    output: Path,
    baseline: Path | None,
    pairs: Path | None,
    pages: Path | None,
    inventory: Sequence[str],
    label: str,
) -> None:
    """Write the page."""
    from perfadvisor.report.fleet.html import fleet_page

    require_folder(output)
    labels, digest = _labels(inventory, label), fleet_digest(source)
    moved = fleet_drift(digest, read_baseline(baseline), labels) if baseline else ()
    measured = matrices(read_pairs(pairs)) if pairs else ()
    links = _pages(source, pages, output) if pages else {}
    write_text(output, fleet_page(comparison(digest, labels), moved, str(baseline or ""), measured, links))
    _print([str(output)])


def _pages(source: str, folder: Path, page: Path) -> dict[str, str]:
    """Host -> the address of its own page, as the page of the fleet links it."""
    from perfadvisor.fleet.pages import write_host_pages

    require_folder(folder)
    base = Path(os.path.relpath(folder.resolve(), page.resolve().parent))
    return {host: quote(str(base / name)) for host, name in write_host_pages(host_records(source), folder).items()}


def list_hosts(source: str) -> None:
    """A line per host."""
    for one in host_lines(source):
        what = f"not judged: {one.error}" if one.error else f"{count_of(one.findings, 'finding')}  {one.cohort}"
        _print([f"{one.host}  {when(one.time)}  {what}"])


def show_host(source: str, host: str) -> None:
    """What is known of a host."""
    record = host_record(source, host)
    _print([f"{record.host}: {record.cohort}", f"  read {when(record.taken)}, {record.source}"])
    if record.error:
        _print([f"  not judged: {record.error}"])
    if record.identity not in ("", record.host):
        _print([f"  calls itself {record.identity}"])
    _print(f"  {_cell_text(cell)}" for cell in record.cells if cell.better)
    _print(f"  {one.severity} {one.rule} {one.subject}: {one.title}" for one in record.findings)


def _cell_text(cell: FleetCell) -> str:
    bounds = (
        f" ({figure(cell.low, cell.unit)} to {figure(cell.high, cell.unit)})"
        if cell.low is not None and cell.high is not None
        else ""
    )
    value = f"{figure(cell.median, cell.unit)}{bounds}"
    return f"{cell.workload}@{cell.environment} {metric_words(cell.metric)}: {value}, {cell.trust}"


def diff_hosts(source: str, host: str, other: str) -> None:
    """Settings and findings of two hosts side by side."""
    one, two = host_record(source, host), host_record(source, other)
    first, second = _settings(one), _settings(two)
    keys = sorted(key for key in first.keys() | second.keys() if first.get(key) != second.get(key))
    _print(
        f"{key_text(key)}: {setting_text(key, first.get(key))} | {setting_text(key, second.get(key))}" for key in keys
    )
    found, theirs = {one.rule for one in one.findings}, {one.rule for one in two.findings}
    _print(f"finding {rule}: only on {host}" for rule in sorted(found - theirs))
    _print(f"finding {rule}: only on {other}" for rule in sorted(theirs - found))
    if not keys and found == theirs:
        _print([f"{host} and {other} have the same settings and findings."])


def _settings(record: HostRecord) -> dict[SettingKey, Scalar]:
    return {SettingKey(fact.name, fact.subject): fact.value for fact in settings_of(record.facts)}


def write_baseline(*, source: str, output: Path, inventory: Sequence[str], label: str) -> None:
    """Write the accepted settings."""
    require_folder(output)
    baseline = accept_baseline(fleet_digest(source), _labels(inventory, label))
    write_text(output, baseline_text(baseline))
    settings = sum(map(len, baseline.values()))
    _print(
        [
            f"{output}: {count_of(settings, 'setting')} of {count_of(len(baseline), 'cohort')}",
            f"  next: perfadvisor fleet drift {source} --baseline {output}",
        ]
    )


def print_drift(*, source: str, baseline: Path, inventory: Sequence[str], label: str) -> int:
    """What left the baseline; 1 where anything did."""
    found = fleet_drift(fleet_digest(source), read_baseline(baseline), _labels(inventory, label))
    since = left_since(source, found)
    times = ((one, since.get((one.host, one.key))) for one in found)
    lines = [f"{odd_line(one)}{f', since {when(time)}' if time else ''}" for one, time in times]
    _print(lines or ["No setting left the baseline."])
    return int(bool(found))


def export_tables(*, source: str, output: Path) -> None:
    """Write Parquet files."""
    from perfadvisor.fleet.tables import write_tables

    require_folder(output)
    rows = write_tables(host_records(source), output)
    _print(f"{output}/{name}.parquet: {count_of(count, 'row')}" for name, count in rows.items())


def compare_rollout(*, before: str, after: str, changed: Sequence[str]) -> int:
    """The effects of a change; 1 where a metric is worse."""
    first, second = list(_results(before)), list(_results(after))
    others = _other_machines(first, second)
    _print(f"left out: {host}: {why}" for host, why in sorted(others.items()))
    second = [one for one in second if one.host not in others]
    hosts = frozenset(one.host for one in second if any(fnmatchcase(one.host, glob) for glob in changed))
    if not hosts:
        raise InputError(f"--changed {', '.join(changed)}: no host is called so", f"perfadvisor fleet list {after}")
    effects = rollout(first, second, hosts)
    click.echo(rollout_text(effects))
    return int(any(one.verdict == "worse" for one in effects))


def _results(source: str) -> Iterable[HostRecord]:
    """The records without what a comparison of results does not need."""
    return (
        HostRecord(
            host=one.host,
            source="",
            content="",
            identity=one.identity,
            cells=tuple(cell for cell in one.cells if cell.better),
        )
        for one in host_records(source)
    )


def _other_machines(before: Iterable[HostRecord], after: Iterable[HostRecord]) -> dict[str, str]:
    """The hosts that call themselves otherwise than before: they may be other machines of the same name."""
    names = {one.host: one.identity for one in before}
    return {
        one.host: f"calls itself {one.identity}, and {names[one.host]} before"
        for one in after
        if one.identity and names.get(one.host) and names[one.host] != one.identity
    }


def ingest_hosts(*, source: Path, db: str) -> None:
    """Store judged hosts."""
    new, known = store_hosts(source, db)
    _print([f"{new} readings stored, {known} known before ({Database(db).name})"])


def query_hosts(*, condition: str, db: str) -> int:
    """Hosts for which the condition holds; 3 where none does and some are unknown."""
    with Database(db).reading() as connection:
        answer = query_machines(connection, condition, known_facts())
    _print(f"{host} {subject}".rstrip() for host, subject in answer.matches)
    hosts = len({host for host, _ in answer.matches})
    unknown = f", unknown for {len(answer.unknown)}" if answer.unknown else ""
    click.echo(f"{hosts} of {count_of(answer.asked, 'host')}{unknown}", err=True)
    return 3 if answer.unknown and not answer.matches else 0


def print_moves(*, fact: str, host: str, db: str) -> None:
    """When settings changed."""
    catalogue = known_facts()
    if fact and fact not in catalogue:
        raise InputError(unknown_fact(fact, catalogue), "perfadvisor facts BUNDLE lists names")
    settings = [name for name, spec in catalogue.items() if spec.nature is Nature.SETTING]
    names = [fact] if fact else [*settings, HOSTNAME]
    with Database(db).reading() as connection:
        lines = [
            f"{when(one.time)}  {one.host}: {key_text(one.key)} "
            f"{setting_text(one.key, one.before)} -> {setting_text(one.key, one.after)}"
            for one in sorted(setting_moves(connection, names, host), key=lambda one: (one.time, one.host, one.key))
        ]
    _print(lines or ["No setting changed between two readings of a host."])


def write_metrics(*, source: str, output: Path, baseline: Path | None) -> None:
    """Write OpenMetrics text."""
    from perfadvisor.fleet.metrics import fleet_metrics

    require_folder(output)
    write_text(output, fleet_metrics(host_records(source), read_baseline(baseline) if baseline else {}))
    _print([str(output)])
