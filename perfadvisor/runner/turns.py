"""Whose turn it is: before a trial its environment gets the devices, and the guests of the others stand still."""

from collections.abc import Sequence

from perfadvisor.runner.site import Site
from perfadvisor.targets.turns import TakesTurns


class Turns:
    """The turns of one run. At first everything is where it was found, and nobody has a turn."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self._guests = [site.target for site in sites if isinstance(site.target, TakesTurns)]
        self._side = ""

    def hand_to(self, site: Site) -> bool:
        """Let this environment measure next; whether a device changed hands for that.

        MeasureError where it did not get what it needs."""
        own = site.target if isinstance(site.target, TakesTurns) else None
        side = site.name if own is not None and own.alone else ""
        changed = side != self._side
        self._side = side
        for guest in self._guests:
            if guest is not own:
                guest.give() if changed else guest.pause()
        if own is not None:
            own.take()
        return changed
