"""`perfadvisor snapshot`: this machine's state as one archive."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from perfadvisor.cli.options import out
from perfadvisor.cli.redact_option import REDACT

if TYPE_CHECKING:
    from perfadvisor.model.snapshot import Snapshot


@click.command(short_help="Read this machine's state into one archive.")
@click.option(
    "--env",
    "spec",
    default="local",
    show_default=True,
    help="Read this machine: local, ssh:USER@HOST, docker:@NAME, ...",
)
@click.option(
    "--for", "window", default="0s", help="Also sample the current workload for this long (example: 30s, 2m)."
)
@click.option(
    "--parent", type=click.Path(path_type=Path), help="Add the host's snapshot, if this is a guest or container."
)
@out("Write this archive (example: host.tar.gz).")
@click.option(
    "--list", "listed", is_flag=True, help="Print the name of every source the archive would carry; write nothing."
)
@REDACT
def command(spec: str, window: str, parent: Path | None, output: Path, listed: bool, redact: bool) -> None:
    """Read /proc, /sys, netlink and a few commands into one archive that any perfadvisor can judge, anywhere.

    Works without root and says what root would add. Nothing is changed on the machine.
    """
    from perfadvisor.cli.next_step import tell_next
    from perfadvisor.durations import seconds
    from perfadvisor.plaintext import one_line
    from perfadvisor.saved.saved import load_snapshot, save_snapshot
    from perfadvisor.saved.snapshot_file import require_place
    from perfadvisor.snapshotting import contents, describe, host_of, take
    from perfadvisor.specs.parse import read_spec
    from perfadvisor.targets.open import open_target

    require_place(output)
    environment = read_spec(spec)
    host, window_s = load_snapshot(parent) if parent else None, seconds(window)
    if not environment.is_here:  # a container or a guest is made for it
        from perfadvisor.cli.running import put_back_leftovers

        put_back_leftovers()
    target = open_target(environment)
    try:
        snapshot = take(target, window_s=window_s, parent=host or host_of(target))
    finally:
        target.close()
    if redact:
        snapshot = _redacted(snapshot)
    click.echo("\n".join(["The archive carries:", *contents(snapshot)]))
    if listed:
        click.echo("\n".join(one_line(source) for source, _ in snapshot.tree.items()))
        return
    save_snapshot(snapshot, output)
    click.echo(describe(snapshot, output))
    tell_next(f"perfadvisor advise {output}")


def _redacted(snapshot: "Snapshot") -> "Snapshot":
    from perfadvisor.cli.redact_option import note
    from perfadvisor.redacting import learned, redacted_snapshot

    shown = redacted_snapshot(snapshot, learned([snapshot]))
    note(shown.redacted)
    return shown
