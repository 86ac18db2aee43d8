"""What a run takes from this machine before anything is read of it, and gives back after everything else.

It comes first, so that the snapshots show the machine as the trials find it.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from perfadvisor.commands import as_typed
from perfadvisor.errors import InputError, MeasureError
from perfadvisor.runner import controlled
from perfadvisor.runner.request import RunOptions
from perfadvisor.runner.site import Site
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import VfioFunction
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.lending import iommu_domain, vfio

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Borrowed:
    """`function` is what this machine's own trials may open through VFIO, None for nothing; `notes` say what a reader
    of the results must know."""

    function: VfioFunction | None = None
    notes: tuple[str, ...] = ()

    def of(self, site: Site) -> VfioFunction | None:
        """What the trials of this environment may open, None for nothing."""
        with contextlib.suppress(MeasureError):
            return site.target.function(self.function)
        return None

    def any_of(self, sites: Sequence[Site]) -> VfioFunction | None:
        """The first that any of them may open."""
        return next((function for site in sites if (function := self.of(site))), None)


def borrow(options: RunOptions, specs: Sequence[Spec], undo: contextlib.ExitStack, say: Say) -> Borrowed:
    """Bind the functions, change the translation and hold the CPUs as asked for; `undo` restores all. MeasureError,
    with every reason, where something must stay as it is, InputError for functions of several groups."""
    if not options.vfio and not options.domain and not options.controlled:
        return Borrowed()
    book = journal.begin()
    undo.callback(_give_back, book, say)
    note = iommu_domain.change(iommu_domain.disk(options.device), options.domain, book) if options.domain else ""
    function = _lend(options, book) if options.vfio else None
    held = controlled.hold(book, specs) if options.controlled else ()
    return Borrowed(function=function, notes=(*filter(None, [note]), *held))


def _lend(options: RunOptions, book: Journal) -> VfioFunction:
    """The first of the functions; the others are those of its group."""
    vfio.require_not_measured(options.vfio, options.device)
    if len(vfio.require_all_lendable(options.vfio)) > 1:
        raise InputError("--vfio: these functions are in several IOMMU groups", "name those of one group")
    vfio.lend(options.vfio, book)
    return vfio.passed(options.vfio)[0]


def _give_back(book: Journal, say: Say) -> None:
    for failure in book.close():
        say(as_typed(f"could not be restored: {failure} (next: perfadvisor restore)"))
