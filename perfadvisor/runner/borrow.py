"""What a run takes from this machine before anything is read of it, and gives back after everything else.

It comes first, so that the snapshots show the machine as the trials find it.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from perfadvisor.errors import InputError
from perfadvisor.runner.request import Wishes
from perfadvisor.runner.site import Site
from perfadvisor.targets.base import HasFunctions, Passed
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.lending import iommu_domain, vfio

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Borrowed:
    """`function` is what this machine's own trials may open through VFIO, None for nothing; `notes` say what a reader
    of the results must know."""

    function: Passed | None = None
    notes: tuple[str, ...] = ()

    def of(self, site: Site) -> Passed | None:
        """What the trials of this environment may open."""
        if isinstance(site.target, HasFunctions):
            return next(iter(site.target.passed), None)
        return self.function if site.environment.spec == "local" else None

    def any_of(self, sites: Sequence[Site]) -> Passed | None:
        """The first that any of them may open."""
        return next((function for site in sites if (function := self.of(site))), None)


def borrow(wishes: Wishes, undo: contextlib.ExitStack, say: Say) -> Borrowed:
    """Lend the functions and change the translation that were asked for; `undo` puts both back. MeasureError, with
    every reason, where something must stay as it is, InputError for functions of several groups."""
    if not wishes.vfio and not wishes.domain:
        return Borrowed()
    book = journal.begin()
    undo.callback(_give_back, book, say)
    note = iommu_domain.change(wishes.device, wishes.domain, book) if wishes.domain else ""
    function = _lend(wishes, book) if wishes.vfio else None
    return Borrowed(function=function, notes=tuple(filter(None, [note])))


def _lend(wishes: Wishes, book: Journal) -> Passed:
    """The first of the functions; the others are those of its group."""
    vfio.require_not_measured(wishes.vfio, wishes.device)
    if len(vfio.require_all_lendable(wishes.vfio)) > 1:
        raise InputError("--vfio: these functions are in several IOMMU groups", "name those of one group")
    vfio.lend(wishes.vfio, book)
    return vfio.passed(wishes.vfio)[0]


def _give_back(book: Journal, say: Say) -> None:
    for failure in book.close():
        say(f"could not be put back: {failure} (next: perfadvisor restore)")
