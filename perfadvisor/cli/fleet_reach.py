"""What `perfadvisor fleet snapshot`, `fleet run` and `fleet advise` do once their options are read."""

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click

from perfadvisor.analyse.fleet.pairs import odd_pairs
from perfadvisor.cli.fleet_body import judge_all, print_outliers
from perfadvisor.cli.output import require_folder, write_text
from perfadvisor.fleet.ansible import FleetOptions
from perfadvisor.fleet.pairing import measure_pairs
from perfadvisor.fleet.reaching import FleetJob, reach, run_job, snapshot_job
from perfadvisor.formatting import count_of
from perfadvisor.plaintext import one_line
from perfadvisor.report.fleet.text import pairs_text

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
    print_outliers(source=str(out / JUDGED), as_json=False)
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
    before = f", {len(done.before)} {what} before" if done.before else ""
    click.echo(f"{out}: {count_of(len(done.read), 'host')} {what}{before}, {len(done.missed)} not")
    return 3 if done.missed else 0


def measure_all_pairs(
    *, inventory: Sequence[str], limit: str, forks: int, seconds: int, groups: Sequence[str], output: Path | None
) -> int:
    """Measure, and name what is odd."""
    require_folder(output)
    options = FleetOptions(inventory=tuple(inventory), limit=limit, forks=forks)
    found = measure_pairs(options, seconds)
    hosts = {host for pair in found.values for host in pair}
    behind = {host: next((glob for glob in groups if fnmatchcase(host, glob)), "") for host in hosts}
    for name, reason in sorted(found.missed.items()):
        click.echo(one_line(f"not measured: {name}: {reason}"), err=True)
    click.echo(pairs_text(found.values, odd_pairs(found.values, behind)))
    if output is not None:
        rows = [{"from": one, "to": other, "bits_per_s": value} for (one, other), value in found.values.items()]
        write_text(output, json.dumps({"schema_version": 1, "pairs": rows}, indent=1) + "\n")
    return 3 if found.missed else 0
