"""`perfadvisor fleet`: many machines judged, compared, stored and asked."""

from typing import Any

import click

from perfadvisor.cli.fleet_options import DB, FILE, FOLDER, INVENTORY, JSON, RULES, SOURCE, labelling, reaching
from perfadvisor.cli.path_type import PathType


@click.group("fleet")
def command() -> None:
    """Judge, compare and store many machines. DIR is a directory that `fleet judge` wrote, DB a SQLite file or a
    postgresql:// URL that `fleet ingest` filled."""


@command.command("judge")
@click.argument("bundles", nargs=-1, required=True, type=PathType(), metavar="DIR|BUNDLE...")
@click.option("--out", type=FOLDER, required=True, help="Keep what was found of each host in this directory.")
@RULES
@click.option(
    "--scheduler", default="", metavar="ADDRESS", help="Use this Dask cluster (example: tcp://10.0.0.5:8786)."
)
@click.option(
    "--processes", type=click.IntRange(min=0), default=0, help="Start this many local processes (default: one per CPU)."
)
def judge_command(**options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Judge snapshots and runs of many hosts, each named by its file. Bad bundles are named; the others are judged."""
    from perfadvisor.cli.fleet_body import judge_all

    judge_all(**options)


@command.command("outliers")
@SOURCE
@labelling
@JSON
def outliers_command(**options: Any) -> None:  # noqa: ANN401
    """Name the hosts that differ from their equals, with the settings and findings that separate them."""
    from perfadvisor.cli.fleet_body import print_outliers

    print_outliers(**options)


@command.command("report")
@SOURCE
@labelling
@click.option("-o", "--output", type=FILE, required=True, help="Write the page to this file.")
@click.option("--baseline", type=FILE, help="Add what left this file of `fleet baseline`.")
@click.option("--pairs", type=FILE, help="Add the heat map of this file of `fleet pairs`.")
@click.option(
    "--pages", type=FOLDER, help="Also write each host's own page to this directory, and link it (half a second each)."
)
def report_command(**options: Any) -> None:  # noqa: ANN401
    """Write one self-contained HTML page about the whole fleet."""
    from perfadvisor.cli.fleet_body import write_page

    write_page(**options)


@command.command("export")
@SOURCE
@click.option("-o", "--output", type=FOLDER, required=True, help="Write the files to this directory.")
def export_command(**options: Any) -> None:  # noqa: ANN401
    """Write hosts, facts, results and findings as Parquet files, for analysis elsewhere."""
    from perfadvisor.cli.fleet_body import export_tables

    export_tables(**options)


@command.command("list")
@SOURCE
def list_command(source: str) -> None:
    """List the hosts."""
    from perfadvisor.cli.fleet_body import list_hosts

    list_hosts(source)


@command.command("show")
@SOURCE
@click.argument("host")
def show_command(source: str, host: str) -> None:
    """Print the results and findings of one host."""
    from perfadvisor.cli.fleet_body import show_host

    show_host(source, host)


@command.command("diff")
@SOURCE
@click.argument("host")
@click.argument("other")
def diff_command(source: str, host: str, other: str) -> None:
    """Print the settings and findings in which two hosts differ."""
    from perfadvisor.cli.fleet_body import diff_hosts

    diff_hosts(source, host, other)


@command.command("baseline")
@SOURCE
@labelling
@click.option("-o", "--output", type=FILE, required=True, help="Write the accepted settings to this file.")
def baseline_command(**options: Any) -> None:  # noqa: ANN401
    """Accept the settings on which nine in ten hosts of each cohort agree."""
    from perfadvisor.cli.fleet_body import write_baseline

    write_baseline(**options)


@command.command("drift")
@SOURCE
@labelling
@click.option("--baseline", type=FILE, required=True, help="Compare with this file of `fleet baseline`.")
@click.pass_context
def drift_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401
    """Print the settings that left the baseline. Exits 1 where there are any."""
    from perfadvisor.cli.fleet_body import print_drift

    context.exit(print_drift(**options))


@command.command("compare")
@click.option("--before", required=True, metavar="DIR|DB", help="The hosts before the change.")
@click.option("--after", required=True, metavar="DIR|DB", help="The hosts after it.")
@click.option(
    "--changed", required=True, multiple=True, metavar="GLOB", help="The hosts that were changed (example: 'rack7-*')."
)
@click.pass_context
def compare_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401
    """Print what a change gave: changed hosts against themselves, less what untouched hosts did meanwhile.

    Exits 1 where a metric is worse."""
    from perfadvisor.cli.fleet_body import compare_rollout

    context.exit(compare_rollout(**options))


@command.command("ingest")
@click.argument("source", type=FOLDER, metavar="DIR")
@DB
def ingest_command(**options: Any) -> None:  # noqa: ANN401
    """Store judged hosts in the database. What is there already is left alone; a kill doubles nothing."""
    from perfadvisor.cli.fleet_body import ingest_hosts

    ingest_hosts(**options)


@command.command("query")
@click.argument("condition")
@DB
@click.pass_context
def query_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401
    """Print the stored hosts for which CONDITION holds, in the language of rules.

    Example: perfadvisor fleet query "nic.rx_usecs != 8 and nic.driver == 'mlx5_core'"
    """
    from perfadvisor.cli.fleet_body import query_hosts

    context.exit(query_hosts(**options))


@command.command("since")
@click.argument("fact", required=False, default="")
@click.option("--host", default="", help="Ask of this host alone.")
@DB
def since_command(**options: Any) -> None:  # noqa: ANN401
    """Print when settings of stored hosts changed: all of them, or the one called FACT."""
    from perfadvisor.cli.fleet_body import print_moves

    print_moves(**options)


@command.command("snapshot")
@reaching
@click.pass_context
def snapshot_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401
    """Read every host of an Ansible inventory. The hosts need SSH and a shell; nothing is left on them.

    Exits 3 where a host could not be read.
    """
    from perfadvisor.cli.fleet_reach import snapshot_hosts

    context.exit(snapshot_hosts(**options))


@command.command("run")
@click.argument("workloads", nargs=-1, metavar="[SUITE|WORKLOAD]...")
@reaching
@click.option(
    "--program",
    default="perfadvisor",
    show_default=True,
    help="Run this command on each host (example: 'python3 /opt/perfadvisor.pyz').",
)
@click.option("--budget", default="", help="Measure for at most this long on each host (example: 10m).")
@click.pass_context
def run_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401
    """Measure on every host with the perfadvisor that is installed there; the runs come back, and nothing is left.

    Options of `perfadvisor run` follow two dashes (example: fleet run -i hosts --out runs -- quick --repeats 3).
    Set --timeout above what the run takes. Exits 3 where a host could not be measured.
    """
    from perfadvisor.cli.fleet_reach import run_on_hosts

    context.exit(run_on_hosts(**options))


@command.command("advise")
@reaching
@RULES
@click.pass_context
def advise_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401
    """Read every host of an inventory, judge all, and name those that differ: snapshot, judge and outliers in one."""
    from perfadvisor.cli.fleet_reach import advise_hosts

    context.exit(advise_hosts(**options))


@command.command("metrics")
@SOURCE
@click.option("-o", "--output", type=FILE, required=True, help="Write the text to this file (example: fleet.prom).")
@click.option("--baseline", type=FILE, help="Count what left this file of `fleet baseline`.")
def metrics_command(**options: Any) -> None:  # noqa: ANN401
    """Write findings, results and drift of each host as OpenMetrics text, for Prometheus."""
    from perfadvisor.cli.fleet_body import write_metrics

    write_metrics(**options)


@command.command("pairs")
@INVENTORY
@click.option("--limit", default="", help="Reach these hosts or groups alone, as `ansible --limit`.")
@click.option("--forks", type=click.IntRange(1), default=32, show_default=True, help="Reach this many at once.")
@click.option(
    "--seconds", type=click.IntRange(1, 60), default=5, show_default=True, help="Measure each pair this long."
)
@click.option(
    "--group", "groups", multiple=True, metavar="GLOB", help="Hosts behind one switch (example: --group 'rack1-*')."
)
@click.option(
    "--label", default="", metavar="VARIABLE", help="Hosts with one value of this variable are behind one switch."
)
@click.option("-o", "--output", type=FILE, help="Write the matrix as JSON.")
@click.pass_context
def pairs_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401
    """Measure throughput (iperf3) and round trip (ping) between all pairs of hosts; name the odd host, port or link.

    Loads the network. Each pair is measured in both directions, and no host is in two pairs at once; above 32 hosts
    rounds are sampled. Switches come from --group, from --label, or from lldpctl on the hosts.

    Exits 3 where a host or pair could not be measured.
    """
    from perfadvisor.cli.fleet_reach import measure_all_pairs

    context.exit(measure_all_pairs(**options))
