"""`perfadvisor workloads`: what can be measured, and what each measurement is for."""

import re
from pathlib import Path

import click

from perfadvisor.cli.options import form
from perfadvisor.plaintext import harmless, one_line

DIRECTORY = click.option(
    "--workloads",
    "own",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="Also read workloads and suites from this directory.",
)


@click.group(short_help="List, show and check workloads and suites.")
def command() -> None:
    """List, show and check the workloads and suites that `perfadvisor run` takes."""


@command.command("list")
@DIRECTORY
@form("text", "json")
def list_all(own: tuple[Path, ...], form: str) -> None:
    """List every suite and workload."""
    from perfadvisor.packs.suites import load_suites
    from perfadvisor.packs.workloads import load_workloads

    workloads = load_workloads(own)
    suites = load_suites(workloads, own)
    if form == "json":
        import json

        named = [{"id": name, "title": one.title, "tool": one.tool} for name, one in workloads.items()]
        grouped = [{"id": name, "title": one.title, "workloads": one.workloads} for name, one in suites.items()]
        click.echo(json.dumps({"suites": grouped, "workloads": named}, indent=2))
        return
    width = max(map(len, [*workloads, *suites]))
    click.secho("suites", bold=True)
    for name, suite in suites.items():
        click.echo(one_line(f"  {name:<{width}}  {suite.title} ({len(suite.workloads)} workloads)"))
    click.secho("workloads", bold=True)
    for name, workload in workloads.items():
        click.echo(one_line(f"  {name:<{width}}  {workload.title}"))


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
        click.secho(one_line(workload.id), bold=True)
        click.echo(harmless(f"  {one_line(workload.title)}\n  {workload.why}"))
        click.echo(f"  {workload.tool}, {workload.warmup_s:g} s warm-up, {workload.runtime_s:g} s measured")
        for key, value in workload.parameters.items():
            click.echo(one_line(f"    {key} = {value}"))
        click.echo(one_line(f"  judged by {', '.join(workload.metrics)}"))


@command.command()
@click.argument("workload_id", metavar="ID")
@click.option(
    "-o",
    "--out",
    "--output",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="Write the file below this directory, which is created if missing (default: here).",
)
def new(workload_id: str, directory: Path) -> None:
    """Write the file of a new workload, with every field explained."""
    from perfadvisor.errors import InputError
    from perfadvisor.packs.scaffold import GAP, new_workload

    if not re.fullmatch(r"(storage|network|memory|mapping|dma)/[a-z0-9][a-z0-9.-]*", workload_id):
        hint = "name the device and the workload: storage/randread-16k-qd8"
        raise InputError(f"{workload_id!r} cannot be the name of a workload", hint)
    file = new_workload(workload_id, directory)
    click.echo(file)
    click.echo(f"  write what begins with {GAP}; next: perfadvisor workloads lint --workloads {directory}", err=True)


@command.command()
@DIRECTORY
def lint(own: tuple[Path, ...]) -> None:
    """Check every workload and suite file, and report all mistakes at once, each with its line."""
    from perfadvisor.packs.suites import load_suites
    from perfadvisor.packs.workloads import load_workloads

    workloads = load_workloads(own)
    suites = load_suites(workloads, own)
    click.echo(f"{len(workloads)} workloads and {len(suites)} suites, no mistake found")


@command.command()
@click.option("--suite", is_flag=True, help="Print the schema of a suite file instead.")
def schema(suite: bool) -> None:
    """Print the JSON Schema of a workload file, for editors."""
    import json

    from perfadvisor.packs.schemas import suite_schema, workload_schema

    click.echo(json.dumps(suite_schema() if suite else workload_schema(), indent=2))
