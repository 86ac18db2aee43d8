"""`perfadvisor workloads`: what can be measured, and what each measurement is for."""

from pathlib import Path

import click

DIRECTORY = click.option(
    "--workloads", "own", type=click.Path(path_type=Path, exists=True, file_okay=False), multiple=True,
    help="Also read workloads and suites from this directory.",
)  # fmt: skip


@click.group(short_help="List and show the workloads and suites.")
def command() -> None:
    """List and show the workloads and suites that `perfadvisor run` takes."""


@command.command("list")
@DIRECTORY
def list_all(own: tuple[Path, ...]) -> None:
    """List every suite and workload."""
    from perfadvisor.packs.suites import load_suites
    from perfadvisor.packs.workloads import load_workloads

    workloads = load_workloads(own)
    suites = load_suites(workloads, own)
    width = max(map(len, [*workloads, *suites]))
    click.secho("suites", bold=True)
    for name, suite in suites.items():
        click.echo(f"  {name:<{width}}  {suite.title} ({len(suite.workloads)} workloads)")
    click.secho("workloads", bold=True)
    for name, workload in workloads.items():
        click.echo(f"  {name:<{width}}  {workload.title}")


@command.command("show")
@click.argument("name")
@DIRECTORY
def show(name: str, own: tuple[Path, ...]) -> None:
    """Show what a workload measures and why, or what a suite holds."""
    from perfadvisor.packs.suites import load_suites, select
    from perfadvisor.packs.workloads import load_workloads

    workloads = load_workloads(own)
    for number, workload in enumerate(select([name], workloads, load_suites(workloads, own))):
        click.echo("\n" * bool(number), nl=False)
        click.secho(workload.id, bold=True)
        click.echo(f"  {workload.title}\n  {workload.why}")
        click.echo(f"  {workload.tool}, {workload.warmup_s:g} s warm-up, {workload.runtime_s:g} s measured")
        for key, value in workload.parameters.items():
            click.echo(f"    {key} = {value}")
        click.echo(f"  judged by {', '.join(workload.metrics)}")
