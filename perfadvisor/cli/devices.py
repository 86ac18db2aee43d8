"""`perfadvisor devices`: which PCI functions can be passed through, and what holds the others."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from perfadvisor.cli.options import form
from perfadvisor.cli.redact_option import REDACT, inputs, note
from perfadvisor.plaintext import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from perfadvisor.analyse.devices.answer import PassthroughAnswer
    from perfadvisor.model.evidence import Contradiction
    from perfadvisor.model.fact import FactTable

LANGUAGES = ("vm", "libvirt", "proxmox", "kubevirt")
HERE = "local"
GROUPS = "iommu_group."


@click.command(short_help="List which PCI devices can be passed through here, and what prevents the others.")
@click.argument("places", nargs=-1, metavar="[PATH] [BDF]")
@form("text", "json")
@click.option("--bridges", is_flag=True, help="Also list bridges, which always stay with the kernel.")
@click.option("--for", "language", type=click.Choice(LANGUAGES), help="Print how a guest gets BDF, in this format.")
@REDACT
def command(places: tuple[str, ...], form: str, bridges: bool, language: str | None, redact: bool) -> None:
    """For each PCI function: can it be passed through here; if not, exactly why, and what would change it.

    Reads this machine, or PATH: a run, a snapshot, a directory or archive of /sys and /proc, or a saved lspci output.
    With BDF (0000:81:00.0) for that PCI function alone.
    """
    from perfadvisor.errors import InputError

    path, address = _sorted(places)
    if language and not address:
        raise InputError("--for needs the PCI function that the guest gets", "perfadvisor devices lists them")
    tables = _of_path(path, redact) if path else _of_this_machine(redact)
    found = {name: _answers(facts, here=path is None, address=address) for name, facts in tables.items()}
    if language and address:
        for name, answers in found.items():
            _define(tables[name], answers, language)
    elif form == "json":
        from perfadvisor.report.devices_json import document

        click.echo(json.dumps(document(found), indent=1))
    else:
        _print(found, bridges=bridges or address is not None)


def _sorted(places: tuple[str, ...]) -> tuple[Path | None, str | None]:
    """(path, address) of at most one of each; an address is what looks like one and is not a file."""
    from perfadvisor.errors import InputError
    from perfadvisor.targets.lending.pci_group import is_address

    addresses = [place for place in places if is_address(place) and not Path(place).exists()]
    paths = [Path(place) for place in places if place not in addresses]
    if len(addresses) > 1 or len(paths) > 1:
        raise InputError(f"{' '.join(places)}: more than one path or PCI function", "name one of each at most")
    return paths[0] if paths else None, addresses[0] if addresses else None


def _of_path(path: Path, redact: bool) -> "Mapping[str, FactTable]":
    from perfadvisor.reading import read

    with inputs((path,), redact) as shown:
        readings = read(*shown.paths)
    _tell_of(dict.fromkeys(one for reading in readings for one in reading.contradictions))
    return {reading.environment: reading.facts for reading in readings}


def _tell_of(twice: "Collection[Contradiction]") -> None:
    """On stderr: one text may hold the outputs of several machines, which takes their devices together."""
    if not twice:
        return
    from perfadvisor.formatting import count_of
    from perfadvisor.report.evidence import contradiction

    groups = [one for one in twice if one.name.startswith(GROUPS)]
    first, more = (groups or list(twice))[0], len(twice) - 1
    rest = f"; {count_of(more, 'more fact')} in the same way; give the outputs of each machine alone" if more else ""
    click.echo(one_line(f"note: {contradiction(first)}{rest}"), err=True)


def _of_this_machine(redact: bool) -> "Mapping[str, FactTable]":
    from perfadvisor.facts import catalogue
    from perfadvisor.targets.here.local import LocalTarget

    tree = LocalTarget().tree(catalogue.PATTERNS)
    if redact:
        from perfadvisor.redacting import learned

        by = learned([tree])
        tree = by.tree(tree)
        note(by.counts)
    return {HERE: catalogue.read(tree)}


def _answers(facts: "FactTable", *, here: bool, address: str | None) -> "tuple[PassthroughAnswer, ...]":
    from perfadvisor.analyse.devices.answer import answers
    from perfadvisor.errors import InputError
    from perfadvisor.targets.lending.pci_group import full_address
    from perfadvisor.targets.lending.pci_refusals import all_refusals

    wanted = full_address(address) if address else None
    found = answers(facts, all_refusals() if here else None)
    if wanted is None:
        return found
    chosen = tuple(one for one in found if one.device.address == wanted)
    if not chosen:
        raise InputError(f"{address}: no such PCI function", "perfadvisor devices lists those there are")
    return chosen


def _print(found: "Mapping[str, tuple[PassthroughAnswer, ...]]", *, bridges: bool) -> None:
    from perfadvisor.report.devices_text import lines

    for name, answers in found.items():
        if len(found) > 1:
            click.secho(f"\n{one_line(name)}", bold=True)
        if not answers:
            click.echo("no PCI function was read")
        for line in lines(answers, bridges=bridges):
            click.echo(one_line(line))


def _define(facts: "FactTable", answers: "tuple[PassthroughAnswer, ...]", language: str) -> None:
    """The definition on stdout; what stands against it here on stderr, so that stdout can be piped."""
    from perfadvisor.analyse.devices.definitions import LANGUAGES as WRITERS
    from perfadvisor.analyse.devices.near import near

    for answer in answers:
        for obstacle in answer.obstacles:
            click.echo(one_line(f"note: not now: {obstacle.why}; change: {obstacle.change}"), err=True)
        click.echo(WRITERS[language](answer.device, near(facts, answer.device)))
