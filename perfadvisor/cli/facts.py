"""`perfadvisor facts`: every fact with its source."""

import json
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from perfadvisor.cli.last_run import given_or_last
from perfadvisor.cli.options import form
from perfadvisor.cli.redact_option import REDACT, inputs
from perfadvisor.plaintext import one_line

if TYPE_CHECKING:
    from perfadvisor.model.fact import Absent, Fact
    from perfadvisor.reading import Reading


@click.command(short_help="Print every fact with its source.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@form("table", "json")
@click.option("--name", "wanted", multiple=True, help="Only facts whose name starts with this (nic., cpu.online).")
@click.option(
    "--eval",
    "expression",
    metavar="EXPR",
    help="Evaluate this condition for each subject (example: 'nic.ring_rx < nic.ring_rx_max').",
)
@click.option("--absent", is_flag=True, help="Also list facts without a value, with the reason.")
@REDACT
def command(
    paths: tuple[Path, ...], form: str, wanted: tuple[str, ...], expression: str | None, absent: bool, redact: bool
) -> None:
    """Print the facts of what PATH holds: a run, a snapshot, a copy of /sys and /proc, or saved outputs in any order
    (fio and iperf3 JSON, ethtool, lspci, lscpu, numactl, libvirt XML, QEMU command lines, docker and podman inspect,
    Kubernetes YAML, /proc/interrupts and others): files, directories, archives, or - for standard input.
    """
    with inputs(given_or_last(paths), redact) as shown:
        _show(shown.paths, form, wanted, expression, absent)


def _show(paths: tuple[Path, ...], form: str, wanted: tuple[str, ...], expression: str | None, absent: bool) -> None:
    if expression is not None:
        _evaluate(paths, expression)
        return
    from perfadvisor.reading import read

    readings = read(*paths)
    _check_names(wanted, readings)
    if form == "json":
        click.echo(json.dumps(_json(readings, wanted, absent), indent=1))
        return
    for reading in readings:
        _table(reading, wanted, absent, several=len(readings) > 1)


def _evaluate(paths: tuple[Path, ...], expression: str) -> None:
    """Print the condition's answer for every subject of the kind it is about."""
    from perfadvisor.analyse.rules.condition_check import check
    from perfadvisor.analyse.rules.conditions import parse
    from perfadvisor.cli.paging import show
    from perfadvisor.errors import InputError
    from perfadvisor.judge import judge
    from perfadvisor.packs.known_facts import known_facts
    from perfadvisor.report.asked import ask, kind_of
    from perfadvisor.report.terminal.asked import lines

    mistakes = check(expression, known_facts())
    if mistakes:
        said = "; ".join(f"column {one.column}: {one.message}" for one in mistakes)
        raise InputError(f"{expression!r}: {said}", "perfadvisor facts PATH lists the names")
    condition, (first, *more) = parse(expression), paths
    view = judge(first, more=more)
    found = tuple(ask(view, condition, kind_of(condition, known_facts()), known_facts()))
    show(lambda _: lines(found, several=len(view.facts) > 1))


def _check_names(wanted: tuple[str, ...], readings: "tuple[Reading, ...]") -> None:
    """InputError for the beginning of a name that no fact has; one that merely no fact here has is reported."""
    from perfadvisor.errors import InputError
    from perfadvisor.packs.known_facts import known_facts

    kinds = sorted({name.partition(".")[0] for name in known_facts()})
    for start in wanted:
        if not any(name.startswith(start) for name in known_facts()):
            near = get_close_matches(start.partition(".")[0], kinds, n=1)
            hint = f"did you mean {near[0]}.? " if near else ""
            raise InputError(f"no fact's name starts with {start!r}", f"{hint}names start with {', '.join(kinds)}")
        if not any(fact.name.startswith(start) for reading in readings for fact in reading.facts):
            click.echo(f"note: nothing read here has a fact whose name starts with {start}", err=True)


def _json(readings: "tuple[Reading, ...]", wanted: tuple[str, ...], absent: bool) -> dict[str, object]:
    from perfadvisor.model.fact import Fact

    several = len(readings) > 1
    rows: dict[str, list[dict[str, object]]] = {"facts": [], "unreadable": []}
    for reading in readings:
        extra = {"environment": reading.environment} if several else {}
        for fact in _chosen(reading, wanted):
            place = {"name": fact.name, "subject": fact.subject}
            if isinstance(fact, Fact):
                value = {"value": fact.value, "unit": str(fact.unit), "source": fact.source}
                rows["facts"].append({**place, **value, **extra})
            elif absent:
                rows.setdefault("absent", []).append({**place, "reason": fact.reason, "why": str(fact.why), **extra})
        rows["unreadable"] += [{"source": source, "reason": why, **extra} for source, why in reading.unreadable]
    return dict(rows)


def _table(reading: "Reading", wanted: tuple[str, ...], absent: bool, several: bool) -> None:
    from perfadvisor.model.fact import Fact

    if several:
        click.secho(f"\n{one_line(reading.environment)}", bold=True)
    for fact in _chosen(reading, wanted):
        place = f"{fact.name} [{fact.subject}]" if fact.subject else fact.name
        if isinstance(fact, Fact):
            click.echo(one_line(f"{place:<46} {f'{fact.value} {fact.unit}'.strip():<30} {fact.source}"))
        elif absent:
            click.echo(click.style(one_line(f"{place:<46} - {fact.reason}"), dim=True))
    if absent:
        for source, why in reading.unreadable:
            click.echo(click.style(one_line(f"unreadable: {source}: {why}"), dim=True))
    elif reading.unreadable and not wanted:
        said = f"{len(reading.unreadable)} sources gave nothing; --absent says which and why"
        click.echo(click.style(said, dim=True))


def _chosen(reading: "Reading", wanted: tuple[str, ...]) -> "list[Fact | Absent]":
    facts = sorted(reading.facts, key=lambda fact: (fact.name, fact.subject))
    return [fact for fact in facts if not wanted or fact.name.startswith(wanted)]
