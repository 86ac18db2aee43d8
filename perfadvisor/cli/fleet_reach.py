"""What `perfadvisor fleet snapshot`, `fleet run` and `fleet advise` do once their options are read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click

from perfadvisor.cli.fleet_body import judge_all, print_outliers
from perfadvisor.cli.output import require_folder, write_text
from perfadvisor.fleet.ansible import FleetOptions, host_labels
from perfadvisor.fleet.pair_file import matrices, pairs_json
from perfadvisor.fleet.pairing import MeasuredPairs, measure_pairs
from perfadvisor.fleet.reaching import FleetJob, reach, run_job, snapshot_job
from perfadvisor.formatting import count_of
from perfadvisor.plaintext import one_line
from perfadvisor.report.fleet.pairs import matrix_text, switches_line

JUDGED = "judged"


def snapshot_hosts(**options: Any) -> int:  # noqa: ANN401 - as click passed them
    """Read the hosts."""
    return _reached(snapshot_job(), "read", **options)


def run_on_hosts(*, workloads: Sequence[str], program: str, budget: str, **options: Any) -> int:  # noqa: ANN401
    """Measure on the hosts."""
    arguments = [*workloads, *(("--budget", budget) if budget else ())]
    return _reached(run_job(program, arguments), "measured", **options)


def advise_hosts(*, out: Path, rules_dirs: Sequence[Path], **options: Any) -> int:  # noqa: ANN401
    """Read, judge and compare."""
    code = snapshot_hosts(out=out, **options)
    judge_all(bundles=[out], out=out / JUDGED, rules_dirs=rules_dirs, scheduler="", processes=0)
    print_outliers(source=str(out / JUDGED), as_json=False, inventory=(), label="")
    return code


def _reached(
    job: FleetJob,
    what: str,
    *,
    inventory: Sequence[str],
    out: Path,
    limit: str,
    serial: str,
    forks: int,
    timeout: int,
    become: bool,
    vault_password_file: Path | None,
    resume: bool,
) -> int:
    """Reach the hosts; print each that failed, and how many did not. 3 where any failed."""
    options = FleetOptions(
        inventory=tuple(inventory),
        limit=limit,
        serial=serial,
        forks=forks,
        timeout_s=timeout,
        become=become,
        vault_password_file=vault_password_file,
    )
    done = reach(options, out, job, resume=resume)
    for host, reason in sorted(done.missed.items()):
        click.echo(one_line(f"not {what}: {host}: {reason}"), err=True)
    for host, note in sorted(done.notes.items()):
        click.echo(one_line(f"{host}: {note}"), err=True)
    before = f", {len(done.before)} {what} before" if done.before else ""
    click.echo(f"{out}: {count_of(len(done.read), 'host')} {what}{before}, {len(done.missed)} not")
    return 3 if done.missed else 0


def measure_all_pairs(
    *,
    inventory: Sequence[str],
    limit: str,
    forks: int,
    seconds: int,
    groups: Sequence[str],
    label: str,
    output: Path | None,
) -> int:
    """Measure, and name what is odd."""
    require_folder(output)
    labels = host_labels(inventory, label) if label else {}
    found = measure_pairs(FleetOptions(inventory=tuple(inventory), limit=limit, forks=forks), seconds)
    _place(found, groups, labels)
    for name, reason in sorted(found.missed.items()):
        click.echo(one_line(f"not measured: {name}: {reason}"), err=True)
    counts = Counter(name for name in found.switches.values() if name)
    if counts:
        click.echo(one_line(switches_line(counts.most_common())))
    for matrix in matrices(found):
        click.echo(matrix_text(matrix))
    if output is not None:
        write_text(output, pairs_json(found))
    return 3 if found.missed else 0


def _place(found: MeasuredPairs, groups: Sequence[str], labels: Mapping[str, str]) -> None:
    """Put hosts behind the switches that the user names, in the place of those that LLDP names."""
    for host in {host for pair in found.values.keys() | found.round_trips.keys() for host in pair}:
        if groups:
            found.switches[host] = next((glob for glob in groups if fnmatchcase(host, glob)), "")
        elif labels:
            found.switches[host] = labels.get(host, "")
