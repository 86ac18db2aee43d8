"""Whose turn it is: before a trial its environment gets the devices, and the guests of the others are paused."""

from collections.abc import Sequence

from perfadvisor.runner.site import Site


class Turns:
    """The turns of one run. At first everything is where it was found, and no environment has a turn."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self._targets = [site.target for site in sites]
        self._side = ""

    def hand_to(self, site: Site) -> bool:
        """Let this environment measure next; whether a device changed hands for that.

        MeasureError where it did not get what it needs."""
        side = site.name if site.environment.takes_device else ""
        changed = side != self._side
        self._side = side
        for target in self._targets:
            if target is not site.target:
                target.give() if changed else target.pause()
        site.target.take()
        return changed
