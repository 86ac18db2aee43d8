"""Host and guest in one view: what this machine knows of its guests, laid into every reading of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.runner.site import Site


def joined(sites: Sequence[Site]) -> Iterator[Snapshot]:
    """The snapshots that change by it: this machine's own, and those of what runs on it with its host's in them. A
    machine is read before its guests have their disks and functions; they are listed here as they are measured."""
    known = _known(sites)
    for site in sites if known else ():
        before = site.before
        if site.environment.spec.is_here:
            yield _with(before, known)
        elif before.parent is not None:
            yield replace(before, parent=_with(before.parent, known))


def as_host(snapshot: Snapshot, site: Site, sites: Sequence[Site]) -> Snapshot:
    """A later reading of one environment: of this machine with its guests as they were measured, too."""
    return _with(snapshot, _known(sites)) if site.environment.spec.is_here else snapshot


def _known(sites: Sequence[Site]) -> list[Tree]:
    return [defined for site in sites if len(defined := site.target.defined())]


def _with(snapshot: Snapshot, known: Sequence[Tree]) -> Snapshot:
    return replace(snapshot, tree=snapshot.tree.merged(known))
