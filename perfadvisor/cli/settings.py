"""`perfadvisor settings`: what can be set on a machine, and what it is set to."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from perfadvisor.cli.options import form

if TYPE_CHECKING:
    from perfadvisor.model.tree import Tree
    from perfadvisor.settings.model import Setting

FORMAT = form("text", "json")


@click.group()
def command() -> None:
    """List what can be set on a machine, and show what it is set to."""


@command.command("list")
@FORMAT
def list_(form: str) -> None:
    """Every setting with its fields, what it belongs to, and what writing it disturbs."""
    import json

    from perfadvisor.settings.catalogue import SETTINGS

    settings = [setting for _, setting in sorted(SETTINGS.items())]
    if form == "json":
        click.echo(json.dumps([_described(setting) for setting in settings], indent=2))
        return
    for setting in settings:
        click.echo(f"{setting.name:<24} {setting.subject or 'machine':<8} {setting.disturbs:<6} {setting.meaning}")
        if len(setting.fields) > 1:
            click.echo(f"{'':<24} fields: {', '.join(field.name for field in setting.fields)}")


@command.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--only", "wanted", multiple=True, metavar="NAME", help="Settings whose names start with this.")
@FORMAT
def show(path: Path | None, wanted: tuple[str, ...], form: str) -> None:
    """The present values of every setting of a snapshot, run or tree, or of this machine."""
    import json

    rows = list(_values(_tree(path), wanted))
    if form == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    from perfadvisor.plaintext import one_line

    for row in rows:
        place = f"{row['setting']} [{row['subject']}]" if row["subject"] else str(row["setting"])
        values = row.get("values")
        said = (
            " ".join(f"{name}={text}" for name, text in values.items()) if isinstance(values, dict) else row["reason"]
        )
        click.echo(one_line(f"{place:<44} {said}"))
    if not rows:
        click.echo("no setting was read here")


def _described(setting: "Setting") -> dict[str, object]:
    return {
        "name": setting.name,
        "subject": setting.subject,
        "disturbs": setting.disturbs.value,
        "lasts": setting.lasts,
        "meaning": setting.meaning,
        "fields": [field.name for field in setting.fields],
    }


def _values(tree: "Tree", wanted: tuple[str, ...]) -> Iterator[dict[str, object]]:
    from perfadvisor.settings.catalogue import SETTINGS
    from perfadvisor.settings.reading import values
    from perfadvisor.settings.subjects import subjects

    for name, setting in sorted(SETTINGS.items()):
        for subject in subjects(setting, tree) if not wanted or name.startswith(wanted) else ():
            row: dict[str, object] = {"setting": name, "subject": subject}
            found = values(setting, subject, tree)
            if found is None:
                yield {**row, "reason": f"not read: {tree.why_unreadable(setting.source(subject))}"}
            elif found:
                yield {**row, "values": dict(found)}


def _tree(path: Path | None) -> "Tree":
    """What is at `path`; without one, this machine's settings, read now."""
    if path is not None:
        return _saved(path)
    from perfadvisor.facts.catalogue import PATTERNS
    from perfadvisor.settings.catalogue import SETTINGS
    from perfadvisor.settings.subjects import SYSCTL, sources
    from perfadvisor.targets.here.capture import capture

    parameters = (pattern for pattern in PATTERNS if pattern.startswith(SYSCTL))
    return capture((*parameters, *(pattern for setting in SETTINGS.values() for pattern in sources(setting))))


def _saved(path: Path) -> "Tree":
    from perfadvisor.judge import load_run
    from perfadvisor.saved.saved import load_tree

    run = load_run(path)
    if run is None:
        return load_tree(path)
    first = run.before.get(run.environments[0].name) if run.environments else None
    if first is None:
        from perfadvisor.errors import InputError

        raise InputError(f"{path}: this run holds no snapshot", "perfadvisor settings show, for this machine")
    return first.tree
